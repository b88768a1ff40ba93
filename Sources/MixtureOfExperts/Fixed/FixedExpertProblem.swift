/// Why a family cannot have an expert without parameters.
package enum FixedExpertProblem: Sendable, Equatable {
    /// Classes have a probability each already.
    case classes
    /// Noise over a range is for real numbers: a family of counts or amounts has wide experts of its own.
    case noiseOfOtherFamily
    case emptyRange
    /// A value that the response cannot have.
    case valueOutOfRange
}
