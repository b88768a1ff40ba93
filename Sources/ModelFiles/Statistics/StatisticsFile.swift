import Estimation
import MixtureOfExperts
import Numerics

/// What a site sends in a round, as it stands in a file: JSON with nothing in it that depends on clock or machine.
public struct StatisticsFile: Codable, Sendable, Equatable {
    public static let formatName = "dmoe-statistics"
    public static let currentVersion = 1

    public var format: String
    public var formatVersion: Int
    public var software: String
    public var family: String
    public var target: String
    public var covariates: [String]
    public var expertCovariates: [String]
    public var gateCovariates: [String]
    public var rows: Int
    public var weight: Double
    /// At the model, of the target in the user's units.
    public var logLikelihood: Double
    /// ``MixtureOfExperts/FittedMixture/digest`` of the model that the statistics were taken at.
    public var modelDigest: String
    /// In the order of the model's experts, in the user's units; weight 0 where nothing may be told.
    public var experts: [ModelFile.StatisticsRecord]
    public var gate: GateRecord
    public var warnings: [String]

    /// In the standard units of the model.
    public struct GateRecord: Codable, Sendable, Equatable {
        /// For each expert Σ weight (posterior - gate) z, z = (1, gate covariates).
        public var gradient: [[Double]]
        /// For each pair of experts (2,1), (3,1), (3,2), … the lower triangle of Σ weight gate gate z z', row by row.
        public var information: [[Double]]
    }

    /// - Parameter model: that the statistics were taken at.
    public init(_ statistics: RoundStatistics, at model: FittedMixture, warnings: [FitWarning]) {
        let design = model.model.design
        format = Self.formatName
        formatVersion = Self.currentVersion
        software = ModelFile.software
        family = model.model.family.name
        target = design.target
        covariates = design.covariates
        expertCovariates = design.expertFeatures
        gateCovariates = design.gateFeatures
        rows = statistics.rowCount
        weight = statistics.weight
        logLikelihood = statistics.logLikelihood
        modelDigest = model.digest
        experts = statistics.moments.map { ModelFile.StatisticsRecord($0) }
        gate = GateRecord(gradient: statistics.gate.gradient, information: statistics.gate.pairs.map(\.storage))
        self.warnings = warnings.lines
    }

    /// Of a file that ``read(path:)`` let pass.
    public var statistics: RoundStatistics {
        let size = gateCovariates.count + 1
        return RoundStatistics(
            rowCount: rows, weight: weight, logLikelihood: logLikelihood, moments: experts.map(\.moments),
            gate: GateSums(
                gradient: gate.gradient,
                pairs: gate.information.map { PackedSymmetric(size: size, storage: $0) }))
    }
}
