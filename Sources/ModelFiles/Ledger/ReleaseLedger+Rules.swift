import StudyData

// What a ledger refuses.

extension ReleaseLedger {
    /// Models that one study, or one target, may have statistics taken at.
    package static let mostRounds = 5

    /// - Parameter digests: of the rows behind the answer.
    /// - Throws: where an earlier answer differs from it by a few rows, statistics are asked for at a model that is not made of this site's, or
    ///   a study has had its rounds.
    package func check(_ answer: LedgerAnswer, _ digests: RowDigests) throws(LedgerError) {
        _ = try checked(answer, digests)
    }

    /// - Returns: the rows as they were compared.
    func checked(_ answer: LedgerAnswer, _ digests: RowDigests) throws(LedgerError) -> KeyedRows {
        var keyed = KeyedRows(digests, key: key)
        for old in answers {
            if let rows = keyed.rows(by: old.columns) { try check(answer, rows, beside: old) }
        }
        try checkCounts(answer)
        return keyed
    }

    private func checkCounts(_ answer: LedgerAnswer) throws(LedgerError) {
        if answer.kind == .model, let most = answer.most, answers.count(where: { $0.kind == .model }) >= most {
            throw .tooManyReleases(path: path, most: most)
        }
        guard answer.kind == .statistics else { return }
        guard answers.contains(where: { $0.kind == .model && $0.model.map(answer.ancestors.contains) ?? false }) else {
            throw .notOfThisSite(path: path)
        }
        let models = Set(answers.filter { $0.kind == .statistics && $0.study == answer.study }.compactMap(\.model))
        guard let model = answer.model, !models.contains(model) else { return }
        let most = min(answer.most ?? Self.mostRounds, Self.mostRounds)
        if models.count >= most { throw .tooManyRounds(path: path, most: most) }
    }

    private func check(_ answer: LedgerAnswer, _ rows: LedgerRows, beside old: LedgerEntry) throws(LedgerError) {
        let minimum = max(old.minimumRows, answer.minimumRows)
        let difference = self.rows[old.entry - 1].difference(to: rows)
        // Which rows a rule left out is not known here, but that they are fewer than the threshold of each class.
        let other: Int
        if let leftOut = answer.classesLeftOut {
            other = old.leftOut == leftOut ? 0 : (old.leftOut.count + leftOut.count) * (minimum - 1)
        } else {
            guard old.leftOut.isEmpty else { return }
            other = 0
        }
        guard difference.rows + other > 0, difference.subjects - other < minimum else { return }
        throw .tooFewRowsDiffer(
            path: path, entry: old.entry, minimum: minimum,
            canHoldBack: difference.gone.isEmpty && !difference.new.isEmpty && other == 0)
    }

    /// Earlier answers whose rows cannot be known again in the table, and which of their columns it has not.
    package func notCompared(_ digests: RowDigests) -> (answers: Int, columns: [String]) {
        let missing = answers.map { entry in
            digests.hasRows(by: entry.columns) ? [] : entry.columns.filter { !digests.columns.contains($0) }
        }
        return (missing.count { !$0.isEmpty }, Array(Set(missing.joined())).sorted())
    }

    /// Which of the rows wait for the next answer: those that the latest answer has not, where it has all others and they are fewer
    /// than the threshold.
    ///
    /// - Returns: their positions.
    package func newRows(_ digests: RowDigests, minimumRows: Int) -> Set<Int> {
        var known = KeyedRows(digests, key: key)
        for old in answers.reversed() {
            guard let keyed = known.inOrder(by: old.columns), let all = known.rows(by: old.columns) else { continue }
            let difference = rows[old.entry - 1].difference(to: all)
            guard difference.gone.isEmpty, !difference.new.isEmpty,
                difference.subjects < max(old.minimumRows, minimumRows)
            else { continue }
            var waiting = difference.new.reduce(into: [UInt64: Int]()) { $0[all.hashes[$1], default: 0] += 1 }
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
