import MixtureOfExperts
import Numerics

/// The marginals of global experts: of the rows of all local experts that are assigned to them.
///
/// A global model may be aggregated again, and what its covariates are drawn from should not be less than the sites'.
extension AggregationProblem {
    private static let bins = 32
    /// Of the rows of a global expert: with fewer known it gets none.
    private static let leastKnown = 0.5

    /// In the user's units by expert and covariate; none where no site has any.
    func marginals(_ labels: [Int], count: Int) -> [[Marginal?]] {
        let components = contributions.flatMap { site in
            site.fitted.moments.indices.map { expert in
                (
                    moments: site.fitted.moments[expert],
                    marginals: site.fitted.marginals.isEmpty ? nil : site.fitted.marginals[expert]
                )
            }
        }
        guard components.contains(where: { $0.marginals != nil }) else { return [] }
        let columns = 0..<mixture.design.covariateCount
        return parallelism.map(count: count) { label in
            let own = labels.indices.filter { labels[$0] == label }.map { components[$0] }
            return columns.map { column in
                Self.marginal(own.map { ($0.moments, $0.marginals?[column]) }, column)
            }
        }
    }

    private static func marginal(_ parts: [(moments: Moments, marginal: Marginal?)], _ column: Int) -> Marginal? {
        let total = parts.reduce(0) { $0 + $1.moments.weight }
        let known = parts.reduce(0) { $0 + ($1.marginal == nil ? 0 : $1.moments.weight) }
        guard total > 0, known >= leastKnown * total else { return nil }
        return Marginal.mixture(
            parts.filter { $0.moments.weight > 0 }.map { moments, marginal in
                (moments.weight, marginal ?? Marginal.normal(moments, column))
            }, bins: bins)?.released
    }
}

extension Marginal {
    private static let normalBins = 10

    /// Of a normal covariate with these moments, or a constant.
    fileprivate static func normal(_ moments: Moments, _ column: Int) -> Marginal {
        let deviation = (moments.scatter[column, column] / moments.weight).squareRoot()
        guard deviation > 0 else {
            return Marginal(bins: [Bin(share: 1, mean: moments.mean[column], isAtom: true)])
        }
        let share = 1 / Double(normalBins)
        // The mean of a normal variable between two quantiles is the difference of their densities over the share.
        let densities = (0...normalBins).map { level in
            level == 0 || level == normalBins
                ? 0 : Scalar.normalDensity(Scalar.normalQuantile(Double(level) * share))
        }
        return Marginal(
            bins: (0..<normalBins).map { bin in
                Bin(
                    share: share,
                    mean: moments.mean[column] + deviation * (densities[bin] - densities[bin + 1]) / share)
            })
    }
}
