import Estimation
import MixtureOfExperts
import Numerics

/// Compares what the sites say of each global expert.
///
/// Matched are the local experts of its label. Each site's estimates come with their covariance; several local experts of one site under
/// one label are combined by their precisions. Q = Σ_m (θ_m - θ̄)' V_m⁻¹ (θ_m - θ̄) with θ̄ = (Σ V_m⁻¹)⁻¹ Σ V_m⁻¹ θ_m is χ² if all sites
/// have the same coefficients (multivariate Cochran: Hedges & Olkin 1985, chapter 10). What a site holds fixed or its rows do not
/// determine is not compared.
struct SiteAgreement {
    private let problem: AggregationProblem
    private let labels: [Int]
    /// Means of the covariates over all rows.
    private let center: [Double]

    init(_ problem: AggregationProblem, labels: [Int]) {
        self.problem = problem
        self.labels = labels
        let moments = Moments.sum(
            problem.contributions.flatMap(\.fitted.moments), count: problem.mixture.design.covariateCount + 1)
        center = Array(moments.mean.dropLast())
    }

    /// What a site says of an expert.
    private struct Estimate {
        var coefficients: [Double]
        /// Those that are compared, ascending.
        var known: [Int]
        /// Of those.
        var covariance: Matrix
    }

    /// - Parameter order: the labels in the order of the experts.
    func experts(_ order: [Int]) -> [ExpertAgreement] {
        order.enumerated().map { expert, label in agreement(expert: expert, label: label) }.adjusted
    }

    private func agreement(expert: Int, label: Int) -> ExpertAgreement {
        let estimates = problem.contributions.indices.compactMap { estimate(site: $0, label: label) }
        var result = ExpertAgreement(expert: expert + 1, sites: estimates.count, coefficients: coefficients(estimates))
        if let (statistic, degrees) = statistic(estimates), degrees > 0, statistic.isFinite {
            result.statistic = statistic
            result.degrees = degrees
            result.pValue = SpecialFunctions.chiSquareTail(max(0, statistic), degrees: Double(degrees))
        }
        return result
    }

    private func coefficients(_ estimates: [Estimate]) -> [ExpertAgreement.Coefficient] {
        let (design, layout) = (problem.mixture.design, problem.mixture.design.expertLayout)
        let classes = problem.mixture.family.response.classes
        return (0..<(estimates.first?.coefficients.count ?? 0)).compactMap { index in
            let own = estimates.compactMap { estimate in
                estimate.known.firstIndex(of: index).map {
                    (estimate.coefficients[index], estimate.covariance[$0, $0])
                }
            }
            guard let effects = RandomEffects(own.map(\.0), variances: own.map(\.1)), effects.isFinite else {
                return nil
            }
            return ExpertAgreement.Coefficient(
                covariate: layout.covariate(index).map { design.covariates[design.expertCovariates[$0]] },
                ofClass: classes?[layout.predictor(index) + 1], effects)
        }
    }

    private func statistic(_ estimates: [Estimate]) -> (statistic: Double, degrees: Int)? {
        guard let size = estimates.first?.coefficients.count, estimates.count > 1 else { return nil }
        var (total, weighted) = (Matrix(rowCount: size, columnCount: size), [Double](repeating: 0, count: size))
        var precisions = [Matrix]()
        var compared = 0
        for estimate in estimates {
            guard let inverse = GeneralisedInverse(estimate.covariance), inverse.undetermined.isEmpty else {
                precisions.append(Matrix(rowCount: size, columnCount: size))
                continue
            }
            let precision = inverse.inverse.spread(to: estimate.known, of: size)
            total += precision
            for (index, value) in (precision * estimate.coefficients).enumerated() { weighted[index] += value }
            compared += estimate.known.count
            precisions.append(precision)
        }
        let shared = (0..<size).filter { total[$0, $0] > 0 }
        guard !shared.isEmpty, let inverse = GeneralisedInverse(total.submatrix(shared)) else { return nil }
        let mean = inverse.inverse * shared.map { weighted[$0] }
        let statistic = zip(estimates, precisions).reduce(0) { sum, site in
            var difference = [Double](repeating: 0, count: size)
            for (position, index) in shared.enumerated() {
                difference[index] = site.0.coefficients[index] - mean[position]
            }
            return sum + dot(difference, site.1 * difference)
        }
        return (statistic, compared - (shared.count - inverse.undetermined.count))
    }

    /// nil where the site has no local expert of the label, or no standard errors.
    private func estimate(site: Int, label: Int) -> Estimate? {
        let fitted = problem.contributions[site].fitted
        let own = problem.mixture.members[site].filter { labels[$0] == label }
            .map { $0 - problem.mixture.members[site].lowerBound }
            .filter { fitted.moments[$0].weight > 0 }
        let offset = zip(center, fitted.center).map { $0 - $1 }
        guard !own.isEmpty, let errors = fitted.errors?.shifted(by: offset, of: fitted.model) else { return nil }
        let estimates = own.compactMap { estimate(fitted.model, expert: $0, errors.experts[$0]) }
        guard let first = estimates.first else { return nil }
        return estimates.count == 1 ? first : combined(estimates)
    }

    private func estimate(_ model: MixtureModel, expert: Int, _ errors: ParameterCovariance) -> Estimate? {
        var coefficients = model.experts[expert].coefficients
        let layout = model.design.expertLayout
        for predictor in 0..<model.family.predictorCount {
            for (slope, covariate) in model.design.expertCovariates.enumerated() {
                coefficients[layout.intercept(of: predictor)] +=
                    coefficients[layout.slope(slope, of: predictor)] * center[covariate]
            }
        }
        let known = coefficients.indices.filter { errors.standardError($0) != nil }
        guard !known.isEmpty, let covariance = errors.matrix?.submatrix(known) else { return nil }
        return Estimate(coefficients: coefficients, known: known, covariance: covariance)
    }

    /// Of those coefficients that all of them know.
    private func combined(_ estimates: [Estimate]) -> Estimate? {
        let known = estimates[0].known.filter { index in estimates.allSatisfy { $0.known.contains(index) } }
        var (total, weighted) = (
            Matrix(rowCount: known.count, columnCount: known.count), [Double](repeating: 0, count: known.count)
        )
        for estimate in estimates {
            let positions = known.compactMap { estimate.known.firstIndex(of: $0) }
            guard let inverse = GeneralisedInverse(estimate.covariance.submatrix(positions)) else { return nil }
            total += inverse.inverse
            let own = inverse.inverse * known.map { estimate.coefficients[$0] }
            for (index, value) in own.enumerated() { weighted[index] += value }
        }
        guard !known.isEmpty, let inverse = GeneralisedInverse(total) else { return nil }
        var coefficients = estimates[0].coefficients
        for (index, value) in zip(known, inverse.inverse * weighted) { coefficients[index] = value }
        return Estimate(coefficients: coefficients, known: known, covariance: inverse.inverse)
    }
}

extension ExpertAgreement.Coefficient {
    fileprivate init(covariate: String?, ofClass: String?, _ effects: RandomEffects) {
        self.init(
            covariate: covariate, ofClass: ofClass, sites: effects.sites, mean: effects.mean,
            standardError: effects.standardError, deviation: effects.deviation,
            deviationLower: effects.deviationInterval.lowerBound, deviationUpper: effects.deviationInterval.upperBound,
            statistic: effects.statistic, share: effects.share,
            predictionLower: effects.predictionInterval?.lowerBound,
            predictionUpper: effects.predictionInterval?.upperBound)
    }
}

extension Matrix {
    /// With rows and columns at some indices of a larger one.
    fileprivate func spread(to indices: [Int], of size: Int) -> Matrix {
        var result = Matrix(rowCount: size, columnCount: size)
        for (row, target) in indices.enumerated() {
            for (column, other) in indices.enumerated() { result[target, other] = self[row, column] }
        }
        return result
    }
}
