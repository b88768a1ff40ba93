import Foundation

/// What each number of experts that was tried came to, and by what one was chosen.
public struct ExpertCountReport: Sendable, Equatable {
    public enum Criterion: String, Sendable, CaseIterable {
        /// -2 log-likelihood + parameters · log Σw (Schwarz 1978).
        case bic
        /// -2 log-likelihood + 2 · parameters (Akaike 1974).
        case aic
        /// BIC + 2 · entropy of the posteriors: groups that overlap count as one (Biernacki, Celeux & Govaert 2000).
        case icl
        /// Log-likelihood of rows that were not fitted.
        case holdout
    }

    /// One number of experts.
    public struct Point: Sendable, Equatable {
        /// That were asked for.
        public var experts: Int
        /// That came out: experts of too few rows are left out.
        public var fitted: Int
        public var logLikelihood: Double
        /// Free parameters but slopes that a lasso made 0.
        public var parameters: Int
        public var bic: Double
        public var aic: Double
        public var icl: Double
        /// For a weight of 1; nil where no rows were held out.
        public var heldOutLogLikelihood: Double?

        public init(
            experts: Int, fitted: Int, logLikelihood: Double, parameters: Int, bic: Double, aic: Double, icl: Double,
            heldOutLogLikelihood: Double?
        ) {
            self.experts = experts
            self.fitted = fitted
            self.logLikelihood = logLikelihood
            self.parameters = parameters
            self.bic = bic
            self.aic = aic
            self.icl = icl
            self.heldOutLogLikelihood = heldOutLogLikelihood
        }

        /// - Parameter entropy: -Σ w Σ_k τ_k log τ_k.
        init(_ local: LocalModel, asked: Int, entropy: Double, heldOut: Double?) {
            let logLikelihood = local.report.logLikelihood
            let parameters = local.report.lasso?.nonzeroParameters ?? local.model.parameterCount
            let bic = -2 * logLikelihood + Double(parameters) * log(local.fitted.weight)
            self.init(
                experts: asked, fitted: local.model.expertCount, logLikelihood: logLikelihood, parameters: parameters,
                bic: bic, aic: -2 * logLikelihood + 2 * Double(parameters), icl: bic + 2 * entropy,
                heldOutLogLikelihood: heldOut)
        }

        /// The smaller the better.
        public func value(_ criterion: Criterion) -> Double {
            switch criterion {
            case .bic: bic
            case .aic: aic
            case .icl: icl
            case .holdout: heldOutLogLikelihood.map { -$0 } ?? .infinity
            }
        }
    }

    public var criterion: Criterion
    /// Of the model that was kept, among those asked for.
    public var chosen: Int
    public var points: [Point]
    public var heldOutRows: Int

    public init(criterion: Criterion, chosen: Int, points: [Point], heldOutRows: Int) {
        self.criterion = criterion
        self.chosen = chosen
        self.points = points
        self.heldOutRows = heldOutRows
    }
}
