import Numerics

extension RowSource {
    /// The first response that is not of a kind.
    package func response(notOf kind: ResponseKind, _ parallelism: Parallelism) -> Double? {
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

    /// The rows that satisfy a condition, ascending.
    package func rows(
        _ parallelism: Parallelism, where isWanted: @Sendable (_ block: RowBlock, _ lane: Int) -> Bool
    ) -> [Int] {
        reduce(parallelism, into: []) { part in
            var found = [Int]()
            let block = RowBlock(momentCount: momentCount)
            defer { block.deallocate() }
            forEachBlock(in: part, block) { start, count in
                for lane in 0..<count where isWanted(block, lane) { found.append(start + lane) }
            }
            return found
        } merge: {
            $0 += $1
        }
    }

    /// How many rows have each class.
    package func classCounts(_ classCount: Int, _ parallelism: Parallelism) -> [Int] {
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
