import Foundation
import MixtureOfExperts
import Numerics

/// The quantile function that bins of shares and means stand for.
struct BinnedQuantiles: Sendable {
    private struct Bin {
        /// Shares of the bins before it.
        var start: Double
        var share: Double
        var mean: Double
        /// Values are uniform within this distance of the mean.
        var halfWidth: Double
    }

    /// Of the outermost bin on one side.
    private struct Tail {
        var edge: Double
        /// Of the mean from the edge, away from the middle.
        var distance: Double
    }

    private var bins: [Bin]
    private var lower: Tail?
    private var upper: Tail?
    /// κ of the tails, and Γ(1 + κ).
    private var power = 0.0
    private var normaliser = 1.0

    private static let largestPower = 4.0
    /// What half widths may be multiplied by.
    private static let mostSpread = 1.5

    /// - Returns: nil where the bins cannot have the mean.
    init?(_ marginal: Marginal, mean: Double, variance: Double) {
        let own = Self.moved(marginal.bins, to: mean)
        guard let own else { return nil }
        var start = 0.0
        bins = own.enumerated().map { index, bin in
            defer { start += bin.share }
            let left = index > 0 ? Self.reach(bin, own[index - 1]) : .infinity
            let right = index < own.count - 1 ? Self.reach(bin, own[index + 1]) : .infinity
            return Bin(
                start: start, share: bin.share, mean: bin.mean,
                halfWidth: bin.isAtom || own.count == 1 ? 0 : max(0, min(left, right)))
        }
        let between = bins.reduce(0) { $0 + $1.share * ($1.mean - mean) * ($1.mean - mean) }
        let within = bins.reduce(0) { $0 + $1.share * $1.halfWidth * $1.halfWidth / 3 }
        if between + within >= variance {
            scale(by: within > 0 ? max(0, (variance - between) / within).squareRoot() : 1)
        } else {
            makeTails(own, missing: variance - between - within)
        }
    }

    /// Bins that are no atoms shifted so that the mean is another; shares tilted where all are atoms.
    private static func moved(_ bins: [Marginal.Bin], to mean: Double) -> [Marginal.Bin]? {
        let own = bins.reduce(0) { $0 + $1.share * $1.mean }
        let movable = bins.reduce(0) { $0 + ($1.isAtom ? 0 : $1.share) }
        guard movable > 0 else { return MarginalTilt(bins).bins(mean: mean, variance: nil) }
        let shift = (mean - own) / movable
        return bins.map {
            Marginal.Bin(share: $0.share, mean: $0.mean + ($0.isAtom ? 0 : shift), isAtom: $0.isAtom)
        }
    }

    /// How far values of a bin reach towards its neighbour: bins meet where their shares say, values between atoms fill the gap.
    private static func reach(_ bin: Marginal.Bin, _ other: Marginal.Bin) -> Double {
        let gap = abs(bin.mean - other.mean)
        return other.isAtom ? gap : gap * bin.share / (bin.share + other.share)
    }

    private mutating func scale(by factor: Double) {
        for index in bins.indices { bins[index].halfWidth *= factor }
    }

    /// Takes what is missing of the variance into the outermost bins, where they are no atoms, else into all.
    private mutating func makeTails(_ own: [Marginal.Bin], missing: Double) {
        var (capacity, wanted) = (0.0, missing)
        for (isLower, index) in [(true, 0), (false, own.count - 1)] where !own[index].isAtom && own.count > 1 {
            let bin = bins[index]
            guard bin.halfWidth > 0 else { continue }
            let tail = Tail(edge: bin.mean + (isLower ? bin.halfWidth : -bin.halfWidth), distance: bin.halfWidth)
            if isLower { lower = tail } else { upper = tail }
            capacity += bin.share * bin.halfWidth * bin.halfWidth
            wanted += bin.share * bin.halfWidth * bin.halfWidth / 3
        }
        if capacity > 0 {
            var (low, high) = (0.0, Self.largestPower)
            for _ in 0..<40 {
                let middle = 0.5 * (low + high)
                if capacity * Self.relativeVariance(middle) < wanted { low = middle } else { high = middle }
            }
            power = 0.5 * (low + high)
            normaliser = tgamma(1 + power)
        } else {
            let within = bins.reduce(0) { $0 + $1.share * $1.halfWidth * $1.halfWidth / 3 }
            if within > 0 { scale(by: min(((within + missing) / within).squareRoot(), Self.mostSpread)) }
        }
    }

    /// Of e^κ, e exponential, in units of its squared mean.
    private static func relativeVariance(_ power: Double) -> Double {
        tgamma(1 + 2 * power) / (tgamma(1 + power) * tgamma(1 + power)) - 1
    }

    /// - Parameters:
    ///   - below: the probability below the value.
    ///   - above: 1 - `below`, with all its digits.
    func value(below: Double, above: Double) -> Double {
        var (low, high) = (0, bins.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if bins[middle].start <= below { low = middle } else { high = middle }
        }
        return value(bin: low, below: below, above: above)
    }

    /// The bin of a level that is not below that of bin `first`.
    func bin(of level: Double, from first: Int) -> Int {
        var bin = first
        while bin < bins.count - 1, bins[bin + 1].start <= level { bin += 1 }
        return bin
    }

    func value(bin index: Int, below: Double, above: Double) -> Double {
        let bin = bins[index]
        if index == 0, let lower {
            return lower.edge - lower.distance * stretched(below / bin.share)
        }
        if index == bins.count - 1, let upper {
            return upper.edge + upper.distance * stretched(above / bin.share)
        }
        let position = min(max((below - bin.start) / bin.share, 0), 1)
        return bin.mean + bin.halfWidth * (2 * position - 1)
    }

    private func stretched(_ part: Double) -> Double {
        guard part < 1 else { return 0 }
        return pow(-log(max(part, .leastNormalMagnitude)), power) / normaliser
    }
}
