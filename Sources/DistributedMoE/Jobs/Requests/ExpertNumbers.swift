import Messages

/// One number of experts, or a range of them.
public struct ExpertNumbers: Sendable, Equatable {
    /// The smallest number.
    public var first: Int
    /// The largest number.
    public var last: Int

    /// One number.
    public init(_ number: Int) { (first, last) = (number, number) }

    /// All numbers from the first to the last.
    public init(first: Int, last: Int) { (self.first, self.last) = (first, last) }

    /// nil for a range.
    package var single: Int? { first == last ? first : nil }

    package func check() throws(RequestRefusal) {
        try RequestOption.experts.check(first)
        try RequestOption.experts.check(last)
        if first > last { throw .reversedRange(.experts, first: first, last: last) }
    }
}
