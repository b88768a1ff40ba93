import Foundation

/// The distribution function of a mixture of count distributions in a table, wherever it rises.
struct CumulativeCounts {
    /// Probability beyond the ends of the range of a component.
    private static let tail = 1e-14

    /// F at consecutive counts.
    ///
    /// Between two pieces it stays at the last value of the first of them.
    private struct Piece {
        var start: Double
        var values: [Double]

        /// The first count after the piece.
        var end: Double { start + Double(values.count) }
    }

    private var pieces: [Piece] = []

    // Of a component. Tails may be a thousand deviations long where variances are far above the means.
    private static let longestRange = 16_384.0

    /// nil where the counts of a component are too many for a table.
    init?(_ members: FamilyMixture) {
        var ranges = [(component: Int, range: Range<Double>)]()
        for component in members.weights.indices where members.weights[component] > 0 {
            guard let range = Self.range(members, component) else { return nil }
            ranges.append((component, range))
        }
        ranges.sort { ($0.range.lowerBound, $0.component) < ($1.range.lowerBound, $1.component) }
        for (component, range) in ranges {
            if let last = pieces.last, range.lowerBound <= last.end {
                let missing = range.upperBound - last.end
                if missing > 0 { pieces[pieces.count - 1].values += Self.zeros(missing) }
            } else {
                pieces.append(
                    Piece(start: range.lowerBound, values: Self.zeros(range.upperBound - range.lowerBound)))
            }
            add(members, component, range)
        }
        accumulate()
    }

    private static func zeros(_ count: Double) -> [Double] { [Double](repeating: 0, count: Int(count)) }

    /// Counts from the lower bound up to, but without, the upper one; nil for too many.
    private static func range(_ members: FamilyMixture, _ component: Int) -> Range<Double>? {
        let (mean, deviation) = (members.means[component], members.deviations[component])
        var (below, above) = (8 * deviation, 8 * deviation + 10)
        var (low, high) = (0.0, 0.0)
        repeat {
            low = max(0, (mean - below).rounded(.down))
            below *= 2
        } while low > 0 && members.cumulative(low - 1, component) > tail
        repeat {
            high = (mean + above).rounded(.up)
            guard high - low < longestRange else { return nil }
            above *= 2
        } while members.cumulative(high, component) < 1 - tail
        return low..<high + 1
    }

    /// Adds the weighted probabilities of a component to the last piece.
    private mutating func add(_ members: FamilyMixture, _ component: Int, _ range: Range<Double>) {
        let count = Int(range.upperBound - range.lowerBound)
        let responses = (0..<count).map { range.lowerBound + Double($0) }
        let predictors = members.predictors[component].flatMap { [Double](repeating: $0, count: count) }
        var probabilities = Self.zeros(Double(count))
        predictors.withUnsafeBufferPointer { predictors in
            guard let first = predictors.baseAddress else { return }
            members.family.logDensity(
                responses: responses, predictors: LinearPredictors(first, stride: count),
                dispersion: members.dispersions[component], count: count, into: &probabilities)
        }
        let last = pieces.count - 1
        let offset = Int(range.lowerBound - pieces[last].start)
        for index in 0..<count { probabilities[index] = exp(probabilities[index]) }
        // They sum to 1 but for the tails: where counts are large, log φ has lost the digits that this brings back.
        let total = probabilities.reduce(0, +)
        let scale = total > 0 ? members.weights[component] / total : 0
        for index in 0..<count { pieces[last].values[offset + index] += scale * probabilities[index] }
    }

    private mutating func accumulate() {
        var sum = 0.0
        for piece in pieces.indices {
            for index in pieces[piece].values.indices {
                sum += pieces[piece].values[index]
                pieces[piece].values[index] = min(sum, 1)
            }
        }
    }

    // MARK: What it gives

    func probability(upTo response: Double) -> Double {
        guard let piece = pieces.last(where: { $0.start <= response }) else { return 0 }
        // Counts may be beyond what an integer holds.
        return piece.values[Int(min(response - piece.start, Double(piece.values.count - 1)))]
    }

    /// The least count with at least this probability up to it.
    func quantile(_ level: Double) -> Double {
        guard let piece = pieces.first(where: { ($0.values.last ?? 0) >= level }) else {
            return (pieces.last?.end ?? 1) - 1
        }
        return piece.start + Double(piece.values.firstIndex { $0 >= level } ?? 0)
    }

    /// Σ_k (F(k) - 1{y ≤ k})².
    func crps(_ response: Double) -> Double {
        let response = response.rounded(.up)
        var (sum, level, end) = (0.0, 0.0, min(response, pieces.first?.start ?? 0))
        for piece in pieces {
            sum += Self.constant(level, from: end, to: piece.start, response)
            for (index, value) in piece.values.enumerated() {
                let distance = piece.start + Double(index) < response ? value : 1 - value
                sum += distance * distance
            }
            (level, end) = (piece.values.last ?? level, piece.end)
        }
        return sum + Self.constant(1, from: end, to: max(end, response), response)
    }

    /// The terms of counts at which F has one value.
    private static func constant(
        _ level: Double, from start: Double, to end: Double, _ response: Double
    ) -> Double {
        let below = min(max(response - start, 0), end - start)
        return below * level * level + (end - start - below) * (1 - level) * (1 - level)
    }
}
