import CKernels
import Numerics

/// exp, log and softmax of many numbers at a time, by the processor's widest instructions: for families, whose rows would else pay a call of
/// the C library each.
package enum ElementaryFunctions {
    private static let kernels = InstructionSet.best.kernels

    /// exp(x): 0 below -708, finite above 709.78.
    ///
    /// `result` may be `values`.
    package static func exponentials(
        _ values: UnsafePointer<Double>, count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        kernels.exponentials(values, count, result)
    }

    /// log(x) of normal numbers above 0.
    ///
    /// `result` may be `values`.
    package static func logarithms(
        _ values: UnsafePointer<Double>, count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        kernels.logarithms(values, count, result)
    }

    /// Softmax over 0 and `count` values, for some rows; value v of row i at v · stride + i, with its probability at the place after, that
    /// of the 0 first.
    ///
    /// Also the logarithms of the sums. What is nil is not computed.
    package static func referenceSoftmax(
        _ values: UnsafePointer<Double>, stride: Int, count: Int, rows: Int,
        probabilities: UnsafeMutablePointer<Double>? = nil, probabilityStride: Int = 0,
        logSums: UnsafeMutablePointer<Double>? = nil
    ) {
        kernels.reference_softmax(values, stride, count, rows, probabilities, probabilityStride, logSums)
    }

    /// log P of the class of each row, `count` predictors beside the 0 of class 0, and its derivatives by them: first ones, second ones
    /// packed.
    ///
    /// What is nil is not computed.
    package static func multinomial(
        _ responses: UnsafePointer<Double>, _ predictors: UnsafePointer<Double>, stride: Int, count: Int, rows: Int,
        logDensity: UnsafeMutablePointer<Double>, firsts: UnsafeMutablePointer<Double>? = nil,
        seconds: UnsafeMutablePointer<Double>? = nil, derivativeStride: Int = 0,
        instructionSet: InstructionSet = .best
    ) {
        instructionSet.kernels.multinomial(
            responses, predictors, stride, count, rows, logDensity, firsts, seconds, derivativeStride)
    }
}
