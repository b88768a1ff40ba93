import Foundation
import LinearAlgebra
import MixtureOfExperts

/// f̂^W(y | x) = Σ_m λ_m(x) Σ_j π̂_mj(x) φ(y | x; θ̂_mj): the weighted average of the local models, with one component
/// for every local expert (paper, section 2).
package struct LocalMixture: Sendable {
    package struct Component: Sendable {
        var site: Int
        var index: Int
        package var expert: Expert
        var moments: Moments
    }

    let design: Design
    let family: any ExpertFamily
    let sites: [FittedMixture]
    package let components: [Component]
    package let sketch: CovariateSketch
    let siteWeights: AggregationOptions.SiteWeights

    /// - Parameter sites: in pooled standard units.
    package init(sites: [FittedMixture], siteWeights: AggregationOptions.SiteWeights) {
        design = sites[0].model.design
        family = sites[0].model.family
        self.sites = sites
        self.siteWeights = siteWeights
        components = sites.enumerated().flatMap { site, fitted in
            fitted.model.experts.indices.map {
                Component(site: site, index: $0, expert: fitted.model.experts[$0], moments: fitted.moments[$0])
            }
        }
        sketch = CovariateSketch(sites: sites.map(\.moments))
    }

    /// λ_m(x) π̂_mj(x) of every component; points x components, rows sum to 1.
    package func masses(_ points: Matrix) -> Matrix {
        let logWeights = logSiteWeights(points)
        var result = Matrix(rowCount: points.rowCount, columnCount: components.count)
        var column = 0
        for (site, fitted) in sites.enumerated() {
            let gates = fitted.model.logGateProbabilities(points)
            for expert in 0..<fitted.model.expertCount {
                for row in 0..<points.rowCount {
                    result[row, column] = exp(logWeights[row, site] + gates[row, expert])
                }
                column += 1
            }
        }
        return result
    }

    /// log λ_m(x); points x sites.
    private func logSiteWeights(_ points: Matrix) -> Matrix {
        guard siteWeights == .density else {
            let total = sites.reduce(0) { $0 + $1.weight }
            return Matrix(
                columns: sites.map { [Double](repeating: log($0.weight / total), count: points.rowCount) })
        }
        // In logarithms throughout: far from a site its density underflows, and at some x all of them may.
        var result = sketch.logSiteDensities(points)
        for row in 0..<points.rowCount {
            let logSum = Scalar.logSumExp(result.row(row))
            for site in sites.indices { result[row, site] -= logSum }
        }
        return result
    }

    /// Linear predictors of every component; points x components.
    func predictors(_ points: Matrix) -> Matrix {
        Matrix(
            rowCount: points.rowCount, columnCount: components.count,
            storage: sites.flatMap { $0.model.predictors(points).storage })
    }

    /// One response a point, drawn from f̂^W.
    func sampleResponses(_ points: Matrix, using random: inout RandomNumbers) -> [Double] {
        let masses = masses(points)
        let predictors = predictors(points)
        return (0..<points.rowCount).map { row in
            let component = random.index(weights: masses.row(row))
            return family.sample(
                predictor: predictors[row, component], dispersion: components[component].expert.dispersion,
                using: &random)
        }
    }
}
