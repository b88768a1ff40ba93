import Aggregation
import Estimation
import Messages
import MixtureOfExperts
import Numerics
import StudyData

/// A model as it stands in a file: JSON in the user's units, with nothing in it that depends on clock or machine.
public struct ModelFile: Codable, Sendable, Equatable {
    package static let formatName = "dmoe-model"
    package static let versions = 2...3
    /// Of files that an older program would not misunderstand: no expert is without parameters.
    private static let versionWithoutFixedExperts = 2
    /// Of a model, whatever its rows.
    package static let mostExperts = OptionBounds.mostExperts
    package static let software = "dmoe \(Version.current)"

    package enum Kind: String, Codable, Sendable {
        /// Fitted to the rows of one site.
        case local
        /// Aggregated from local models.
        case global
        /// Written down, not fitted: no statistics.
        case reference
        /// A global model adapted to the rows of one site, where it stays: no statistics.
        case adapted
    }

    package var format: String
    package var formatVersion: Int
    package var kind: Kind
    package var software: String
    /// The family of the experts by its name: `gaussian`, `poisson`, `negative-binomial`, `gamma` or `multinomial`.
    public package(set) var family: String
    /// Of a response of classes: their names, in the order of their numbers.
    package var classes: [String]?
    /// The column of the response.
    public package(set) var target: String
    /// Names of the covariates that experts or gate read, in the order of the columns of the design.
    public package(set) var covariates: [String]
    package var expertCovariates: [String]
    package var gateCovariates: [String]
    /// The covariate that every linear predictor contains with coefficient 1; nil where there is none.
    package var offset: String?
    /// Number of rows that the model was fitted to, of all sites together; of an adapted model those of its site; 0 for a reference model.
    public package(set) var rows: Int
    package var weight: Double
    package var experts: [ExpertRecord]
    /// Where a lasso chose slopes.
    package var slopeSelection: SlopeSelectionRecord?
    /// Of each regressor of the gate what a slope is multiplied by in its prior, 0 where there is none; absent where no slope of experts
    /// or gate has one.
    package var gatePriorUnits: [Double]?
    /// With that of each expert; nil where it is not known.
    package var uncertainty: UncertaintyRecord?
    package var fit: FitRecord?
    package var aggregation: AggregationRecord?
    /// The rounds of updates that led here, the oldest first; nil where there was none.
    package var rounds: [RoundRecord]?
    /// Of an adapted model: how it differs from the shared one.
    package var adaptation: AdaptationRecord?
    /// What became of missing values; absent in references.
    package var reading: ReadingRecord?
    /// ``Study/digest`` of `study`.
    package var studyDigest: String?
    /// How the columns of a table become the covariates; nil where they are its columns as they are.
    package var study: Study?
    /// For whom the file is, and the rules that it keeps; absent in references, and in files of versions that had none: these were releases.
    package var disclosure: DisclosureRecord?

    package struct ExpertRecord: Codable, Sendable, Equatable {
        /// Of an expert that is a value of the response: the value.
        package var pointMass: Double?
        /// Of an expert of noise: the ends of its range.
        package var noise: [Double]?
        /// Of each linear predictor in turn: intercept first, then in the order of `expertCovariates`; 0 where there are no parameters.
        package var coefficients: [Double]
        package var dispersion: Double
        /// Intercept first, then in the order of `gateCovariates`; zero for the last expert.
        package var gate: [Double]
        package var statistics: StatisticsRecord?
        /// Of each covariate; nil where it is withheld, or too few rows have values.
        ///
        /// Absent where there are none.
        package var marginals: [MarginalRecord?]?
        /// Lower triangle of the complete-data information of the coefficients, row by row; absent where the statistics hold it.
        package var information: [Double]?
        /// Beside it, where a lasso chose slopes: the gradient of the log-likelihood by the coefficients.
        package var score: [Double]?
        /// Of each coefficient what it is multiplied by in its prior, 0 where there is none; absent where no slope has one.
        package var priorUnits: [Double]?
        /// Of a response of classes: those that are suppressed for the expert; absent where there are none.
        package var suppressedClasses: [String]?
        /// For each of them the rounded weight of its rows, which the statistics leave out.
        package var suppressedCounts: [Double]?
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
        /// Whether covariances are withheld: `scatter` is then that of uncorrelated covariates.
        ///
        /// Absent where it is not so.
        package var covarianceWithheld: Bool?
        /// Whether too few sites stand behind a global expert: the moments are made of those of the other experts and of its parameters.
        ///
        /// Absent where it is not so.
        package var withheld: Bool?
    }

}

extension ModelFile {
    init(_ fitted: FittedMixture, kind: Kind) {
        self.init(
            fitted.model, kind: kind, moments: fitted.moments, information: fitted.information,
            rows: fitted.rowCount, weight: fitted.weight)
        slopeSelection = fitted.selection.map(SlopeSelectionRecord.init)
        for (index, score) in fitted.scores.enumerated() { experts[index].score = score }
        set(fitted.prior)
        for (index, codes) in fitted.suppressedClasses.enumerated() where !codes.isEmpty {
            experts[index].suppressedClasses = codes.compactMap { code in classes.map { $0[code] } }
            if fitted.suppressedCounts.indices.contains(index) {
                experts[index].suppressedCounts = fitted.suppressedCounts[index]
            }
        }
        for (index, marginals) in fitted.marginals.enumerated() where marginals.contains(where: { $0 != nil }) {
            experts[index].marginals = marginals.map { $0.map(MarginalRecord.init) }
        }
        for index in fitted.withheldCovariances { experts[index].statistics?.covarianceWithheld = true }
        for index in fitted.withheldStatistics { experts[index].statistics?.withheld = true }
        set(fitted.errors)
    }

    private init(
        _ model: MixtureModel, kind: Kind, moments: [Moments]?, information: [PackedSymmetric], rows: Int,
        weight: Double
    ) {
        format = Self.formatName
        formatVersion = model.hasFixedExperts ? Self.versions.upperBound : Self.versionWithoutFixedExperts
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
                pointMass: expert.fixedDistribution?.value, noise: expert.fixedDistribution?.noiseRange,
                coefficients: expert.coefficients, dispersion: expert.dispersion,
                gate: Array(model.gate.coefficients.column(index)),
                statistics: moments.map { StatisticsRecord($0[index]) },
                information: information.isEmpty ? nil : information[index].storage)
        }
    }

    /// A model that was written down, such as the truth behind a simulation.
    package init(reference model: MixtureModel) {
        self.init(model, kind: .reference, moments: nil, information: [], rows: 0, weight: 0)
    }

    /// Without statistics of the rows.
    init(adaptedTo model: MixtureModel, rows: Int, weight: Double) {
        self.init(model, kind: .adapted, moments: nil, information: [], rows: rows, weight: weight)
    }

    package var design: Design {
        let position = Dictionary(uniqueKeysWithValues: zip(covariates, covariates.indices))
        return Design(
            target: target, covariates: covariates, expertCovariates: expertCovariates.compactMap { position[$0] },
            gateCovariates: gateCovariates.compactMap { position[$0] }, offset: offset.flatMap { position[$0] })
    }

    /// Of a file that ``ModelFile/read(path:)`` let pass.
    var expertFamily: any ExpertFamily {
        ExpertFamilies.named(family, classes: classes ?? []) ?? GaussianFamily()
    }

    /// Number of experts K.
    public var expertCount: Int { experts.count }

    /// The model itself, in the user's units.
    ///
    /// - Precondition: the file was checked, as ``read(path:)`` does.
    public var model: MixtureModel {
        MixtureModel(
            design: design, family: expertFamily,
            gate: SoftmaxGate(coefficients: Matrix(columns: experts.map(\.gate))),
            experts: experts.map(\.expert))
    }

    /// The model with its statistics; nil for a reference and for an adapted model.
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
            fitted.suppressedCounts = experts.map { expert in
                expert.suppressedCounts ?? (expert.suppressedClasses ?? []).map { _ in 0 }
            }
        }
        if experts.contains(where: { $0.marginals != nil }) {
            fitted.marginals = experts.map { expert in
                expert.marginals?.map { $0?.marginal } ?? [Marginal?](repeating: nil, count: covariates.count)
            }
        }
        fitted.prior = prior
        fitted.roundingStep = disclosure?.roundingStep
        fitted.withheldCovariances = Set(
            experts.indices.filter { experts[$0].statistics?.covarianceWithheld == true })
        fitted.withheldStatistics = withheldStatistics
        fitted.withheldColumns = withheldColumns(moments)
        return fitted
    }

    /// Columns that rules made constant: at a site, or at every site of a global model.
    private func withheldColumns(_ moments: [Moments]) -> [[Int: WithheldColumn]] {
        let everywhere = (aggregation?.warnings ?? []).compactMap { warning -> FitWarning? in
            guard case .withheldCovariate(let name) = warning else { return nil }
            return .rareLevel(covariate: name, minimum: 0)
        }
        return ((fit?.warnings ?? []) + everywhere).withheldColumns(of: covariates, moments)
    }

    /// What a reader has to know.
    package var warnings: [ModelWarning] {
        (fit?.warnings ?? []).map { .fit($0) } + (aggregation?.warnings ?? []).map { .aggregation($0) }
            + (rounds ?? []).flatMap(\.warnings).map { .round($0) }
            + (adaptation?.warnings ?? []).map { .adaptation($0) }
    }

    /// What a reader has to know of fit, aggregation, rounds and adaptation, a line each.
    public var warningLines: [WarningLine] {
        (fit?.warnings ?? []).lines + (aggregation?.warnings ?? []).map { WarningLine($0) }
            + (rounds ?? []).flatMap(\.warnings.lines) + (adaptation?.warnings ?? []).map { WarningLine($0) }
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
