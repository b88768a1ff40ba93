import Messages
import MixtureOfExperts
import Tables

/// A study in the making: what tables show of their columns, and what is decided about them.
package struct StudyDraft: Sendable {
    /// Given by hand; everything else is inferred.
    package struct Choices: Sendable {
        package var target: String
        /// nil for Gaussian, or multinomial where the target is text.
        package var family: String?
        /// nil for those of the target.
        package var classes: [String]?
        package var features: [String]?
        package var exclude: [String] = []
        package var categories: [String] = []
        package var gate: [String]?
        package var exposure: String?
        package var weights: String?
        /// Of all covariates, for other sites may have gaps where these rows have none; `mean` is `level` for what is no number.
        package var missing = Study.MissingRule.error
        package var experts: Int?
        package var seed: UInt64?
        /// Levels and classes of fewer rows are named to those who read the draft: the study shares their names.
        package var minRows = 10

        package init(target: String) { self.target = target }
    }

    /// Text with more different values is no category by itself.
    package static let mostLevels = 30

    package private(set) var study: Study
    /// What people should look at.
    package private(set) var notes: [StudyNote] = []

    /// - Parameters:
    ///   - paths: files of one table, or of several sites.
    ///   - options: how they are read; all columns are looked at as text.
    /// - Throws: ``TableError``, and ``StudyError`` where the choices do not make a study.
    package init(of paths: [String], options: TableOptions, choices: Choices) throws {
        var options = options
        options.keepsAllText = true
        var profiles = [ColumnProfile]()
        for path in paths { try Self.profile(path, options, into: &profiles) }
        study = Study(
            target: choices.target, exposure: choices.exposure, weights: choices.weights,
            missing: choices.missing == .drop ? .drop : .error, covariates: [], gate: choices.gate,
            experts: choices.experts, seed: choices.seed)
        let table = Profiles(source: paths.joined(separator: ", "), columns: profiles)
        try decideResponse(table, choices)
        for name in [choices.exposure, choices.weights].compactMap({ $0 }) { try table.requireNumbers(name) }
        try decideCovariates(table, choices)
        if let (field, reason) = study.problem {
            throw StudyError.invalidValue(path: "study", field: field, reason: reason)
        }
    }

    /// The columns of all tables together.
    private struct Profiles {
        var source: String
        var columns: [ColumnProfile]

        func named(_ name: String) throws(TableError) -> ColumnProfile {
            guard let column = columns.first(where: { $0.name == name }) else {
                throw .noSuchColumn(source: source, name: name, available: columns.map(\.name))
            }
            return column
        }

        func requireNumbers(_ name: String) throws(TableError) {
            if let text = try named(name).firstText {
                throw .textInNumericColumn(source: source, line: text.line, column: name, field: text.field)
            }
        }
    }

    private static func profile(
        _ path: String, _ options: TableOptions, into profiles: inout [ColumnProfile]
    ) throws(TableError) {
        if let pieces = try? TableStream(path: path, options: options) {
            var pieces = pieces
            while let piece = try pieces.next() { try add(piece, to: &profiles) }
        } else {
            try add(DataTable.read(path: path, options: options), to: &profiles)
        }
    }

    private static func add(_ table: DataTable, to profiles: inout [ColumnProfile]) throws(TableError) {
        if profiles.isEmpty { profiles = table.columnNames.map(ColumnProfile.init) }
        for index in profiles.indices {
            profiles[index].add(try table.text(profiles[index].name), line: table.line)
        }
    }

    // MARK: Decisions

    private mutating func decideResponse(_ table: Profiles, _ choices: Choices) throws(TableError) {
        let target = try table.named(choices.target)
        let families = ExpertFamilies.names.filter { ExpertFamilies.response($0)?.classes != nil }
        // Numbers may be classes too, where some are named.
        let hasClasses = !target.isNumeric || choices.classes != nil
        study.family = choices.family ?? (hasClasses ? families.first : nil) ?? GaussianFamily().name
        if ExpertFamilies.response(study.family)?.classes == nil {
            try table.requireNumbers(choices.target)
        } else {
            var classes = choices.classes ?? []
            if choices.classes == nil {
                classes = try ClassFinder(target).classes(source: table.source)
                noteRare(target, .class, minRows: choices.minRows)
            }
            study.classes = classes
            notes += classes.alikeNotes(.class, of: target.name)
            noteClasses(target, classes)
        }
        noteGaps(target, study.missing == .drop ? .targetLeftOut : .targetRefused)
    }

    private mutating func noteClasses(_ target: ColumnProfile, _ classes: [String]) {
        var known = LevelEncoder(classes)
        let others = target.levels.filter { if case .unknown = known.meaning(of: $0) { true } else { false } }
        guard !others.isEmpty else { return }
        notes.append(.otherClasses(column: target.name, values: others))
    }

    private mutating func decideCovariates(_ table: Profiles, _ choices: Choices) throws(TableError) {
        for name in choices.exclude + choices.categories { _ = try table.named(name) }
        let taken = Set([choices.target] + [choices.exposure, choices.weights].compactMap { $0 } + choices.exclude)
        let names = choices.features ?? table.columns.map(\.name).filter { !taken.contains($0) }
        for name in names {
            let column = try table.named(name)
            if let covariate = covariate(column, choices) { study.covariates.append(covariate) }
        }
        guard !study.covariates.isEmpty else { throw .noCovariates(source: table.source) }
    }

    private mutating func covariate(_ column: ColumnProfile, _ choices: Choices) -> Study.Covariate? {
        let isForced = choices.categories.contains(column.name)
        guard let usual = column.mostFrequent else {
            notes.append(.noValue(column: column.name))
            return nil
        }
        if column.counts.count == 1, !column.isNumeric || isForced {
            notes.append(.constant(column: column.name, value: usual))
            return nil
        }
        var covariate: Study.Covariate
        if !isForced, let (yes, no) = column.yesNo {
            covariate = .yesNo(column.name, yes: yes, no: no)
        } else if !isForced, column.isNumeric {
            covariate = .number(column.name)
        } else if column.hasTooMany || (column.counts.count > Self.mostLevels && !isForced) {
            notes.append(
                .manyValues(
                    column: column.name, line: column.firstText?.line, field: column.firstText?.field,
                    distinct: column.distinct, canBeCategory: !column.hasTooMany))
            return nil
        } else {
            covariate = .category(column.name, levels: column.levels, reference: usual)
            noteRare(column, .level, minRows: choices.minRows)
            notes += column.levels.alikeNotes(.level, of: column.name)
        }
        decideGaps(column, &covariate, choices.missing)
        return covariate
    }

    private mutating func decideGaps(
        _ column: ColumnProfile, _ covariate: inout Study.Covariate, _ rule: Study.MissingRule
    ) {
        switch rule {
        case .error:
            noteGaps(column, .refused)
        case .drop: noteGaps(column, .leftOut)
        case .mean, .level:
            covariate.missing = covariate.type == .number ? .mean : .level
            noteGaps(column, covariate.type == .number ? .filledWithMean : .level)
        }
    }

    /// Names that few rows have leave the site with the study, before any fit.
    private mutating func noteRare(_ column: ColumnProfile, _ kind: StudyNote.Kind, minRows: Int) {
        let rare = column.levels.filter { (column.counts[$0] ?? 0) < minRows }
        guard !rare.isEmpty else { return }
        notes.append(
            .rare(
                kind: kind, column: column.name, names: rare, counts: rare.map { column.counts[$0] ?? 0 },
                minRows: minRows))
    }

    private mutating func noteGaps(_ column: ColumnProfile, _ gaps: StudyNote.Gaps) {
        guard column.missing > 0 else { return }
        notes.append(.missing(column: column.name, count: column.missing, gaps: gaps))
    }
}
