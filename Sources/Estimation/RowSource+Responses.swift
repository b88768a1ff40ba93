import LinearAlgebra
import MixtureOfExperts

extension RowSource {
    /// The first response that is not of a kind.
    func response(notOf kind: ResponseKind, _ parallelism: Parallelism) -> Double? {
        if kind == .number { return nil }
        return reduce(parallelism, into: nil) { part in
            var found: Double?
            let block = RowBlock(momentCount: momentCount)
            defer { block.deallocate() }
            forEachBlock(in: part, block) { _, count in
                for lane in 0..<count where found == nil && !kind.accepts(block.responses[lane]) {
                    found = block.responses[lane]
                }
            }
            return found
        } merge: { (first: inout Double?, other: Double?) in
            first = first ?? other
        }
    }

    /// The rows without those of classes that some but fewer than `minRows` of them have: coefficients of such a class would be
    /// these rows. Sites may lack a class.
    ///
    /// - Returns: the rows themselves where no class is rare, else the others in memory; what to say of rare and absent classes.
    func withoutRareClasses(
        _ family: any ExpertFamily, minRows: Double, _ parallelism: Parallelism
    ) -> (rows: any RowSource, warnings: [FitWarning]) {
        guard case .classes(let names) = family.response else { return (self, []) }
        let counts = classCounts(names.count, parallelism)
        let rare = Set(counts.indices.filter { counts[$0] > 0 && Double(counts[$0]) < minRows })
        let warnings =
            counts.indices.filter { counts[$0] == 0 }.map { FitWarning.absentClass(names[$0]) }
            + rare.sorted().map { FitWarning.rareClass(names[$0], minimum: minRows) }
        guard !rare.isEmpty else { return (self, warnings) }
        var kept = [Int]()
        let block = RowBlock(momentCount: momentCount)
        defer { block.deallocate() }
        forEachBlock(in: 0..<rowCount, block) { start, count in
            for lane in 0..<count where !rare.contains(Int(block.responses[lane])) { kept.append(start + lane) }
        }
        return (chosen(kept), warnings)
    }

    /// How many rows have each class.
    func classCounts(_ classCount: Int, _ parallelism: Parallelism) -> [Int] {
        reduce(parallelism, into: [Int](repeating: 0, count: classCount)) { part in
            var counts = [Int](repeating: 0, count: classCount)
            let block = RowBlock(momentCount: momentCount)
            defer { block.deallocate() }
            forEachBlock(in: part, block) { _, count in
                for lane in 0..<count { counts[Int(block.responses[lane])] += 1 }
            }
            return counts
        } merge: { total, part in
            for index in total.indices { total[index] += part[index] }
        }
    }
}
