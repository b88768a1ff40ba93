import Foundation
import Messages
import MixtureOfExperts
import StudyData
import Tables

/// Which columns of a table are what: by a study, or by name.
public struct ColumnRequest: Sendable, Equatable {
    /// Where a study comes from.
    public enum StudySource: Sendable, Equatable {
        /// A study file.
        case file(path: String)
        /// What a study file holds.
        case text(String)
        /// A study in memory.
        case value(Study)
    }

    /// In place of all others.
    public var study: StudySource?
    /// Column of the response; needed where there is no study.
    public var target: String?
    /// nil: gaussian.
    public var family: String?
    /// The reference first; nil: those found, in order.
    public var classes: [String]?
    /// Column of exposures of counts or rates, above 0; its logarithm is an offset.
    public var exposure: String?
    /// Covariates; nil: every other column with numbers.
    public var features: [String]?
    /// Columns that are never covariates by default.
    public var exclude: [String] = []
    /// nil: those of the experts.
    public var gateFeatures: [String]?
    /// Column of row weights; a weight of 2 counts as the row twice.
    public var weights: String?
    /// The column that says of whom a row is: subjects are counted then, not rows.
    ///
    /// Beside a study that names none, too.
    public var subject: String?
    /// nil: rows with a missing value are refused.
    public var missing: MissingValueRule?
    /// Values of the response that are experts of their own, with a probability by the gate.
    public var pointMass: [Double] = []
    /// Whether there is an expert of noise, of one density over a range of responses; nil for none.
    public var noise: NoiseRange?

    /// Columns by a study, or by the name of the target.
    public init(study: StudySource? = nil, target: String? = nil) {
        self.study = study
        self.target = target
    }

    /// The name of the family of the experts where no study says it.
    package var familyName: String { givenFamilyName ?? GaussianFamily().name }

    /// The name of the family that was asked for, where it was by another that the field has for it.
    package var givenFamilyName: String? { family.map { Self.otherFamilyNames[$0] ?? $0 } }

    /// A binomial response of one trial is a multinomial one of two classes.
    private static let otherFamilyNames = [
        "binomial": "multinomial", "bernoulli": "multinomial", "logistic": "multinomial", "normal": "gaussian",
    ]

    /// - Throws: what can be said before a study or a table is read.
    package func check() throws(RequestRefusal) {
        guard study == nil else {
            let besides: [(RequestOption, Bool)] = [
                (.target, target != nil), (.family, family != nil), (.classes, classes != nil),
                (.exposure, exposure != nil), (.features, features != nil), (.exclude, !exclude.isEmpty),
                (.gateFeatures, gateFeatures != nil), (.weights, weights != nil), (.missing, missing != nil),
                (.pointMass, !pointMass.isEmpty), (.noise, noise != nil),
            ]
            if let (option, _) = besides.first(where: \.1) { throw .decidedByStudy(option) }
            return
        }
        try checkFamily()
        try checkFixedExperts()
        if target == nil { throw .missing(.target, or: .study) }
        try checkNames()
    }

    /// Whether the names go together, of a table and of a study that is to be made.
    package func checkNames() throws(RequestRefusal) {
        try RequestOption.features.check(names: features)
        try RequestOption.gateFeatures.check(names: gateFeatures)
        try RequestOption.exclude.check(names: exclude)
        for name in exclude {
            if name == target { throw .noEffect(.exclude, .excludedIsTarget(name)) }
            if features?.contains(name) ?? false { throw .noEffect(.exclude, .excludedIsFeature(name)) }
        }
        try checkRoles()
    }

    /// A response, a weight, an exposure and subjects each have a column of their own.
    ///
    /// That covariates are not the target is said by the table.
    private func checkRoles() throws(RequestRefusal) {
        let covariates = [(RequestOption.features, features ?? []), (.gateFeatures, gateFeatures ?? [])]
        var others = target.map { [(RequestOption.target, [$0])] } ?? []
        for (option, name) in [(RequestOption.exposure, exposure), (.weights, weights), (.subject, subject)] {
            guard let name else { continue }
            if let (other, _) = (others + covariates).first(where: { $0.1.contains(name) }) {
                throw .twoRoles(option, other, name: name)
            }
            others.append((option, [name]))
        }
    }

    /// Whether family, classes and exposure go together.
    package func checkFamily() throws(RequestRefusal) {
        guard let response = ExpertFamilies.response(familyName) else {
            throw .unknownName(.family, given: familyName, known: ExpertFamilies.names)
        }
        if let classes {
            if response.classes == nil { throw .noEffect(.classes, .responsesAreNoClasses(family: familyName)) }
            try RequestOption.classes.check(names: classes)
            if classes.count < 2 { throw .outOfBounds(.classes, .atLeast(2)) }
        }
        if exposure != nil, !response.takesExposure {
            throw .noEffect(.exposure, .responsesAreNoRates(family: familyName))
        }
    }

    /// - Throws: ``StudyError``; ``RequestRefusal`` for subjects that are others than those of the study.
    package func readStudy() throws -> Study? {
        let study = try givenStudy()
        guard let subject, let study else { return study }
        if study.subject != subject {
            if study.subject != nil { throw RequestRefusal.decidedByStudy(.subject) }
            var own = study
            own.subject = subject
            if own.problem != nil {
                throw RequestRefusal.subjectIsAnother(subject)
            }
        }
        return study
    }

    private func givenStudy() throws -> Study? {
        switch study {
        case nil: return nil
        case .file(let path): return try Study.read(path: path)
        case .text(let text): return try Study.decode(Data(text.utf8), source: "study")
        case .value(let study):
            if let (field, reason) = study.problem {
                throw StudyError.invalidValue(path: "study", field: field, reason: reason)
            }
            return study
        }
    }

    /// The columns of a table that are read as text.
    package func textColumns(_ study: Study?) -> Set<String> {
        (study?.textColumns ?? (response.classes == nil ? [] : Set([target].compactMap { $0 }))).union(
            [subject].compactMap { $0 })
    }

    /// How a table is read, by its columns.
    ///
    /// - Parameters:
    ///   - preview: the table, or its beginning.
    ///   - study: what ``readStudy()`` gave.
    ///   - notCovariates: further columns that are no covariates by default, such as that of the shards.
    ///   - notices: hears of columns that are no covariates.
    /// - Throws: ``TableError``.
    package func selection(
        for preview: DataTable, study: Study?, notCovariates: Set<String> = [], notices: ReadingNotice.Handler
    ) throws(TableError) -> RowSelection {
        if let study {
            var selection = RowSelection(study: study)
            selection.isOfStudyFile = true
            selection.subject = study.subject ?? subject
            return selection
        }
        let target = target ?? ""
        let others = notCovariates.union(exclude + [weights, exposure, subject].compactMap { $0 })
        let (design, unnamed) = try RowSelection.design(
            of: preview, target: target, features: features, gateFeatures: gateFeatures, notCovariates: others,
            response: response)
        var selection = RowSelection(
            design: design, family: familyName, classes: classes, exposure: exposure, weights: weights,
            missing: missing ?? .error)
        selection.subject = subject
        selection.fixed = fixedDistributions
        selection.wantsNoise = noise == .automatic
        if let unnamed {
            selection.leftOutTexts = Set(unnamed.texts.map(\.name))
            notice(unnamed, preview.source, notices)
        }
        return selection
    }

    /// The family of the experts for rows that were read so.
    package func expertFamily(_ selection: RowSelection) -> any ExpertFamily {
        selection.study?.expertFamily
            ?? ExpertFamilies.named(familyName, classes: selection.response.classes ?? []) ?? GaussianFamily()
    }

    /// What the target holds, by its family.
    private var response: ResponseKind {
        switch ExpertFamilies.response(familyName) {
        case .classes: .classes(classes ?? [])
        case let other: other ?? .number
        }
    }

    /// Columns that are left out without having been named: to be said, not to be found out.
    private func notice(_ columns: DefaultCovariates, _ source: String, _ notices: ReadingNotice.Handler) {
        if !columns.empty.isEmpty { notices(.columnsWithoutValue(columns.empty, source: source)) }
        if !columns.numberings.isEmpty { notices(.columnsOfRowNumbers(columns.numberings, source: source)) }
        let texts = columns.texts.map { ReadingNotice.TextColumn(name: $0.name, line: $0.line, field: $0.field) }
        if !texts.isEmpty { notices(.columnsOfText(texts, source: source)) }
    }
}
