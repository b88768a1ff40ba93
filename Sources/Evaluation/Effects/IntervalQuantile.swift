import Numerics

/// How many standard errors an interval reaches to either side of its estimate.
package enum IntervalQuantile {
    /// Of the normal distribution, or of Student's t where degrees of freedom are given.
    ///
    /// - Parameter level: the probability of the interval, between 0 and 1.
    package static func ofLevel(_ level: Double, degrees: Double? = nil) -> Double {
        // From the tail: 0.5 + 0.5 level is 1 for the largest levels below 1.
        let tail = 0.5 - 0.5 * level
        return degrees.map { SpecialFunctions.studentQuantile(tail: tail, degrees: $0) } ?? -Scalar.normalQuantile(tail)
    }
}
