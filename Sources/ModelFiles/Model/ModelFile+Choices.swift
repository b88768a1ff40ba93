import Estimation
import MixtureOfExperts

/// What a fit chose by itself: slopes, and the weight of a lasso.
extension ModelFile {
    /// Zeros among these slopes were chosen by a lasso.
    package struct SlopeSelectionRecord: Codable, Sendable, Equatable {
        /// Those of the gate, against its last expert.
        package var gate: Bool
        /// Those of each expert.
        package var experts: [Bool]

        init(_ selection: SlopeSelection) {
            gate = selection.gate
            experts = selection.experts
        }
    }

    package struct LassoRecord: Codable, Sendable, Equatable {
        package var gateWeight: Double
        package var expertWeight: Double
        package var penalisedLogLikelihood: Double
        package var refitted: Bool
        package var nonzeroParameters: Int
        /// Where the weight was chosen: all that were tried.
        package var path: [LassoReport.Point]?

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
