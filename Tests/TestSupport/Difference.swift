/// The largest absolute difference, in units of the largest value in sight but at least 1; infinite where the shapes
/// differ or a value is not a number, so that no comparison passes by accident.
package func difference(_ left: some Collection<Double>, _ right: some Collection<Double>) -> Double {
    guard left.count == right.count else { return .infinity }
    var largest = 0.0
    var size = 1.0
    for (first, second) in zip(left, right) where first != second {
        guard first.isFinite, second.isFinite else { return .infinity }
        largest = max(largest, abs(first - second))
        size = max(size, max(abs(first), abs(second)))
    }
    return largest / size
}

package func difference(_ left: Double, _ right: Double) -> Double { difference([left], [right]) }

/// |left - right| / |right|; infinite for what is not a number.
package func relativeError(_ left: Double, _ right: Double) -> Double {
    guard left.isFinite, right.isFinite else { return .infinity }
    return left == right ? 0 : abs(left - right) / abs(right)
}

/// Whether no value is below the one before it, but for rounding of sums of their size.
package func neverFalls(_ values: some Collection<Double>, slack: Double = 1e-12) -> Bool {
    zip(values, values.dropFirst()).allSatisfy { $0.0.isFinite && $0.1 >= $0.0 - slack * max(abs($0.0), 1) }
}
