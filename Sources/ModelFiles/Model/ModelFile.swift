import Aggregation
import Estimation
import MixtureOfExperts
import Numerics
import StudyData

/// A model as it stands in a file: JSON in the user's units, with nothing in it that depends on clock or machine.
public struct ModelFile: Codable, Sendable, Equatable {
    public static let formatName = "dmoe-model"
    public static let currentVersion = 1
    public static let software = "dmoe 0.1.0"

    public enum Kind: String, Codable, Sendable {
        /// Fitted to the rows of one site.
        case local
        /// Aggregated from local models.
        case global
        /// Written down, not fitted: no statistics.
        case reference
    }

    public var format: String
    public var formatVersion: Int
    public var kind: Kind
    public var software: String
    public var family: String
    /// Of a response of classes: their names, in the order of their numbers.
    public var classes: [String]?
    public var target: String
    public var covariates: [String]
    public var expertCovariates: [String]
    public var gateCovariates: [String]
    /// The covariate that every linear predictor contains with coefficient 1; nil where there is none.
    public var offset: String?
    public var rows: Int
    public var weight: Double
    public var experts: [ExpertRecord]
    /// Where a lasso chose slopes.
    public var slopeSelection: SlopeSelectionRecord?
    /// With that of each expert; nil where it is not known.
    public var uncertainty: UncertaintyRecord?
    public var fit: FitRecord?
    public var aggregation: AggregationRecord?
    /// The rounds of updates that led here, the oldest first; nil where there was none.
    public var rounds: [RoundRecord]?
    /// What became of missing values; absent in files of earlier versions and in references.
    public var reading: ReadingRecord?
    /// ``Study/digest`` of `study`.
    public var studyDigest: String?
    /// How the columns of a table become the covariates; nil where they are its columns as they are.
    public var study: Study?

    public struct ExpertRecord: Codable, Sendable, Equatable {
        /// Of each linear predictor in turn: intercept first, then in the order of `expertCovariates`.
        public var coefficients: [Double]
        public var dispersion: Double
        /// Intercept first, then in the order of `gateCovariates`; zero for the last expert.
        public var gate: [Double]
        public var statistics: StatisticsRecord?
        /// Lower triangle of the complete-data information of the coefficients, row by row; absent where the statistics hold it.
        public var information: [Double]?
        /// Beside it, where a lasso chose slopes: the gradient of the log-likelihood by the coefficients.
        public var score: [Double]?
        /// Of a response of classes: those of which the expert tells nothing; absent where there are none.
        public var suppressedClasses: [String]?
        /// Of the coefficients, intercepts at the means of the covariates, and the log dispersion where the family has one.
        public var uncertainty: CovarianceRecord?
    }

    public struct StatisticsRecord: Codable, Sendable, Equatable {
        public var weight: Double
        public var squaredWeight: Double
        /// Covariates, then the target.
        public var mean: [Double]
        /// Lower triangle of Σ weight (z - mean)(z - mean)', row by row.
        public var scatter: [Double]
    }

    public struct FitRecord: Codable, Sendable, Equatable {
        public var logLikelihood: Double
        public var stopReason: String
        public var iterations: Int
        public var tolerance: Double
        public var seed: UInt64
        public var trace: [Double]
        public var starts: [StartRecord]
        public var warnings: [String]
        /// Where slopes were penalised.
        public var lasso: LassoRecord?
        /// Where the number of experts was chosen.
        public var expertCounts: ExpertCountReport?
    }

    public struct StartRecord: Codable, Sendable, Equatable {
        public var strategy: String
        public var screenedLogLikelihoodPerRow: Double
        public var logLikelihood: Double?
        public var floorHits: Int
    }

    public struct AggregationRecord: Codable, Sendable, Equatable {
        /// Absent in files of earlier versions, which know one method.
        public var method: String?
        public var sites: [SiteRecord]
        /// Sites left out as broken; absent in files of earlier versions.
        public var leftOut: [LeftOutRecord]?
        public var siteWeights: String
        public var support: String
        public var supportSize: Int
        public var start: String
        public var objectives: [Double]
        public var converged: Bool
        public var candidates: [CandidateRecord]
        public var chosen: String
        /// Where the number of experts was chosen: all that were tried.
        public var expertCounts: [ExpertCountRecord]?
        public var seed: UInt64
        public var warnings: [String]
    }

    public struct SiteRecord: Codable, Sendable, Equatable {
        public var name: String
        public var rows: Int
        public var weight: Double
        /// The global expert, from 1, of each local expert.
        public var experts: [Int]
    }

    public struct LeftOutRecord: Codable, Sendable, Equatable {
        public var name: String
        public var rows: Int
        /// From what the other sites say; nats a row.
        public var divergence: Double
    }

    public struct ExpertCountRecord: Codable, Sendable, Equatable {
        public var experts: Int
        public var score: Double
        public var penalised: Double
    }

    /// An update from the statistics of sites.
    public struct RoundRecord: Codable, Sendable, Equatable {
        public var sites: Int
        public var rows: Int
        /// Of the model before the update, as the sites reported it.
        public var logLikelihoodPerRow: Double
        /// The share of the gate's Newton step that was taken.
        public var gateStep: Double
        public var warnings: [String]

        public init(sites: Int, rows: Int, logLikelihoodPerRow: Double, gateStep: Double, warnings: [String]) {
            self.sites = sites
            self.rows = rows
            self.logLikelihoodPerRow = logLikelihoodPerRow
            self.gateStep = gateStep
            self.warnings = warnings
        }
    }

    public struct CandidateRecord: Codable, Sendable, Equatable {
        public var name: String
        public var score: Double
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

    public init(_ local: LocalModel) {
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
            warnings: report.warnings.lines, lasso: report.lasso.map(LassoRecord.init),
            expertCounts: report.expertCounts)
    }

    public init(_ global: GlobalModel) {
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
    public init(reference model: MixtureModel) {
        self.init(model, kind: .reference, moments: nil, information: [], rows: 0, weight: 0)
    }

    /// The model that a round made of the model in `previous`, with the rounds before.
    public init(_ update: GeneralisedEMRound.Update, after previous: ModelFile, sites: Int, warnings: [String]) {
        let fitted = update.fitted
        self.init(fitted, kind: .global)
        aggregation = previous.aggregation
        (reading, studyDigest, study) = (previous.reading, previous.studyDigest, previous.study)
        let round = RoundRecord(
            sites: sites, rows: fitted.rowCount, logLikelihoodPerRow: update.logLikelihoodPerRow,
            gateStep: update.gateStep, warnings: warnings)
        rounds = (previous.rounds ?? []) + [round]
    }

    public var design: Design {
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
    public var model: MixtureModel {
        MixtureModel(
            design: design, family: expertFamily,
            gate: SoftmaxGate(coefficients: Matrix(columns: experts.map(\.gate))),
            experts: experts.map { Expert(coefficients: $0.coefficients, dispersion: $0.dispersion) })
    }

    /// The model with its statistics; nil for a reference.
    public var fitted: FittedMixture? {
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

    public var warnings: [String] {
        (fit?.warnings ?? []) + (aggregation?.warnings ?? []) + (rounds ?? []).flatMap(\.warnings)
    }
}

extension ModelFile.StatisticsRecord {
    init(_ moments: Moments) {
        self.init(
            weight: moments.weight, squaredWeight: moments.squaredWeight, mean: moments.mean,
            scatter: moments.scatter.storage)
    }

    public var moments: Moments {
        Moments(
            weight: weight, squaredWeight: squaredWeight, mean: mean,
            scatter: PackedSymmetric(size: mean.count, storage: scatter))
    }
}
