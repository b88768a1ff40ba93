/// Unbiased rounding of small counts (statistical disclosure control): to the multiple of 3 below or above, with the probability that keeps
/// the mean (Cox 1987, Journal of the American Statistical Association 82, 520-524).
///
/// The choice follows from a key and what is counted, so that asking again gives the same answer. Sums over sites keep their expectation;
/// deleting the rows instead would not: of 7 events among 100 rows at each site none would remain.
package struct RandomRounding: Sendable {
    private static let base = 3
    private let key: UInt64

    /// - Parameter key: any number.
    package init(key: UInt64) { self.key = Self.mixed(key) }

    /// - Parameters:
    ///   - summaries: of the columns: what others do not know, and what changes with every row.
    ///   - salt: of whoever asks for other roundings of the same rows.
    init(_ summaries: [ColumnSummary], salt: UInt64) {
        key = summaries.reduce(Self.mixed(salt)) { key, summary in
            [summary.mean.bitPattern, summary.scatter.bitPattern, UInt64(summary.rowCount)].reduce(key) {
                Self.mixed($0 ^ $1)
            }
        }
    }

    /// - Parameter label: of what is counted.
    package func rounded(_ count: Int, label: Int) -> Int {
        let (quotient, rest) = count.quotientAndRemainder(dividingBy: Self.base)
        let uniform = Double(Self.mixed(key ^ UInt64(bitPattern: Int64(label))) >> 11) * 0x1p-53
        return Self.base * (quotient + (uniform * Double(Self.base) < Double(rest) ? 1 : 0))
    }

    /// The finaliser of SplitMix64 (Steele, Lea & Flood 2014).
    private static func mixed(_ value: UInt64) -> UInt64 {
        var result = value &+ 0x9E37_79B9_7F4A_7C15
        result = (result ^ (result >> 30)) &* 0xBF58_476D_1CE4_E5B9
        result = (result ^ (result >> 27)) &* 0x94D0_49BB_1331_11EB
        return result ^ (result >> 31)
    }
}
