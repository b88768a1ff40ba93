import StudyData

// What a ledger refuses.

extension ReleaseLedger {
    /// Models that one study, or one target, may have statistics taken at.
    package static let mostRounds = 5

    /// - Parameter rows: behind the answer.
    /// - Throws: where an earlier answer differs from it by a few rows, or a study has had its rounds.
    package func check(_ answer: LedgerAnswer, _ rows: LedgerRows) throws(LedgerError) {
        for old in answers { try check(answer, rows, beside: old) }
        guard answer.kind == .statistics else { return }
        let models = Set(answers.filter { $0.kind == .statistics && $0.study == answer.study }.compactMap(\.model))
        guard let model = answer.model, !models.contains(model) else { return }
        if models.count >= Self.mostRounds { throw .tooManyRounds(path: path, most: Self.mostRounds) }
    }

    private func check(_ answer: LedgerAnswer, _ rows: LedgerRows, beside old: LedgerEntry) throws(LedgerError) {
        let minimum = max(old.minimumRows, answer.minimumRows)
        let (gone, new) = RowDigests.difference(self.rows[old.entry - 1].hashes, rows.hashes)
        let difference = gone.count + new.count
        // Which rows a rule left out is not known here, but that they are fewer than the threshold of each class.
        let other: Int
        if let leftOut = answer.classesLeftOut {
            other = old.leftOut == leftOut ? 0 : (old.leftOut.count + leftOut.count) * (minimum - 1)
        } else {
            guard old.leftOut.isEmpty else { return }
            other = 0
        }
        guard difference + other > 0, difference - other < minimum else { return }
        throw .tooFewRowsDiffer(
            path: path, entry: old.entry, minimum: minimum, canHoldBack: gone.isEmpty && !new.isEmpty && other == 0)
    }

    /// Which of the rows wait for the next answer: those that the latest answer has not, where it has all others and they are fewer
    /// than the threshold.
    ///
    /// - Returns: their positions.
    package func newRows(_ digests: RowDigests, minimumRows: Int) -> Set<Int> {
        let keyed = keyed(digests)
        for old in answers.reversed() {
            let (gone, new) = RowDigests.difference(rows[old.entry - 1].hashes, keyed.sorted())
            guard gone.isEmpty, !new.isEmpty, new.count < max(old.minimumRows, minimumRows) else { continue }
            var waiting = new.reduce(into: [UInt64: Int]()) { $0[$1, default: 0] += 1 }
            var positions = Set<Int>()
            // Of rows that are alike the last ones wait.
            for (position, hash) in keyed.enumerated().reversed() where waiting[hash, default: 0] > 0 {
                positions.insert(position)
                waiting[hash, default: 0] -= 1
            }
            return positions
        }
        return []
    }
}

extension ModelFile {
    /// What rounds at the model are rounds of: its study, or where there is none its target and covariates.
    package var studyOfRounds: String {
        studyDigest ?? ModelDigest(names: [[family, target], covariates, expertCovariates, gateCovariates]).text
    }
}
