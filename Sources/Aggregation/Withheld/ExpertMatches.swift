import MixtureOfExperts
import Numerics

/// Which expert of a site is nearest to one of another: the linear predictors of the two differ the least, in the mean square over the rows of
/// the second.
struct ExpertMatches {
    private let sites: [FittedMixture]
    private var known = [Pair: Int]()

    private struct Pair: Hashable {
        var site: Int
        var expert: Int
        var other: Int
    }

    init(_ sites: [FittedMixture]) { self.sites = sites }

    mutating func nearest(to expert: Int, of site: Int, in other: Int) -> Int {
        let (own, others) = (sites[site].model.experts[expert], sites[other].model.experts)
        // An expert without parameters has the same one, or none.
        guard own.fixed == nil else { return others.firstIndex { $0.fixed == own.fixed } ?? 0 }
        guard sites[other].model.regressionCount > 1 else { return 0 }
        let pair = Pair(site: site, expert: expert, other: other)
        if let found = known[pair] { return found }
        let distances = sites[other].model.regressions.map { distance(others[$0], from: expert, of: site) }
        let found = distances.indices.min { distances[$0] < distances[$1] } ?? 0
        known[pair] = found
        return found
    }

    private func distance(_ other: Expert, from expert: Int, of site: Int) -> Double {
        let (design, moments) = (sites[site].model.design, sites[site].moments[expert])
        let layout = design.expertLayout
        let differences = zip(other.coefficients, sites[site].model.experts[expert].coefficients).map(-)
        return (0..<layout.predictorCount(differences.count)).reduce(0) { sum, predictor in
            let own = differences[layout.coefficients(of: predictor)]
            let slopes = Array(own.dropFirst())
            let atMean = dot(slopes, design.expertCovariates.map { moments.mean[$0] }) + (own.first ?? 0)
            return sum + atMean * atMean + dot(slopes, moments.covariance(of: design.expertCovariates) * slopes)
        }
    }
}
