import ArgumentParser

/// One number of experts, or a range of them such as 1..8.
struct ExpertNumbers: ExpressibleByArgument {
    let first: Int
    let last: Int

    init(_ number: Int) { (first, last) = (number, number) }

    init?(argument: String) {
        let parts = argument.split(separator: "..", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count, (1...2).contains(numbers.count) else { return nil }
        first = numbers[0]
        last = numbers[numbers.count - 1]
    }

    /// nil for a range.
    var single: Int? { first == last ? first : nil }

    func validate() throws {
        guard (1...1000).contains(first), (1...1000).contains(last) else {
            throw ValidationError("--experts must be from 1 to 1000.")
        }
        guard first <= last else { throw ValidationError("--experts \(first)..\(last) runs backwards.") }
    }
}
