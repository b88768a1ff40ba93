import MixtureOfExperts

/// What the rows of a table mean: target, family, the covariates with their types, and what is done about missing values.
///
/// Sites share it before anything is fitted, so that the columns of their designs are the same whatever levels and gaps
/// their own tables have. Written as JSON to be edited by people; see the article on the study file.
public struct Study: Codable, Sendable, Equatable {
    package static let formatName = "dmoe-study"
    package static let currentVersion = 1

    /// What is done about a missing value.
    public enum MissingRule: String, Codable, Sendable, CaseIterable {
        /// The table is refused.
        case error
        /// The row is left out, and counted.
        case drop
        /// Of numbers: a fixed value, or else the mean of the site, takes its place; an indicator column says where.
        case mean
        /// Of categories and yes-no: a level of its own.
        case level
    }

    /// Always `dmoe-study`.
    public package(set) var format = Study.formatName
    /// The version of the format, 1.
    public package(set) var formatVersion = Study.currentVersion
    /// A note for people; no effect.
    public var note: String?
    /// The column of the response.
    public var target: String
    /// The family of the experts: `gaussian`, `poisson`, `negative-binomial`, `gamma` or `multinomial`.
    public var family: String
    /// Of a response of classes: their names as the table spells them, the reference first; nil for numbers.
    public var classes: [String]?
    /// Values of the response that are experts of their own, ascending; nil for none.
    public var pointMasses: [Double]?
    /// The ends of the range of an expert of noise, the same at all sites; nil for none.
    public var noise: [Double]?
    /// The column of exposures, whose logarithm enters every linear predictor with coefficient 1; nil for none.
    public var exposure: String?
    /// The column of row weights; nil for none.
    public var weights: String?
    /// The column that says of whom a row is, so that subjects are counted, not rows; nil where each row is a subject.
    public var subject: String?
    /// For target, exposure, weights, and covariates without a rule of their own: `error` or `drop`.
    public var missing: MissingRule
    /// The columns that are covariates, in the order of the model.
    public var covariates: [Covariate]
    /// Names of the covariates that the experts read; nil for all.
    public var regression: [String]?
    /// Names of the covariates that the gate reads; nil for all.
    public var gate: [String]?
    /// Number of experts that a site fits; nil where the request says it.
    public var experts: Int?
    /// The seed of the random numbers; nil: 1.
    public var seed: UInt64?
    /// Sites that must stand behind an expert of a released global model for its statistics to be in it; nil: 3.
    public var leastSites: Int?

    /// A study made in memory; each parameter is the field of its name.
    public init(
        target: String, family: String = "gaussian", classes: [String]? = nil, exposure: String? = nil,
        weights: String? = nil, missing: MissingRule = .error, covariates: [Covariate], regression: [String]? = nil,
        gate: [String]? = nil, experts: Int? = nil, seed: UInt64? = nil, note: String? = nil
    ) {
        self.target = target
        self.family = family
        self.classes = classes
        self.exposure = exposure
        self.weights = weights
        self.missing = missing
        self.covariates = covariates
        self.regression = regression
        self.gate = gate
        self.experts = experts
        self.seed = seed
        self.note = note
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case format, formatVersion, note, target, family, classes, exposure, weights, missing, covariates, regression
        case subject, gate, experts, seed, leastSites, pointMasses, noise
    }

    /// Reads the fields without checking that they go together; `read(path:)` does both.
    ///
    /// - Throws: `DecodingError`, also for a field that is not known.
    public init(from decoder: any Decoder) throws {
        let fields = try KnownFields<CodingKeys>(decoder)
        format = try fields.value(.format)
        formatVersion = try fields.value(.formatVersion)
        note = try fields.optional(.note)
        target = try fields.value(.target)
        family = try fields.value(.family)
        classes = try fields.optional(.classes)
        pointMasses = try fields.optional(.pointMasses)
        noise = try fields.optional(.noise)
        exposure = try fields.optional(.exposure)
        weights = try fields.optional(.weights)
        subject = try fields.optional(.subject)
        missing = try fields.choice(.missing) ?? .error
        covariates = try fields.value(.covariates)
        regression = try fields.optional(.regression)
        gate = try fields.optional(.gate)
        experts = try fields.optional(.experts)
        seed = try fields.optional(.seed)
        leastSites = try fields.optional(.leastSites)
    }
}

extension Study {
    /// The columns that are read as text.
    package var textColumns: Set<String> {
        Set(
            covariates.filter { $0.type != .number }.map(\.name) + (classes == nil ? [] : [target])
                + [subject].compactMap { $0 })
    }

    /// nil where it is not known here.
    package var expertFamily: (any ExpertFamily)? { ExpertFamilies.named(family, classes: classes ?? []) }

    /// The name of the design's column of log exposures.
    var offsetName: String? { exposure.map { "log \($0)" } }

    /// The rule for a covariate, its own or that of the study.
    package func missingRule(_ covariate: Covariate) -> MissingRule { covariate.missing ?? missing }

    /// The columns of the design that a covariate becomes.
    func columnNames(_ covariate: Covariate) -> [String] { covariate.columnNames(missing: missingRule(covariate)) }

    /// The columns of the design: those of the covariates in their order, then the log exposure.
    public var design: Design {
        var names = [String]()
        var positions = [String: [Int]]()
        for covariate in covariates {
            let own = columnNames(covariate)
            positions[covariate.name] = Array(names.count..<names.count + own.count)
            names += own
        }
        func indices(_ chosen: [String]?) -> [Int] {
            (chosen ?? covariates.map(\.name)).flatMap { positions[$0] ?? [] }.sorted()
        }
        return Design(
            target: target, covariates: names + [offsetName].compactMap { $0 }, expertCovariates: indices(regression),
            gateCovariates: indices(gate), offset: offsetName.map { _ in names.count })
    }
}
