import MixtureOfExperts
import Numerics

/// Where the covariates lie at each site and how much they vary, beside the others.
///
/// A divergence says nothing of a covariate that no expert of the site reads, but its sketch counts all the same: it sets the pooled units and
/// where the support lies.
struct CovariateScales {
    /// Of mean squared distances.
    ///
    /// Columns that are 0 but in few rows differ by 100,000 times between honest sites; beyond a million times the digits of the others
    /// are lost in the pooled units.
    private static let largestRatio = 1e12
    /// With fewer others nobody can say whose the usual scale is.
    private static let leastOthers = 3

    /// Of each site, by covariate: mean squared distance from the median of the means of all sites.
    private let distances: [[String: Double]]

    init(_ contributions: [Contribution]) {
        let sites = contributions.map { site in
            let design = site.fitted.model.design
            let moments = Moments.sum(site.fitted.moments, count: design.covariateCount + 1)
            let pairs = design.covariates.enumerated().map { column, name in
                (name, (mean: moments.mean[column], variance: moments.scatter[column, column] / moments.weight))
            }
            return Dictionary(pairs) { first, _ in first }
        }
        let means = sites.joined().reduce(into: [String: [Double]]()) { $0[$1.key, default: []].append($1.value.mean) }
        let centers = means.mapValues { $0.sorted()[$0.count / 2] }
        distances = sites.map { site in
            site.reduce(into: [:]) { result, own in
                let shift = own.value.mean - (centers[own.key] ?? own.value.mean)
                result[own.key] = own.value.variance + shift * shift
            }
        }
    }

    /// Why the model of a site is not of the scale of the others; nil where it is.
    func problem(_ site: Int) -> ImpossibleModel? {
        let others = distances.indices.filter { $0 != site }
        for (name, own) in distances[site].sorted(by: { $0.key < $1.key }) {
            let known = others.compactMap { distances[$0][name] }.filter { $0 > 0 }.sorted()
            guard known.count >= Self.leastOthers else { continue }
            if own > Self.largestRatio * known[known.count / 2] { return .otherScale(covariate: name) }
        }
        return nil
    }
}
