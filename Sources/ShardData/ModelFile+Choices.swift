import Estimation
import MixtureOfExperts

/// What a fit chose by itself: slopes, the weight of a lasso, the number of experts.
extension ModelFile {
    /// Zeros among these slopes were chosen by a lasso.
    public struct SlopeSelectionRecord: Codable, Sendable, Equatable {
        /// Those of the gate, against its last expert.
        public var gate: Bool
        /// Those of each expert.
        public var experts: [Bool]

        init(_ selection: SlopeSelection) {
            gate = selection.gate
            experts = selection.experts
        }
    }

    public struct LassoRecord: Codable, Sendable, Equatable {
        public struct Point: Codable, Sendable, Equatable {
            public var weight: Double
            public var logLikelihood: Double
            public var penalisedLogLikelihood: Double
            public var nonzeroParameters: Int
            public var bic: Double
        }

        public var gateWeight: Double
        public var expertWeight: Double
        public var penalisedLogLikelihood: Double
        public var refitted: Bool
        public var nonzeroParameters: Int
        /// Where the weight was chosen: all that were tried.
        public var path: [Point]?

        init(_ report: LassoReport) {
            gateWeight = report.gateWeight
            expertWeight = report.expertWeight
            penalisedLogLikelihood = report.penalisedLogLikelihood
            refitted = report.isRefitted
            nonzeroParameters = report.nonzeroParameters
            let points = report.path.map {
                Point(
                    weight: $0.weight, logLikelihood: $0.logLikelihood,
                    penalisedLogLikelihood: $0.penalisedLogLikelihood, nonzeroParameters: $0.nonzeroParameters,
                    bic: $0.bic)
            }
            path = points.isEmpty ? nil : points
        }
    }

    public struct ExpertCountPathRecord: Codable, Sendable, Equatable {
        public struct Point: Codable, Sendable, Equatable {
            /// That were asked for, and that came out.
            public var experts: Int
            public var fitted: Int
            public var logLikelihood: Double
            public var parameters: Int
            public var bic: Double
            public var aic: Double
            public var icl: Double
            /// For a weight of 1.
            public var heldOutLogLikelihood: Double?
        }

        public var criterion: String
        public var chosen: Int
        public var heldOutRows: Int
        public var points: [Point]

        init(_ report: ExpertCountReport) {
            criterion = report.criterion.rawValue
            chosen = report.chosen
            heldOutRows = report.heldOutRows
            points = report.points.map {
                Point(
                    experts: $0.experts, fitted: $0.fitted, logLikelihood: $0.logLikelihood,
                    parameters: $0.parameters, bic: $0.bic, aic: $0.aic, icl: $0.icl,
                    heldOutLogLikelihood: $0.heldOutLogLikelihood)
            }
        }
    }
}
