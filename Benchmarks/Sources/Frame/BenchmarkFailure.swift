/// Why something was not measured, in words.
struct BenchmarkFailure: Error, CustomStringConvertible {
    var description: String
}
