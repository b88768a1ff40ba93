import Foundation
import MixtureOfExperts

/// Bins of the values of one covariate under the posterior of an expert.
package struct MarginalBins {
    /// Rows that have one value, or a part of them.
    package struct Run {
        package var value: Double
        package var weight: Double

        package init(value: Double, weight: Double) {
            self.value = value
            self.weight = weight
        }
    }

    /// Neighbouring values: one that many rows have, or those between two such.
    private struct Segment {
        var runs: [Run]
        var isAtom: Bool

        var weight: Double { runs.reduce(0) { $0 + $1.weight } }
        var mean: Double { runs.reduce(0) { $0 + $1.weight * $1.value } / weight }
    }

    private let least: Double
    private let total: Double
    private let deviation: Double
    private var segments: [Segment]
    /// What the mean was moved by so far.
    private var shift = 0.0

    /// Columns of no more values have them as bins, where enough rows have each.
    private static let mostValues = ColumnSummary.mostDistinctValues
    /// Of the deviation: what few rows beside common values may move the mean by, all together, and yet be counted as having these.
    private static let negligibleShift = 0.02
    /// Decimal digits of a mean behind those of the deviation's order of magnitude.
    private static let digits = 3.0

    /// - Parameters:
    ///   - runs: ascending, each value once.
    ///   - least: the weight that a bin has at least.
    /// - Returns: nil where the rows make up no two bins.
    package static func marginal(of runs: [Run], least: Double) -> Marginal? {
        let runs = runs.filter { $0.weight > 0 }
        // Of two values the mean says which share has which.
        if runs.count == 2 {
            return Marginal(bins: runs.map { Marginal.Bin(share: $0.weight, mean: $0.value, isAtom: true) })
        }
        let all = MarginalBins(runs, least: least)
        guard runs.count > 2, all.total >= 2 * least else { return nil }
        let bins = all.bins
        return bins.count > 1 ? Marginal(bins: bins) : nil
    }

    private init(_ runs: [Run], least: Double) {
        self.least = least
        let total = runs.reduce(0) { $0 + $1.weight }
        let center = runs.reduce(0) { $0 + $1.weight * $1.value } / total
        self.total = total
        deviation = (runs.reduce(0) { $0 + $1.weight * ($1.value - center) * ($1.value - center) } / total).squareRoot()
        let common = runs.count <= Self.mostValues ? least : max(least, total / Double(Marginal.equalBins))
        segments = []
        for run in runs {
            let isAtom = run.weight >= common
            if isAtom || segments.last?.isAtom != false {
                segments.append(Segment(runs: [run], isAtom: isAtom))
            } else {
                segments[segments.count - 1].runs.append(run)
            }
        }
        while segments.count > 1, let few = segments.firstIndex(where: { !$0.isAtom && $0.weight < least }) {
            join(few)
        }
    }

    /// Few rows beside common values are counted to the nearer one, which is no atom where that would move the mean.
    private mutating func join(_ few: Int) {
        let own = segments[few]
        let neighbours = [few - 1, few + 1].filter(segments.indices.contains)
        guard let other = neighbours.min(by: { abs(segments[$0].mean - own.mean) < abs(segments[$1].mean - own.mean) })
        else { return }
        let more = own.weight * abs(segments[other].mean - own.mean) / total
        if segments[other].isAtom, shift + more <= Self.negligibleShift * deviation {
            shift += more
            segments[other].runs[0].weight += own.weight
        } else {
            let (low, high) = (min(few, other), max(few, other))
            segments[other] = Segment(runs: segments[low].runs + segments[high].runs, isAtom: false)
        }
        segments.remove(at: few)
    }

    private var bins: [Marginal.Bin] {
        segments.enumerated().flatMap { index, segment in
            segment.isAtom
                ? [Marginal.Bin(share: segment.weight, mean: segment.runs[0].value, isAtom: true)]
                : bins(segment, isFirst: index == 0, isLast: index == segments.count - 1)
        }
    }

    /// Where a bin ends within the rows of a value, it gets a part of them.
    private func bins(_ segment: Segment, isFirst: Bool, isLast: Bool) -> [Marginal.Bin] {
        let weight = segment.weight
        let wanted = max(1, Int((Double(Marginal.equalBins) * weight / total).rounded()))
        let shares = Marginal.shares(bins: weight / least, wanted: wanted, lower: isFirst, upper: isLast)
        var runs = segment.runs[...]
        return shares.map { share in
            var (taken, sum) = (0.0, 0.0)
            let lowest = runs.first?.value ?? segment.runs[segment.runs.count - 1].value
            var highest = lowest
            while let run = runs.first, taken < share * weight {
                let part = min(run.weight, share * weight - taken)
                taken += part
                sum += part * run.value
                highest = run.value
                if part < run.weight { runs[runs.startIndex].weight -= part } else { runs.removeFirst() }
            }
            // Rounding puts no mean beside the values that it is of.
            let mean = taken > 0 ? min(max(sum / taken, lowest), highest) : lowest
            let short = rounded(mean)
            let isWithin = short >= segment.runs[0].value && short <= segment.runs[segment.runs.count - 1].value
            return Marginal.Bin(share: share * weight, mean: isWithin ? short : mean)
        }
    }

    /// No more digits than the rows of a bin say.
    private func rounded(_ mean: Double) -> Double {
        let unit = pow(10, log10(deviation).rounded() - Self.digits)
        // Multiples of a negative power of ten are read as they were written where they are divided by a positive one.
        let rounded =
            unit < 1 ? (mean * (1 / unit).rounded()).rounded() / (1 / unit).rounded() : (mean / unit).rounded() * unit
        return rounded.isFinite ? rounded : mean
    }
}
