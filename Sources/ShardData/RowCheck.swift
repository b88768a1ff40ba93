import LinearAlgebra
import MixtureOfExperts

/// What a pass over rows finds that a fit cannot take.
struct RowCheck: Sendable {
    /// The first row with a missing value, and its column: 0 for the first covariate, the response after the covariates, the
    /// weight after that.
    var missing: (row: Int, column: Int)?
    /// The first row with an infinite value, or one too large to be squared.
    var unusable: (row: Int, column: Int, value: Double)?
    /// The first row whose weight is no number of the permitted range.
    var unusableWeight: (row: Int, value: Double)?
    /// Whether rows of weight 0 are among them.
    var hasWeightless = false

    init() {}

    init(_ rows: any RowSource, parallelism: Parallelism) {
        self = rows.reduce(parallelism, into: RowCheck()) { part in
            var check = RowCheck()
            let block = RowBlock(momentCount: rows.momentCount)
            defer { block.deallocate() }
            rows.forEachBlock(in: part, block) { check.look(at: block, start: $0, count: $1) }
            return check
        } merge: { total, part in
            total.missing = total.missing ?? part.missing
            total.unusable = total.unusable ?? part.unusable
            total.unusableWeight = total.unusableWeight ?? part.unusableWeight
            total.hasWeightless = total.hasWeightless || part.hasWeightless
        }
    }

    private mutating func look(at block: RowBlock, start: Int, count: Int) {
        for column in 0..<block.momentCount - 1 {
            let values = block.column(column + 1)
            // One sum tells of a whole block: any NaN or infinity stays in it.
            var sum = 0.0
            for lane in 0..<count { sum += abs(values[lane]) }
            if sum > RowSelection.largestValue || sum.isNaN { find(values, column, start: start, count: count) }
        }
        for lane in 0..<count {
            let weight = block.weights[lane]
            if weight == 0 { hasWeightless = true }
            if weight.isNaN {
                noteMissing(row: start + lane, column: block.momentCount - 1)
            } else if !RowSelection.isUsableWeight(weight) {
                unusableWeight = unusableWeight ?? (start + lane, weight)
            }
        }
    }

    private mutating func noteMissing(row: Int, column: Int) {
        if missing.map({ row < $0.row }) ?? true { missing = (row, column) }
    }

    private mutating func find(_ values: UnsafePointer<Double>, _ column: Int, start: Int, count: Int) {
        for lane in 0..<count {
            let value = values[lane]
            if value.isNaN { noteMissing(row: start + lane, column: column) }
            if abs(value) > RowSelection.largestValue, unusable.map({ start + lane < $0.row }) ?? true {
                unusable = (start + lane, column, value)
            }
        }
    }
}
