import Foundation
import MixtureOfExperts
import Numerics

/// The coefficients of an expert beside its own information.
///
/// Of Poisson counts the information is Σ w μ z z' with z = (1, x), so that its first row holds Σ w μ and Σ w μ x. K(t) = log(Σ w exp(α + t β'(x − x̄)) / Σ w) is
/// convex, α the linear predictor at the mean x̄, K(0) = α and K'(0) = 0: K(1), which is log(Σ w μ / Σ w), lies between α and
/// α + β'(x̃ − x̄), x̃ the mean of the covariates under the weights w μ.
///
/// Of classes θ'Iθ is Σ w times the variance of the linear predictors under the probabilities of the classes, which are proportional to their
/// exponentials: at most max η²e^η = 4e⁻² for each class but the most probable one.
///
/// Whatever the covariates are, no rows have others.
enum ImpossibleCoefficients {
    /// In the logarithm of a mean: what a fit may stop short of, and rounding.
    private static let leeway = 0.05

    /// Of a variance, likewise.
    private static let slack = 2.0

    /// The first expert, from 0, that cannot have its information; nil where there is none, and for other families.
    static func expert(_ fitted: FittedMixture) -> Int? {
        // An exposure is not in the information.
        let family = fitted.model.family
        guard family.isCanonical, fitted.model.design.offset == nil, !fitted.information.isEmpty else { return nil }
        return fitted.moments.indices.first { expert in
            switch family.response {
            case .count: !isPossibleMean(fitted, expert)
            case .classes(let names): !isPossibleVariance(fitted, expert, classes: names.count)
            case .number, .positiveNumber: false
            }
        }
    }

    private static func isPossibleVariance(_ fitted: FittedMixture, _ index: Int, classes: Int) -> Bool {
        let (information, coefficients) = (fitted.information[index], fitted.model.experts[index].coefficients)
        var (sum, size) = (0.0, 0.0)
        for (row, first) in coefficients.enumerated() {
            for (column, second) in coefficients.enumerated() {
                let term = first * information[row, column] * second
                sum += term
                size += abs(term)
            }
        }
        let most =
            4 * exp(-2.0) * Double(classes - 1) * fitted.moments[index].weight * (1 + 4 * rounding(fitted, index))
        // Terms that cancel leave their rounding.
        return sum.isFinite && sum <= slack * most + 1e-9 * size
    }

    private static func isPossibleMean(_ fitted: FittedMixture, _ index: Int) -> Bool {
        let (moments, sums) = (fitted.moments[index], fitted.information[index])
        let coefficients = fitted.model.experts[index].coefficients
        guard moments.weight > 0, sums[0, 0] > 0 else { return true }
        let columns = fitted.model.design.expertCovariates
        var (atMean, most) = (coefficients[0], 0.0)
        for (position, column) in columns.enumerated() where coefficients[position + 1] != 0 {
            // Of a withheld column there are no sums.
            guard sums[position + 1, position + 1] > 0 else { return true }
            atMean += coefficients[position + 1] * moments.mean[column]
            most += coefficients[position + 1] * (sums[position + 1, 0] / sums[0, 0] - moments.mean[column])
        }
        let mean = log(sums[0, 0] / moments.weight) - atMean
        // Terms that cancel leave their rounding.
        let terms = 1e-9 * (abs(coefficients[0]) + abs(atMean) + abs(most))
        let leeway = leeway + terms + 3 * rounding(fitted, index)
        guard mean.isFinite, most.isFinite else { return false }
        return mean >= -leeway && mean <= most + leeway
    }

    /// What a release is rounded by, in parts of its information and in its predictors: standard errors of so many events and of so
    /// many rows.
    private static func rounding(_ fitted: FittedMixture, _ index: Int) -> Double {
        guard let step = fitted.roundingStep else { return 0 }
        let moments = fitted.moments[index]
        let events = fitted.information[index][0, 0] * moments.effectiveRows / moments.weight
        return step * (1 / max(moments.effectiveRows, 1).squareRoot() + 1 / max(events, 1).squareRoot())
    }
}
