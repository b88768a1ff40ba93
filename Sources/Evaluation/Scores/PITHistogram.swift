/// The histogram of the probability integral transform F(y): flat where the predictive distributions are right, a valley
/// where they are too narrow, a hill where they are too wide.
///
/// A discrete distribution has P(Y < y) < P(Y ≤ y); a response then counts evenly between the two: the nonrandomised
/// histogram of Czado, Gneiting and Held (2009, Biometrics 65, section 2.1).
struct PITHistogram: Sendable, Equatable {
    static let binCount = 20
    private(set) var weights = [Double](repeating: 0, count: binCount)

    mutating func add(below: Double, upTo: Double, weight: Double) {
        let (low, high) = (Self.bin(below), Self.bin(upTo))
        // Also a continuous distribution, and a jump that is lost in rounding.
        guard low < high else {
            weights[high] += weight
            return
        }
        let width = upTo - below
        for bin in low...high {
            let start = max(below, Double(bin) / Double(Self.binCount))
            let end = min(upTo, Double(bin + 1) / Double(Self.binCount))
            weights[bin] += weight * max(0, end - start) / width
        }
    }

    mutating func merge(_ other: PITHistogram) {
        for bin in weights.indices { weights[bin] += other.weights[bin] }
    }

    private static func bin(_ probability: Double) -> Int {
        // Of what is no number the first.
        probability > 0 ? min(Int(probability * Double(binCount)), binCount - 1) : 0
    }
}
