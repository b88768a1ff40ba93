import Foundation
import MixtureOfExperts
import Numerics

/// The local models of a problem, their parameters drawn anew from N(θ̂_m, C_m).
///
/// That is what other rows of the same sites could have given (parametric bootstrap; Efron & Tibshirani 1993, chapter 6).
///
/// Experts and gate of a site are drawn independently; the moments of the covariates stay.
package struct ParameterRedraws {
    private let problem: AggregationProblem
    /// Of each component: coefficients, and the log dispersion where the family has one.
    private let expertRoots: [Matrix]
    private let gateRoots: [Matrix]

    /// A local model without standard errors is taken to be as sure as the complete-data information says.
    ///
    /// - Parameter hasPrior: for draws of a posterior, which stay near the estimates where these are hardly determined; without, the draws have the
    ///   covariances of the estimates.
    package init(_ problem: AggregationProblem, hasPrior: Bool = true) {
        let prior = hasPrior ? 1 / priorVariance : 0
        let sites = problem.mixture.sites
        self.problem = problem
        let roots = problem.parallelism.map(count: sites.count) { index -> (experts: [Matrix], gate: Matrix) in
            let site = sites[index]
            guard let errors = site.errors?.shifted(by: site.center.map { -$0 }, of: site.model) else {
                return (
                    site.model.experts.indices.map { site.expertInformation($0).rootOfInverse(prior) },
                    site.gateInformation.rootOfInverse(prior)
                )
            }
            return (errors.experts.map { $0.root(prior) }, errors.gate.root(prior))
        }
        expertRoots = roots.flatMap(\.experts)
        gateRoots = roots.map(\.gate)
    }

    /// - Parameter options: nil for those of the problem.
    package func problem(_ options: AggregationOptions? = nil, using random: inout RandomNumbers) -> AggregationProblem
    {
        var sites = problem.mixture.sites
        var component = 0
        for index in sites.indices {
            for expert in sites[index].model.experts.indices {
                redraw(&sites[index], expert, expertRoots[component], using: &random)
                component += 1
            }
            let gate = sites[index].model.gate.coefficients
            let noise = gateRoots[index] * Self.normals(gateRoots[index].columnCount, using: &random)
            var redrawn = gate
            for position in noise.indices where position < redrawn.storage.count {
                redrawn.storage[position] += noise[position]
            }
            sites[index].model.gate = SoftmaxGate(coefficients: redrawn)
        }
        return problem.changed(options ?? problem.options, sites: sites)
    }

    private func redraw(
        _ site: inout FittedMixture, _ index: Int, _ root: Matrix, using random: inout RandomNumbers
    ) {
        let noise = root * Self.normals(root.columnCount, using: &random)
        var expert = site.model.experts[index]
        for position in expert.coefficients.indices { expert.coefficients[position] += noise[position] }
        if noise.count > expert.coefficients.count { expert.dispersion *= exp(noise[noise.count - 1]) }
        site.model.experts[index] = expert
        guard site.information.isEmpty else { return }
        site.moments[index] = site.moments[index].withResponse(
            of: expert.coefficients, on: site.model.design.expertCovariates, variance: expert.dispersion)
    }

    private static func normals(_ count: Int, using random: inout RandomNumbers) -> [Double] {
        (0..<count).map { _ in random.normal() }
    }
}

// Of a coefficient in pooled standard units, a weakly informative prior (Gelman et al. 2008, Annals of Applied Statistics 2,
// 1360-1383): where classes are separated the errors of the maximum are without bound, and those of the posterior are not.
private let priorVariance = 2.5 * 2.5

extension ParameterCovariance {
    /// A root of the posterior covariance; what is held does not move; correlations that are not known are taken as 0.
    ///
    /// - Parameter prior: its precision.
    fileprivate func root(_ prior: Double) -> Matrix {
        guard let covariance = matrix else {
            var result = Matrix(rowCount: count, columnCount: count)
            for index in 0..<count {
                result[index, index] = Self.bounded(standardErrors[index] * standardErrors[index], prior)
            }
            return result
        }
        let (values, vectors) = symmetricEigen(covariance)
        var result = vectors
        for column in 0..<count {
            for row in 0..<count { result[row, column] *= Self.bounded(values[column], prior) }
        }
        return result
    }

    /// The root of (1 / variance + prior)⁻¹.
    private static func bounded(_ variance: Double, _ prior: Double) -> Double {
        (max(variance, 0) / (1 + max(variance, 0) * prior)).squareRoot()
    }
}

extension Matrix {
    /// A root of the posterior covariance for an information; what nothing is known of does not move.
    fileprivate func rootOfInverse(_ prior: Double) -> Matrix {
        let (values, vectors) = symmetricEigen(self)
        var result = vectors
        let least = 1e-9 * (values.max() ?? 0)
        for column in 0..<columnCount {
            let factor = values[column] > least ? 1 / (values[column] + prior).squareRoot() : 0
            for row in 0..<rowCount { result[row, column] *= factor }
        }
        return result
    }
}

extension FittedMixture {
    /// Of the coefficients of an expert, and of its log dispersion where the family has one.
    fileprivate func expertInformation(_ index: Int) -> Matrix {
        let (expert, own) = (model.experts[index], moments[index])
        let coefficients =
            information.isEmpty
            ? (1 / expert.dispersion) * own.gram(of: model.design.expertCovariates) : information[index].matrix()
        guard model.family.hasDispersion else { return coefficients }
        let count = coefficients.rowCount
        var result = Matrix(rowCount: count + 1, columnCount: count + 1)
        result.insert(coefficients, at: 0, 0)
        result[count, count] = 0.5 * own.weight
        return result
    }

    /// Σ_i (diag π - π π') ⊗ x x' with the shares of the experts in the place of π(x).
    fileprivate var gateInformation: Matrix {
        let total = Moments.sum(moments, count: model.design.covariateCount + 1).gram(of: model.design.gateCovariates)
        let shares = moments.map { $0.weight / weight }
        let (free, size) = (model.expertCount - 1, total.rowCount)
        var result = Matrix(rowCount: free * size, columnCount: free * size)
        for row in 0..<free {
            for column in 0..<free {
                result.insert(
                    (shares[row] * ((row == column ? 1 : 0) - shares[column])) * total, at: row * size, column * size)
            }
        }
        return result
    }
}

extension Moments {
    /// The moments of the same covariates with responses that these coefficients describe without error, and residuals of a variance.
    fileprivate func withResponse(of coefficients: [Double], on indices: [Int], variance: Double) -> Moments {
        let response = count - 1
        var (means, own) = (mean, scatter)
        means[response] = coefficients[0] + zip(indices, coefficients.dropFirst()).reduce(0) { $0 + mean[$1.0] * $1.1 }
        for row in 0..<response {
            own[response, row] = zip(indices, coefficients.dropFirst()).reduce(0) { $0 + scatter[row, $1.0] * $1.1 }
        }
        own[response, response] =
            weight * variance
            + zip(indices, coefficients.dropFirst()).reduce(0) { $0 + own[response, $1.0] * $1.1 }
        return Moments(weight: weight, squaredWeight: squaredWeight, mean: means, scatter: own)
    }
}
