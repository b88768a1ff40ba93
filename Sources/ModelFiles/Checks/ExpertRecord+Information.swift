import MixtureOfExperts
import Numerics

/// The information that an expert claims, against what its rows can carry.
struct InformationCheck {
    let family: any ExpertFamily
    let dispersion: Double
    let moments: Moments
    /// Positions of the covariates of the experts among the columns.
    let covariates: [Int]

    /// Weights that differ from row to row, and fits that stopped before their maximum, may be off by as much; the bound of classes
    /// is exact.
    private var slack: Double { if case .classes = family.response { 1 + 1e-6 } else { 10 } }

    /// Why the information cannot be that of these rows; nil where it can.
    ///
    /// The information is Σ w τ κ z z', z = (1, x), κ the curvature of -log φ in a linear predictor. Of classes κ is a variance of a
    /// 0-1 variable, at most ¼. With a log link the score of the intercept vanishes at a fit, so that Σ w τ κ is Σ w τ y of counts
    /// and Σ w τ / dispersion of positive numbers; and no |x| is farther from the mean than the sum of squares allows to one row
    /// of average weight.
    func problem(_ information: PackedSymmetric) -> String? {
        if let problem = information.sumOfSquaresProblem { return problem }
        let layout = CoefficientLayout(regressors: covariates.count + 1)
        for predictor in 0..<family.predictorCount {
            let intercept = layout.intercept(of: predictor)
            for regressor in 0...covariates.count {
                let own = information[intercept + regressor, intercept + regressor]
                if own > slack * largest(regressor) { return "is more than its rows can carry" }
            }
        }
        return nil
    }

    /// |gradient_j|² ≤ Σ w τ s² Σ w τ z_j² with s the score in the linear predictor, whose mean square is that of κ.
    func problem(score: [Double], _ information: PackedSymmetric) -> String? {
        let bounds = score.indices.map { (10 * moments.weight * information[$0, $0]).squareRoot() }
        return zip(score, bounds).allSatisfy { abs($0) <= $1 } ? nil : "is more than its rows can carry"
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
        case .count: moments.weight * moments.mean[moments.count - 1]
        case .positiveNumber, .number: moments.weight / dispersion
        }
    }
}
