/// One line of a benchmark: how long, how much memory, how good.
struct Measurement: Codable, Sendable {
    /// The benchmark's name.
    var benchmark = ""
    /// What was measured, in words: "newton", "peer jax".
    var what: String
    /// The sizes: rows, K, M, threads.
    var sizes: [String: Int]
    /// Median of the repeats.
    var seconds: Double
    var repeats = 1
    /// The most memory that the process held, in MB of 10⁶ bytes; nil where it did more than this measurement.
    var peakMB: Double?
    var score: Score?
    /// What the seconds mean: nanoseconds a row, MB a second, share of a peak.
    var figures: [String: Double] = [:]
    var note: String?

    /// What it must be as good as; a time without it says little.
    struct Score: Codable, Sendable {
        var name: String
        var value: Double
    }

    /// The same in every run with the same sizes.
    var key: String { ([benchmark, what] + sizeWords).joined(separator: " ") }

    var sizeWords: [String] { sizes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } }
}

/// What was not measured, and why.
struct Skipped: Codable, Sendable {
    var benchmark: String
    var what: String
    var reason: String
}
