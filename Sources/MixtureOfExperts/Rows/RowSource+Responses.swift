import Numerics

extension RowSource {
    /// The first response that is not of a kind.
    ///
    /// - Parameter values: that rows may have all the same.
    package func response(
        notOf kind: ResponseKind, besides values: [Double] = [], _ parallelism: Parallelism
    ) -> Double? {
        if kind == .number { return nil }
        return sum(parallelism, from: Double?.none) { found, block, _, count in
            for lane in 0..<count
            where found == nil && !kind.accepts(block.responses[lane]) && !values.contains(block.responses[lane]) {
                found = block.responses[lane]
            }
        } merge: {
            $0 = $0 ?? $1
        }
    }

    /// The rows that satisfy a condition, ascending.
    package func rows(
        _ parallelism: Parallelism, where isWanted: @Sendable (_ block: borrowing RowBlock, _ lane: Int) -> Bool
    ) -> [Int] {
        sum(parallelism, from: [Int]()) { found, block, start, count in
            for lane in 0..<count where isWanted(block, lane) { found.append(start + lane) }
        } merge: {
            $0 += $1
        }
    }

    /// How many rows have each class.
    package func classCounts(_ classCount: Int, _ parallelism: Parallelism) -> [Int] {
        sum(parallelism, from: [Int](repeating: 0, count: classCount)) { counts, block, _, count in
            for lane in 0..<count { counts[Int(block.responses[lane])] += 1 }
        } merge: {
            $0.add($1)
        }
    }
}
