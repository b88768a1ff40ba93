import CKernels
import Numerics

/// A block of rows packed as z[position][row], whatever the layout that they come from.
///
/// Sixty-four rows of any usual number of columns, with their products and weights, stay in the first-level cache.
package struct RowBlock: ~Copyable {
    /// Rows in a block.
    package static let capacity = Int(CKERNELS_BLOCK_ROWS)

    /// The length of z = (1, x, y).
    package let momentCount: Int
    package let values: UnsafeMutablePointer<Double>
    package let weights: UnsafeMutablePointer<Double>
    private let memory: BlockValues
    let kernels: CKernelsTable

    package init(momentCount: Int, instructionSet: InstructionSet = .best) {
        self.momentCount = momentCount
        kernels = instructionSet.kernels
        memory = BlockValues(momentCount + 1)
        values = memory.pointer
        weights = memory[momentCount]
        for lane in 0..<Self.capacity { values[lane] = 1 }
    }

    package func column(_ position: Int) -> UnsafeMutablePointer<Double> { values + position * Self.capacity }

    package func covariate(_ index: Int) -> UnsafeMutablePointer<Double> { column(index + 1) }

    package var responses: UnsafeMutablePointer<Double> { column(momentCount - 1) }

    /// Packs `count` numbers, `stride` elements apart, that need not be aligned; lanes beyond them become 0.
    package func pack(
        _ source: UnsafeRawPointer, isFloat: Bool = false, stride: Int = 1, count: Int, at position: Int
    ) {
        kernels.pack(source, isFloat ? .float32 : .float64, stride, count, column(position))
    }

    /// The same for the weights.
    package func packWeights(_ source: UnsafeRawPointer, isFloat: Bool, stride: Int, count: Int) {
        kernels.pack(source, isFloat ? .float32 : .float64, stride, count, weights)
    }

    /// Weights of the first `count` lanes; the others get 0 and count for nothing.
    package func setWeights(count: Int, _ weight: (Int) -> Double) {
        for lane in 0..<Self.capacity { weights[lane] = lane < count ? weight(lane) : 0 }
    }

    /// (value - center) · factor in the first `count` lanes.
    package func standardise(_ position: Int, count: Int, center: Double, factor: Double) {
        kernels.standardise(column(position), count, center, factor)
    }

    /// result[j][lane] = Σ_i coefficients[j][i] z_i.
    package func linearPredictors(
        coefficients: UnsafePointer<Double>, count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        kernels.predictors(values, momentCount, coefficients, count, result)
    }

    /// Softmax over the first index of values[index][lane], and the logarithms of the sums.
    package func softmax(
        _ values: UnsafeMutablePointer<Double>, count: Int, logSums: UnsafeMutablePointer<Double>
    ) {
        kernels.softmax(values, count, logSums)
    }

    /// log Σ exp over the first index of values[index][lane].
    package func logSumExp(
        _ values: UnsafePointer<Double>, count: Int, into logSums: UnsafeMutablePointer<Double>
    ) {
        kernels.log_sum_exp(values, count, logSums)
    }
}
