import Estimation
import Messages
import MixtureOfExperts
import Numerics

/// What a site sends in a round, as it stands in a file: JSON with nothing in it that depends on clock or machine.
public struct StatisticsFile: Codable, Sendable, Equatable {
    package static let formatName = "dmoe-statistics"
    package static let versions = 3...3

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
    /// Of each expert; absent where the weighted fit is closed, for then the moments hold it.
    package var coefficients: [CoefficientRecord]?
    /// The lower triangle, row by row, of the negative Hessian of the log-likelihood in all parameters: gates but the last, coefficients of the experts,
    /// their log dispersions; absent where it is not released.
    package var jointInformation: [Double]?
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

    /// In the standard units of the model.
    package struct CoefficientRecord: Codable, Sendable, Equatable {
        /// Σ weight posterior ∂log φ/∂β, predictor after predictor.
        package var score: [Double]
        /// The lower triangle of -Σ weight posterior ∂²log φ/∂β∂β', row by row; 0 where a coefficient is withheld.
        package var information: [Double]
        /// The same of the log dispersion; absent where the family has none.
        package var dispersion: DispersionRecord?
    }

    package struct DispersionRecord: Codable, Sendable, Equatable {
        package var score: Double
        package var information: Double
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
        let hasDispersion = model.model.family.hasDispersion
        coefficients =
            statistics.coefficients.isEmpty
            ? nil : statistics.coefficients.map { CoefficientRecord($0, hasDispersion: hasDispersion) }
        jointInformation = statistics.jointInformation?.storage
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
        statistics.coefficients = (coefficients ?? []).map(\.sums)
        statistics.jointInformation = jointInformation.map {
            PackedSymmetric(size: PackedSymmetric.size(elementCount: $0.count) ?? 0, storage: $0)
        }
        statistics.isRounded = roundingStep != nil
        statistics.withheld = warnings.withheldColumns(of: covariates, statistics.moments)
        return statistics
    }
}

extension StatisticsFile.CoefficientRecord {
    init(_ sums: CoefficientSums, hasDispersion: Bool) {
        score = sums.score
        information = sums.information.storage
        dispersion =
            hasDispersion
            ? StatisticsFile.DispersionRecord(score: sums.dispersionScore, information: sums.dispersionInformation)
            : nil
    }

    /// Of a record that was checked.
    var sums: CoefficientSums {
        var sums = CoefficientSums(
            score: score, information: PackedSymmetric(size: score.count, storage: information))
        sums.dispersionScore = dispersion?.score ?? 0
        sums.dispersionInformation = dispersion?.information ?? 0
        return sums
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
