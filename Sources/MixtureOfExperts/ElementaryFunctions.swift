import CKernels

/// exp and log of many numbers at a time, by the processor's widest instructions: for families, whose rows would else pay a call of
/// the C library each.
package enum ElementaryFunctions {
    private static let kernels = InstructionSet.best.kernels

    /// exp(x): 0 below -708, finite above 709.78. `result` may be `values`.
    package static func exponentials(
        _ values: UnsafePointer<Double>, count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        kernels.exponentials(values, count, result)
    }

    /// log(x) of normal numbers above 0. `result` may be `values`.
    package static func logarithms(
        _ values: UnsafePointer<Double>, count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        kernels.logarithms(values, count, result)
    }
}
