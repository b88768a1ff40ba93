import MixtureOfExperts
import Numerics

/// The dominance rule of statistical disclosure control, on squared deviations: where one row makes up most of the spread of a column,
/// the spread is that row's value.
struct DominanceRule {
    let rules: DisclosureRules

    /// The largest two parts of a sum of squares.
    struct Parts: Sendable {
        var first = 0.0
        var second = 0.0
        /// Of squares of the parts, over the weights.
        var fourth = 0.0

        mutating func add(_ part: Double) {
            if part > first { (first, second) = (part, first) } else if part > second { second = part }
        }

        mutating func merge(_ other: Parts) {
            add(other.first)
            add(other.second)
            fourth += other.fourth
        }
    }

    func isDominated(_ parts: Parts, of total: Double) -> Bool {
        total > 0
            && (parts.first >= rules.largestShare * total
                || parts.first + parts.second >= rules.twoLargestShares * total)
    }

    // MARK: A site

    /// Rows that share a bound at least.
    private static let rowsAtBound = 10
    /// Of a column both ends may have such rows.
    private static let mostTurns = 3

    /// The rows with the extreme values of dominated columns at a bound, and these columns.
    ///
    /// A bound is the mean of the tenth to the nineteenth value from its end: ten rows or more share it, it is the value of none, and no
    /// row beyond has a part in it.
    ///
    /// - Parameter columns: those that are released.
    func topCoded(
        _ source: any RowSource, _ columns: Set<Int>, isCount: Bool, _ parallelism: Parallelism
    ) -> (source: any RowSource, columns: [Int]) {
        var bounds = [Int: ClosedRange<Double>]()
        for _ in 0..<Self.mostTurns {
            let current: any RowSource = bounds.isEmpty ? source : TopCodedColumns(source: source, bounds: bounds)
            let summaries = current.columnSummaries(parallelism)
            let parts = current.largestSquares(around: summaries.map(\.mean), parallelism)
            let dominated = columns.sorted().filter { isDominated(parts[$0], of: summaries[$0].scatter) }
            guard !dominated.isEmpty else { break }
            let ends = current.ends(of: dominated, count: 2 * Self.rowsAtBound - 1, parallelism)
            for (column, ends) in zip(dominated, ends) where ends.high.count >= Self.rowsAtBound {
                let rounds = isCount && column == source.covariateCount
                bounds[column] = Self.range(
                    ends, around: summaries[column].mean, within: bounds[column] ?? -.infinity ... .infinity,
                    rounds: rounds)
            }
        }
        return bounds.isEmpty ? (source, []) : (TopCodedColumns(source: source, bounds: bounds), bounds.keys.sorted())
    }

    /// With a bound at the end that is farther from the mean.
    private static func range(
        _ ends: Ends, around mean: Double, within range: ClosedRange<Double>, rounds: Bool
    ) -> ClosedRange<Double> {
        func bound(_ values: [Double]) -> Double {
            let shared = values[(rowsAtBound - 1)...]
            // As differences from one of them: a value that all share keeps its bits.
            return shared[rowsAtBound - 1]
                + shared.reduce(0) { $0 + ($1 - shared[rowsAtBound - 1]) } / Double(shared.count)
        }
        if ends.high[0] - mean >= mean - ends.low[0] {
            let high = rounds ? bound(ends.high).rounded(.down) : bound(ends.high)
            return min(range.lowerBound, high)...high
        }
        let low = rounds ? bound(ends.low).rounded(.up) : bound(ends.low)
        return low...max(range.upperBound, low)
    }

    /// The largest values of a column, falling, and the smallest, rising.
    struct Ends: Sendable {
        var high = [Double]()
        var low = [Double]()

        mutating func add(_ values: [Double], most: Int) {
            high = Array((high + values).sorted(by: >).prefix(most))
            low = Array((low + values).sorted().prefix(most))
        }
    }

    // MARK: Experts

    /// Of each expert, by column, the largest parts of Σ w τ (z - mean)².
    func parts(
        of model: MixtureModel, _ moments: [Moments], _ rows: any RowSource, _ parallelism: Parallelism
    ) -> [[Parts]] {
        let columns = rows.covariateCount + 1
        let none = [Parts](repeating: Parts(), count: columns * model.expertCount)
        let found = model.sum(over: rows, by: .posteriors, parallelism, from: none) {
            found, block, posteriors, _, count in
            for expert in 0..<model.expertCount {
                let own = posteriors + expert * RowBlock.capacity
                for column in 0..<columns {
                    let (values, mean) = (block.column(column + 1), moments[expert].mean[column])
                    for row in 0..<count {
                        let distance = values[row] - mean
                        let part = block.weights[row] * own[row] * distance * distance
                        found[expert * columns + column].fourth += part * distance * distance
                        if part > found[expert * columns + column].second { found[expert * columns + column].add(part) }
                    }
                }
            }
        } merge: { total, part in
            for index in total.indices { total[index].merge(part[index]) }
        }
        return (0..<model.expertCount).map { Array(found[$0 * columns..<($0 + 1) * columns]) }
    }

    /// Of each expert, by column: kurtosis less 1, by which the error of a variance is proportional.
    func spreads(_ parts: [[Parts]], _ moments: [Moments]) -> [[Double]] {
        moments.enumerated().map { expert, moments in
            (0..<moments.count).map { column in
                let scatter = moments.scatter[column, column]
                return scatter > 0 ? moments.weight * parts[expert][column].fourth / scatter / scatter - 1 : 0
            }
        }
    }

    func spreads(
        of model: MixtureModel, _ moments: [Moments], _ rows: any RowSource, _ parallelism: Parallelism
    ) -> [[Double]] {
        spreads(parts(of: model, moments, rows, parallelism), moments)
    }

    /// Columns and experts whose squares are dominated.
    func dominated(_ parts: [[Parts]], _ moments: [Moments]) -> [Disclosure.RareColumn] {
        moments.indices.flatMap { expert in
            parts[expert].indices.filter { isDominated(parts[expert][$0], of: moments[expert].scatter[$0, $0]) }
                .map { Disclosure.RareColumn(column: $0, expert: expert, value: moments[expert].mean[$0]) }
        }
    }
}

extension RowSource {
    /// Of each column, the response last, the largest parts of Σ w (z - mean)².
    fileprivate func largestSquares(around means: [Double], _ parallelism: Parallelism) -> [DominanceRule.Parts] {
        let none = [DominanceRule.Parts](repeating: DominanceRule.Parts(), count: means.count)
        return sum(parallelism, from: none) { found, block, _, count in
            for (column, mean) in means.enumerated() {
                let values = block.column(column + 1)
                for row in 0..<count {
                    let distance = values[row] - mean
                    found[column].add(block.weights[row] * distance * distance)
                }
            }
        } merge: { total, part in
            for index in total.indices { total[index].merge(part[index]) }
        }
    }

    /// Of some columns the values at both ends.
    fileprivate func ends(of columns: [Int], count most: Int, _ parallelism: Parallelism) -> [DominanceRule.Ends] {
        let none = [DominanceRule.Ends](repeating: DominanceRule.Ends(), count: columns.count)
        return sum(parallelism, from: none) { found, block, _, count in
            for (index, column) in columns.enumerated() {
                found[index].add(Array(UnsafeBufferPointer(start: block.column(column + 1), count: count)), most: most)
            }
        } merge: { total, part in
            for index in total.indices {
                let (own, other) = (total[index], part[index])
                total[index] = DominanceRule.Ends(
                    high: Array((own.high + other.high).sorted(by: >).prefix(most)),
                    low: Array((own.low + other.low).sorted().prefix(most)))
            }
        }
    }
}
