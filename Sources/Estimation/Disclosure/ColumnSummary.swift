import Foundation
import MixtureOfExperts
import Numerics

/// What one pass over the rows shows of a column: center and spread, and whether few values make it up.
///
/// Additive by ``merge(_:)``.
struct ColumnSummary: Sendable {
    private(set) var rowCount = 0
    private(set) var weight = 0.0
    private(set) var largestWeight = 0.0
    private(set) var smallestWeight = Double.infinity
    private(set) var mean = 0.0
    /// Σ w (x - mean)².
    private(set) var scatter = 0.0
    /// The values in order of appearance; nil beyond ``mostDistinctValues``.
    private(set) var distinct: [Double]? = []
    /// The value of more than half of the rows, if there is one (Boyer & Moore 1991), with how many rows speak for it
    /// beyond those against.
    private(set) var majority = (value: 0.0, lead: 0)

    /// Columns with more distinct values, and none that most rows share, have no usual value.
    static let mostDistinctValues = 32

    /// Files hold sums of squares up to it, parameters up to its root: beyond, a fit would end in what could not be read again.
    static let largestScatter = 1e200
    /// Slopes are inversely proportional to a deviation, and variances of responses proportional to its square.
    static let leastDeviation = 1e-90

    var deviation: Double { weight > 0 ? (scatter / weight).squareRoot() : 0 }

    /// Adds up to a block of values.
    ///
    /// Mean and scatter are formed about the block's own mean and merged: Σx² - n x̄² has no digits left for 1e9 ± 1.
    mutating func add(_ values: UnsafePointer<Double>, weights: UnsafePointer<Double>, count: Int) {
        var block = ColumnSummary()
        var sum = 0.0
        for row in 0..<count {
            block.weight += weights[row]
            block.largestWeight = max(block.largestWeight, weights[row])
            block.smallestWeight = min(block.smallestWeight, weights[row])
            sum += weights[row] * (values[row] - values[0])
        }
        block.rowCount = count
        block.mean = values[0] + (block.weight > 0 ? sum / block.weight : 0)
        for row in 0..<count {
            let difference = values[row] - block.mean
            block.scatter += weights[row] * difference * difference
            block.vote(for: values[row])
        }
        mergeMoments(block)
        mergeMajority(block)
        for row in 0..<count { note(values[row]) }
    }

    mutating func merge(_ other: ColumnSummary) {
        mergeMoments(other)
        mergeMajority(other)
        if let values = other.distinct { values.forEach { note($0) } } else { distinct = nil }
    }

    private mutating func mergeMoments(_ other: ColumnSummary) {
        rowCount += other.rowCount
        largestWeight = max(largestWeight, other.largestWeight)
        smallestWeight = min(smallestWeight, other.smallestWeight)
        guard other.weight > 0 else { return }
        let total = weight + other.weight
        let difference = other.mean - mean
        scatter += other.scatter + difference * difference * (weight * (other.weight / total))
        mean = weight > 0 ? mean + difference * (other.weight / total) : other.mean
        weight = total
    }

    private mutating func vote(for value: Double) {
        if majority.lead == 0 { majority.value = value }
        majority.lead += value == majority.value ? 1 : -1
    }

    private mutating func mergeMajority(_ other: ColumnSummary) {
        if other.majority.value == majority.value {
            majority.lead += other.majority.lead
        } else if other.majority.lead > majority.lead {
            majority = (other.majority.value, other.majority.lead - majority.lead)
        } else {
            majority.lead -= other.majority.lead
        }
    }

    @inline(__always)
    private mutating func note(_ value: Double) {
        guard let known = distinct, !known.contains(value) else { return }
        distinct = known.count < Self.mostDistinctValues ? known + [value] : nil
    }
}

extension ColumnSummary {
    /// Whether no file holds the sum of its squares.
    var isTooLarge: Bool { !deviation.isFinite || scatter > Self.largestScatter }
}

extension Standardisation {
    /// A column of which no file holds the squares, or the slopes that it leads to.
    func columnOutOfRange(_ summaries: [ColumnSummary]) -> Int? {
        if let large = summaries.indices.first(where: { !scale[$0].isFinite || summaries[$0].isTooLarge }) {
            return large
        }
        let (response, least) = (summaries.count - 1, ColumnSummary.leastDeviation)
        let varying = summaries.indices.filter { !constantColumns.contains($0) }
        if let small = varying.first(where: { scale[$0] < least }) { return small }
        guard let narrow = varying.first(where: { $0 < response && scale[response] / scale[$0] > 1 / least }) else {
            return nil
        }
        // Of the two the one whose unit is farther from that of its values is to be changed.
        return abs(log(scale[narrow])) < abs(log(scale[response])) ? response : narrow
    }
}

extension RowSource {
    /// A summary of each covariate, then of the response.
    func columnSummaries(_ parallelism: Parallelism) -> [ColumnSummary] {
        let none = [ColumnSummary](repeating: ColumnSummary(), count: covariateCount + 1)
        return sum(parallelism, from: none) { summaries, block, _, count in
            for column in summaries.indices {
                summaries[column].add(block.column(column + 1), weights: block.weights, count: count)
            }
        } merge: { total, part in
            for column in total.indices { total[column].merge(part[column]) }
        }
    }

    /// How many rows have another value than the one given, for each of some columns.
    func countRows(differingFrom values: [(column: Int, value: Double)], _ parallelism: Parallelism) -> [Int] {
        let none = [Int](repeating: 0, count: values.count)
        guard !values.isEmpty else { return none }
        return sum(parallelism, from: none) { counts, block, _, count in
            for (index, wanted) in values.enumerated() {
                let column = block.column(wanted.column + 1)
                for row in 0..<count where column[row] != wanted.value { counts[index] += 1 }
            }
        } merge: {
            $0.add($1)
        }
    }
}
