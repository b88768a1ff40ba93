import Foundation
import Messages

/// What the number of experts K is chosen by.
public enum ExpertCountCriterion: String, Sendable, CaseIterable, Codable {
    /// -2 log-likelihood + parameters · log Σw (Schwarz 1978).
    case bic
    /// -2 log-likelihood + 2 · parameters (Akaike 1974).
    case aic
    /// BIC + 2 · entropy of the posteriors: groups that overlap count as one (Biernacki, Celeux & Govaert 2000).
    case icl
    /// Log-likelihood of rows that were not fitted.
    case holdout
}

/// What each number of experts that was tried came to, and by what one was chosen.
///
/// Model files hold it as it is.
package struct ExpertCountReport: Sendable, Equatable, Codable {
    package typealias Criterion = ExpertCountCriterion

    /// One number of experts.
    package struct Point: Sendable, Equatable, Codable {
        /// That were asked for.
        package var experts: Int
        /// That came out: experts of too few rows are left out.
        package var fitted: Int
        package var logLikelihood: Double
        /// Those that are free: see ``FitReport/freeParameters``.
        package var parameters: Int
        package var bic: Double
        package var aic: Double
        package var icl: Double
        /// For a weight of 1; nil where no rows were held out.
        package var heldOutLogLikelihood: Double?

        /// - Parameter entropy: -Σ w Σ_k τ_k log τ_k.
        init(_ local: LocalModel, asked: Int, entropy: Double, heldOut: Double?) {
            experts = asked
            fitted = local.model.regressionCount
            logLikelihood = local.report.logLikelihood
            parameters = local.report.freeParameters
            bic = -2 * logLikelihood + Double(parameters) * log(local.fitted.weight)
            aic = -2 * logLikelihood + 2 * Double(parameters)
            icl = bic + 2 * entropy
            heldOutLogLikelihood = heldOut
        }

        /// The smaller the better.
        package func value(_ criterion: Criterion) -> Double {
            switch criterion {
            case .bic: bic
            case .aic: aic
            case .icl: icl
            case .holdout: heldOutLogLikelihood.map { -$0 } ?? .infinity
            }
        }
    }

    /// A number of experts that could not be fitted.
    package struct Failure: Sendable, Equatable, Codable {
        package var experts: Int
        @Coded package var reason: EstimationError
    }

    package var criterion: Criterion
    /// Of the model that was kept, among those asked for.
    package var chosen: Int
    package var heldOutRows: Int
    package var points: [Point]
    /// nil where all could be fitted.
    package var failures: [Failure]?
}
