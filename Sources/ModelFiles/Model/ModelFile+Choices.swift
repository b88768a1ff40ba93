import Estimation
import MixtureOfExperts

/// What a fit chose by itself: slopes, and the weight of a lasso.
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
        public var gateWeight: Double
        public var expertWeight: Double
        public var penalisedLogLikelihood: Double
        public var refitted: Bool
        public var nonzeroParameters: Int
        /// Where the weight was chosen: all that were tried.
        public var path: [LassoReport.Point]?

        init(_ report: LassoReport) {
            gateWeight = report.gateWeight
            expertWeight = report.expertWeight
            penalisedLogLikelihood = report.penalisedLogLikelihood
            refitted = report.isRefitted
            nonzeroParameters = report.nonzeroParameters
            path = report.path.isEmpty ? nil : report.path
        }
    }
}
