import Aggregation
import Estimation
import MixtureOfExperts
import Numerics
import StudyData

/// A model as it stands in a file: JSON in the user's units, with nothing in it that depends on clock or machine.
package struct ModelFile: Codable, Sendable, Equatable {
    package static let formatName = "dmoe-model"
    package static let currentVersion = 1
    package static let software = "dmoe 0.1.0"

    package enum Kind: String, Codable, Sendable {
        /// Fitted to the rows of one site.
        case local
        /// Aggregated from local models.
        case global
        /// Written down, not fitted: no statistics.
        case reference
    }

    package var format: String
    package var formatVersion: Int
    package var kind: Kind
    package var software: String
    package var family: String
    /// Of a response of classes: their names, in the order of their numbers.
    package var classes: [String]?
    package var target: String
    package var covariates: [String]
    package var expertCovariates: [String]
    package var gateCovariates: [String]
    /// The covariate that every linear predictor contains with coefficient 1; nil where there is none.
    package var offset: String?
    package var rows: Int
    package var weight: Double
    package var experts: [ExpertRecord]
    /// Where a lasso chose slopes.
    package var slopeSelection: SlopeSelectionRecord?
    /// With that of each expert; nil where it is not known.
    package var uncertainty: UncertaintyRecord?
    package var fit: FitRecord?
    package var aggregation: AggregationRecord?
    /// The rounds of updates that led here, the oldest first; nil where there was none.
    package var rounds: [RoundRecord]?
    /// What became of missing values; absent in files of earlier versions and in references.
    package var reading: ReadingRecord?
    /// ``Study/digest`` of `study`.
    package var studyDigest: String?
    /// How the columns of a table become the covariates; nil where they are its columns as they are.
    package var study: Study?

    package struct ExpertRecord: Codable, Sendable, Equatable {
        /// Of each linear predictor in turn: intercept first, then in the order of `expertCovariates`.
        package var coefficients: [Double]
        package var dispersion: Double
        /// Intercept first, then in the order of `gateCovariates`; zero for the last expert.
        package var gate: [Double]
        package var statistics: StatisticsRecord?
        /// Lower triangle of the complete-data information of the coefficients, row by row; absent where the statistics hold it.
        package var information: [Double]?
        /// Beside it, where a lasso chose slopes: the gradient of the log-likelihood by the coefficients.
        package var score: [Double]?
        /// Of a response of classes: those of which the expert tells nothing; absent where there are none.
        package var suppressedClasses: [String]?
        /// Of the coefficients, intercepts at the means of the covariates, and the log dispersion where the family has one.
        package var uncertainty: CovarianceRecord?
    }

    package struct StatisticsRecord: Codable, Sendable, Equatable {
        package var weight: Double
        package var squaredWeight: Double
        /// Covariates, then the target.
        package var mean: [Double]
        /// Lower triangle of Σ weight (z - mean)(z - mean)', row by row.
        package var scatter: [Double]
    }

    package struct FitRecord: Codable, Sendable, Equatable {
        package var logLikelihood: Double
        package var stopReason: String
        package var iterations: Int
        package var tolerance: Double
        package var seed: UInt64
        package var trace: [Double]
        package var starts: [StartRecord]
        package var warnings: [String]
        /// Where slopes were penalised.
        package var lasso: LassoRecord?
        /// Where the number of experts was chosen.
        package var expertCounts: ExpertCountReport?
    }

    package struct StartRecord: Codable, Sendable, Equatable {
        package var strategy: String
        package var screenedLogLikelihoodPerRow: Double
        package var logLikelihood: Double?
        package var floorHits: Int
    }

    package struct AggregationRecord: Codable, Sendable, Equatable {
        /// Absent in files of earlier versions, which know one method.
        package var method: String?
        package var sites: [SiteRecord]
        /// Sites left out as broken; absent in files of earlier versions.
        package var leftOut: [LeftOutRecord]?
        package var siteWeights: String
        package var support: String
        package var supportSize: Int
        package var start: String
        package var objectives: [Double]
        package var converged: Bool
        package var candidates: [CandidateRecord]
        package var chosen: String
        /// Where the number of experts was chosen: all that were tried.
        package var expertCounts: [ExpertCountRecord]?
        package var seed: UInt64
        package var warnings: [String]
    }

    package struct SiteRecord: Codable, Sendable, Equatable {
        package var name: String
        package var rows: Int
        package var weight: Double
        /// The global expert, from 1, of each local expert.
        package var experts: [Int]
    }

    package struct LeftOutRecord: Codable, Sendable, Equatable {
        package var name: String
        package var rows: Int
        /// From what the other sites say; nats a row.
        package var divergence: Double
    }

    package struct ExpertCountRecord: Codable, Sendable, Equatable {
        package var experts: Int
        package var score: Double
        package var penalised: Double
    }

    /// An update from the statistics of sites.
    package struct RoundRecord: Codable, Sendable, Equatable {
        package var sites: Int
        package var rows: Int
        /// Of the model before the update, as the sites reported it.
        package var logLikelihoodPerRow: Double
        /// The share of the gate's Newton step that was taken.
        package var gateStep: Double
        package var warnings: [String]

        package init(sites: Int, rows: Int, logLikelihoodPerRow: Double, gateStep: Double, warnings: [String]) {
            self.sites = sites
            self.rows = rows
            self.logLikelihoodPerRow = logLikelihoodPerRow
            self.gateStep = gateStep
            self.warnings = warnings
        }
    }

    package struct CandidateRecord: Codable, Sendable, Equatable {
        package var name: String
        package var score: Double
    }
}

extension ModelFile {
    private init(_ fitted: FittedMixture, kind: Kind) {
        self.init(
            fitted.model, kind: kind, moments: fitted.moments, information: fitted.information,
            rows: fitted.rowCount, weight: fitted.weight)
        slopeSelection = fitted.selection.map(SlopeSelectionRecord.init)
        for (index, score) in fitted.scores.enumerated() { experts[index].score = score }
        for (index, codes) in fitted.suppressedClasses.enumerated() where !codes.isEmpty {
            experts[index].suppressedClasses = codes.compactMap { code in classes.map { $0[code] } }
        }
        set(fitted.errors)
    }

    private init(
        _ model: MixtureModel, kind: Kind, moments: [Moments]?, information: [PackedSymmetric], rows: Int,
        weight: Double
    ) {
        format = Self.formatName
        formatVersion = Self.currentVersion
        self.kind = kind
        software = Self.software
        family = model.family.name
        classes = model.family.response.classes
        target = model.design.target
        covariates = model.design.covariates
        expertCovariates = model.design.expertFeatures
        gateCovariates = model.design.gateFeatures
        offset = model.design.offsetFeature
        self.rows = rows
        self.weight = weight
        experts = model.experts.enumerated().map { index, expert in
            ExpertRecord(
                coefficients: expert.coefficients, dispersion: expert.dispersion,
                gate: Array(model.gate.coefficients.column(index)),
                statistics: moments.map { StatisticsRecord($0[index]) },
                information: information.isEmpty ? nil : information[index].storage)
        }
    }

    package init(_ local: LocalModel) {
        self.init(local.fitted, kind: .local)
        let report = local.report
        fit = FitRecord(
            logLikelihood: report.logLikelihood, stopReason: report.stopReason.rawValue, iterations: report.iterations,
            tolerance: report.tolerance, seed: report.seed, trace: report.trace,
            starts: report.starts.map {
                StartRecord(
                    strategy: $0.strategy, screenedLogLikelihoodPerRow: $0.screenedLogLikelihoodPerRow,
                    logLikelihood: $0.logLikelihood, floorHits: $0.floorHits)
            },
            warnings: report.warnings.lines.map(\.description), lasso: report.lasso.map(LassoRecord.init),
            expertCounts: report.expertCounts)
    }

    package init(_ global: GlobalModel) {
        self.init(global.fitted, kind: .global)
        let report = global.report
        aggregation = AggregationRecord(
            method: report.method,
            sites: report.sites.map {
                SiteRecord(name: $0.name, rows: $0.rows, weight: $0.weight, experts: $0.labels.map { $0 + 1 })
            },
            leftOut: report.leftOut.map {
                LeftOutRecord(name: $0.name, rows: $0.rows, divergence: min($0.divergence, .greatestFiniteMagnitude))
            },
            siteWeights: report.siteWeights, support: report.support, supportSize: report.supportSize,
            start: report.start, objectives: report.objectives, converged: report.converged,
            candidates: report.candidates.map { CandidateRecord(name: $0.name, score: $0.score) },
            chosen: report.chosen,
            expertCounts: report.expertCounts.isEmpty
                ? nil
                : report.expertCounts.map {
                    ExpertCountRecord(experts: $0.experts, score: $0.score, penalised: $0.penalised)
                },
            seed: report.seed, warnings: report.warnings)
    }

    /// A model that was written down, such as the truth behind a simulation.
    package init(reference model: MixtureModel) {
        self.init(model, kind: .reference, moments: nil, information: [], rows: 0, weight: 0)
    }

    /// The model that a round made of the model in `previous`, with the rounds before.
    package init(_ update: GeneralisedEMRound.Update, after previous: ModelFile, sites: Int, warnings: [String]) {
        let fitted = update.fitted
        self.init(fitted, kind: .global)
        aggregation = previous.aggregation
        (reading, studyDigest, study) = (previous.reading, previous.studyDigest, previous.study)
        let round = RoundRecord(
            sites: sites, rows: fitted.rowCount, logLikelihoodPerRow: update.logLikelihoodPerRow,
            gateStep: update.gateStep, warnings: warnings)
        rounds = (previous.rounds ?? []) + [round]
    }

    package var design: Design {
        let position = Dictionary(uniqueKeysWithValues: zip(covariates, covariates.indices))
        return Design(
            target: target, covariates: covariates, expertCovariates: expertCovariates.compactMap { position[$0] },
            gateCovariates: gateCovariates.compactMap { position[$0] }, offset: offset.flatMap { position[$0] })
    }

    /// Of a file that ``ModelFile/read(path:)`` let pass.
    private var expertFamily: any ExpertFamily {
        ExpertFamilies.named(family, classes: classes ?? []) ?? GaussianFamily()
    }

    /// The model itself; of a file that ``ModelFile/read(path:)`` let pass.
    package var model: MixtureModel {
        MixtureModel(
            design: design, family: expertFamily,
            gate: SoftmaxGate(coefficients: Matrix(columns: experts.map(\.gate))),
            experts: experts.map { Expert(coefficients: $0.coefficients, dispersion: $0.dispersion) })
    }

    /// The model with its statistics; nil for a reference.
    package var fitted: FittedMixture? {
        let moments = experts.compactMap(\.statistics?.moments)
        guard moments.count == experts.count else { return nil }
        let size = experts[0].coefficients.count
        var fitted = FittedMixture(
            model: model, moments: moments,
            information: experts.compactMap { $0.information.map { PackedSymmetric(size: size, storage: $0) } },
            rowCount: rows, weight: weight,
            selection: slopeSelection.map { SlopeSelection(gate: $0.gate, experts: $0.experts) }, errors: errors,
            scores: experts.compactMap(\.score))
        if let classes, experts.contains(where: { $0.suppressedClasses != nil }) {
            fitted.suppressedClasses = experts.map { ($0.suppressedClasses ?? []).compactMap(classes.firstIndex) }
        }
        return fitted
    }

    package var warnings: [String] {
        (fit?.warnings ?? []) + (aggregation?.warnings ?? []) + (rounds ?? []).flatMap(\.warnings)
    }
}

extension ModelFile.StatisticsRecord {
    init(_ moments: Moments) {
        self.init(
            weight: moments.weight, squaredWeight: moments.squaredWeight, mean: moments.mean,
            scatter: moments.scatter.storage)
    }

    package var moments: Moments {
        Moments(
            weight: weight, squaredWeight: squaredWeight, mean: mean,
            scatter: PackedSymmetric(size: mean.count, storage: scatter))
    }
}
