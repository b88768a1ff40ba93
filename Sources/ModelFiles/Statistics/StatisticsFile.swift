import Estimation
import Messages
import MixtureOfExperts
import Numerics

/// What a site sends in a round, as it stands in a file: JSON with nothing in it that depends on clock or machine.
public struct StatisticsFile: Codable, Sendable, Equatable {
    package static let formatName = "dmoe-statistics"
    package static let versions = 2...2

    package var format: String
    package var formatVersion: Int
    package var software: String
    package var family: String
    package var target: String
    package var covariates: [String]
    package var expertCovariates: [String]
    package var gateCovariates: [String]
    /// Number of rows of the site.
    public package(set) var rows: Int
    package var weight: Double
    /// At the model, of the target in the user's units.
    package var logLikelihood: Double
    /// ``MixtureOfExperts/FittedMixture/digest`` of the model that the statistics were taken at.
    package var modelDigest: String
    /// In the order of the model's experts, in the user's units; weight 0 where they are withheld.
    package var experts: [ModelFile.StatisticsRecord]
    package var gate: GateRecord
    /// In standard errors; absent where sums are exact.
    package var roundingStep: Double?
    /// Where the answer stands in the ledger of the site; absent where the rows have the coordinator's owner.
    package var ledger: DisclosureRecord.LedgerReference?
    @CodedList package var warnings: [FitWarning]

    /// In the standard units of the model.
    package struct GateRecord: Codable, Sendable, Equatable {
        /// For each expert Σ weight (posterior - gate) z, z = (1, gate covariates).
        package var gradient: [[Double]]
        /// For each pair of experts (2,1), (3,1), (3,2), … the lower triangle of Σ weight gate gate z z', row by row.
        package var information: [[Double]]
    }

    /// - Parameter model: that the statistics were taken at.
    package init(_ statistics: RoundStatistics, at model: FittedMixture, warnings: [FitWarning]) {
        let design = model.model.design
        format = Self.formatName
        formatVersion = Self.versions.upperBound
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
        roundingStep = statistics.isRounded ? UnbiasedRounding.step : nil
        _warnings = CodedList(wrappedValue: warnings)
    }

    /// Of a file that ``read(path:)`` let pass.
    package var statistics: RoundStatistics {
        let size = gateCovariates.count + 1
        var statistics = RoundStatistics(
            rowCount: rows, weight: weight, logLikelihood: logLikelihood, moments: experts.map(\.moments),
            gate: GateSums(
                gradient: gate.gradient,
                pairs: gate.information.map { PackedSymmetric(size: size, storage: $0) }))
        statistics.isRounded = roundingStep != nil
        statistics.withheld = warnings.withheldColumns(of: covariates, statistics.moments)
        return statistics
    }
}

extension StatisticsFile {
    /// Whether it says the same of the rows, whenever it was asked for.
    package func isSame(as other: StatisticsFile) -> Bool {
        var (own, other) = (self, other)
        own.ledger = nil
        other.ledger = nil
        return own == other
    }
}
