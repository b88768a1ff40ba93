import MixtureOfExperts
import Numerics

/// The information that an expert claims, against what its rows support.
struct InformationCheck {
    let family: any ExpertFamily
    let dispersion: Double
    let moments: Moments
    /// Positions of the covariates of the experts among the columns.
    let covariates: [Int]

    /// Weights that differ from row to row, and fits that stopped before their maximum, may be off by as much.
    private static let slack = 10.0

    /// Why the information cannot be that of these rows; nil where it can.
    ///
    /// The information is Σ w τ κ z z', z = (1, x), κ the curvature of -log φ in a linear predictor. Of classes κ is a variance of a
    /// 0-1 variable, at most ¼. With a log link the score of the intercept vanishes at a fit, so that Σ w τ κ is Σ w τ y of counts
    /// and Σ w τ / dispersion of positive numbers; and no |x| is farther from the mean than the sum of squares allows to one row
    /// of average weight. A column whose moments are withheld, or that does not vary, has no sum of squares to be held against, and what
    /// rounding leaves beside its 0 says nothing.
    func problem(_ information: PackedSymmetric) -> String? {
        let layout = CoefficientLayout(regressors: covariates.count + 1)
        let known = (0..<information.size).filter { isKnown(layout.regressor($0)) }
        guard (0..<information.size).allSatisfy({ information[$0, $0] >= 0 }) else { return "has a negative diagonal" }
        let scales = known.map { largest(layout.regressor($0)).squareRoot() }
        if let problem = information.principal(known).sumOfSquaresProblem(scales: scales) { return problem }
        let isWithinReach = known.allSatisfy { information[$0, $0] <= Self.slack * largest(layout.regressor($0)) }
        return isWithinReach ? nil : "is more than its rows support"
    }

    private func isKnown(_ regressor: Int) -> Bool {
        guard regressor > 0 else { return true }
        let column = covariates[regressor - 1]
        return moments.scatter[column, column] > 0
    }

    /// |gradient_j|² ≤ Σ w τ s² Σ w τ z_j² with s the score in the linear predictor, whose mean square is that of κ.
    ///
    /// Where a prior keeps a slope finite the gradient is what the prior pulls, at most half of its unit for each row that it stands for, and
    /// the rows may have next to no information: they are separated.
    ///
    /// - Parameter priorUnits: of each coefficient; nil where there is no prior.
    func problem(score: [Double], _ information: PackedSymmetric, priorUnits: [Double]?) -> String? {
        let row = max(1, moments.weight > 0 ? moments.squaredWeight / moments.weight : 1)
        // Of a column that is constant in the expert.
        let rounding = 1e-12 * score.reduce(0) { max($0, abs($1)) }
        let units = priorUnits?.count == score.count ? priorUnits : nil
        let bounds = score.indices.map { index in
            (10 * moments.weight * information[index, index]).squareRoot() + row * (units?[index] ?? 0) + rounding
        }
        return zip(score, bounds).allSatisfy { abs($0) <= $1 } ? nil : "is more than its rows support"
    }

    private func largest(_ regressor: Int) -> Double {
        let rows = curvature
        guard regressor > 0 else { return rows }
        let column = covariates[regressor - 1]
        let (mean, scatter) = (moments.mean[column], moments.scatter[column, column])
        if case .classes = family.response { return rows * mean * mean + 0.25 * scatter }
        // Of a row that weighs as the average one.
        let unit = moments.weight > 0 ? moments.squaredWeight / moments.weight : 1
        let farthest = abs(mean) + (unit > 0 ? scatter / unit : 0).squareRoot()
        return rows * farthest * farthest
    }

    /// Σ w τ κ, or what it is at most.
    private var curvature: Double {
        switch family.response {
        case .classes: 0.25 * moments.weight
        // Where no event was seen a fit stops at a mean above 0, and its curvature is that mean.
        case .count: moments.weight * (moments.mean[moments.count - 1] + 1)
        case .positiveNumber, .number: moments.weight / dispersion
        }
    }
}
