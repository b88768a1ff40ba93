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
        /// Experts without parameters.
        package var fixed: [FixedDistribution] = []
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
            // A response is never filled in: whoever wants no row refused for a gap leaves out those without it.
            missing: choices.missing == .error ? .error : .drop, covariates: [], gate: choices.gate,
            experts: choices.experts, seed: choices.seed)
        let values = choices.fixed.compactMap(\.value)
        study.pointMasses = values.isEmpty ? nil : values
        study.noise = choices.fixed.compactMap(\.noiseRange).first
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
        let source: String
        let columns: [ColumnProfile]
        private let positions: ColumnPositions

        init(source: String, columns: [ColumnProfile]) {
            self.source = source
            self.columns = columns
            positions = ColumnPositions(columns.map(\.name), source: source)
        }

        func named(_ name: String) throws(TableError) -> ColumnProfile {
            columns[try positions.position(name)]
        }

        func requireNumbers(_ name: String) throws(TableError) {
            if let text = try named(name).firstText {
                throw .textInNumericColumn(source: text.source, line: text.line, column: name, field: text.field)
            }
        }
    }

    private static func profile(
        _ path: String, _ options: TableOptions, into profiles: inout [ColumnProfile]
    ) throws(TableError) {
        for index in profiles.indices { profiles[index].beginFile() }
        if let pieces = try? TableStream(path: path, options: options) {
            var pieces = pieces
            while let piece = try pieces.next() { try add(piece, to: &profiles) }
        } else {
            try add(DataTable.read(path: path, options: options), to: &profiles)
        }
    }

    private static func add(_ table: DataTable, to profiles: inout [ColumnProfile]) throws(TableError) {
        if profiles.isEmpty {
            profiles = table.columnNames.enumerated().map { ColumnProfile(name: $1, position: $0 + 1) }
            for index in profiles.indices { profiles[index].beginFile() }
        }
        for index in profiles.indices {
            profiles[index].add(try table.text(profiles[index].name), source: table.source, line: table.line)
        }
    }

    // MARK: Decisions

    private mutating func decideResponse(_ table: Profiles, _ choices: Choices) throws(TableError) {
        let target = try table.named(choices.target)
        let families = ExpertFamilies.names.filter { ExpertFamilies.response($0)?.classes != nil }
        // Numbers may be classes too, where some are named.
        let hasClasses = !target.isNumeric || choices.classes != nil
        if choices.family == nil, choices.classes == nil {
            try Self.refuseMixed(target, isTarget: true)
            try Self.refuseCommas(target)
        }
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
        noteShared(target)
    }

    /// Of the rows.
    private static let sharedResponse = 0.05
    /// A value of a grid has neighbours that are about as frequent.
    private static let leastRatio = 3

    /// Counts share values by themselves.
    private mutating func noteShared(_ target: ColumnProfile) {
        guard [.number, .positiveNumber].contains(ExpertFamilies.response(study.family)), study.pointMasses == nil,
            let value = target.mostFrequent, let count = target.counts[value]
        else { return }
        let rows = target.counts.values.reduce(0, +)
        let next = target.counts.filter { $0.key != value }.values.max() ?? 0
        guard Double(count) > Self.sharedResponse * Double(rows), count > Self.leastRatio * next, next > 0 else {
            return
        }
        notes.append(
            .sharedResponse(target: target.name, value: value, share: Double(count) / Double(rows)))
    }

    private mutating func noteClasses(_ target: ColumnProfile, _ classes: [String]) {
        var known = LevelEncoder(classes)
        let others = target.levels.filter { if case .unknown = known.meaning(of: $0) { true } else { false } }
        guard !others.isEmpty else { return }
        notes.append(.otherClasses(column: target.name, values: others))
    }

    private mutating func decideCovariates(_ table: Profiles, _ choices: Choices) throws(TableError) {
        for name in choices.exclude + choices.categories { _ = try table.named(name) }
        let categories = Set(choices.categories)
        let named = categories.union(choices.features ?? []).union(choices.gate ?? [])
        let taken = Set([choices.target] + [choices.exposure, choices.weights].compactMap { $0 } + choices.exclude)
        let names = choices.features ?? table.columns.map(\.name).filter { !taken.contains($0) }
        // Covariates of the gate alone are named with it.
        let gateAlone = (choices.gate ?? []).filter { !names.contains($0) }
        for name in names + gateAlone {
            let column = try table.named(name)
            let isForced = categories.contains(name)
            if !named.contains(name), noteNames(column) { continue }
            if !isForced { try Self.refuseCommas(column) }
            if let reason = Self.reason(against: column, isForced: isForced) {
                guard !named.contains(name) else {
                    throw .unusableCovariate(source: table.source, column: name, reason: reason)
                }
                notes.append(Self.note(on: column, reason))
                continue
            }
            if !isForced, column.yesNo == nil { try Self.refuseMixed(column, isTarget: false) }
            study.covariates.append(covariate(column, isForced: isForced, choices))
        }
        let regression = study.covariates.map(\.name).filter { !gateAlone.contains($0) }
        guard !regression.isEmpty else { throw .noCovariates(source: table.source) }
        if !gateAlone.isEmpty { study.regression = regression }
    }

    /// Whether the values are names, of the rows or of the files.
    private mutating func noteNames(_ column: ColumnProfile) -> Bool {
        if column.numbersRows {
            notes.append(.numbersRows(column: column.name))
        } else if column.namesFiles {
            notes.append(.namesFiles(column: column.name))
        } else {
            return false
        }
        return true
    }

    /// One wrong cell must not make a category of a number, nor leave it out: ``DefaultCovariates``.
    private static func refuseMixed(_ column: ColumnProfile, isTarget: Bool) throws(TableError) {
        guard let text = column.firstText, let numberLine = column.firstNumberLine else { return }
        throw .mixedColumn(
            source: text.source, line: text.line, column: column.name, field: text.field, numberLine: numberLine,
            isTarget: isTarget)
    }

    /// Numbers with commas are neither classes nor levels.
    private static func refuseCommas(_ column: ColumnProfile) throws(TableError) {
        guard let text = column.firstText, TableError.hasDecimalComma(text.field) else { return }
        throw .textInNumericColumn(source: text.source, line: text.line, column: column.name, field: text.field)
    }

    /// Why a column can be no covariate.
    private static func reason(against column: ColumnProfile, isForced: Bool) -> TableError.UnusableCovariate? {
        guard let usual = column.mostFrequent else { return .noValue }
        if column.isNumeric, !isForced { return nil }
        if column.counts.count == 1 { return .constant(usual) }
        if column.hasTooMany {
            return isForced || column.firstNumberLine == nil ? .tooManyValues(most: ColumnProfile.mostDistinct) : nil
        }
        let isText = column.firstNumberLine == nil && column.yesNo == nil
        return isText && !isForced && column.counts.count > mostLevels ? .manyValues(column.counts.count) : nil
    }

    private static func note(on column: ColumnProfile, _ reason: TableError.UnusableCovariate) -> StudyNote {
        switch reason {
        case .noValue: .noValue(column: column.name)
        case .constant(let value): .constant(column: column.name, value: value)
        case .tooManyValues, .manyValues:
            .manyValues(
                column: column.name, line: column.firstText?.line, field: column.firstText?.field,
                distinct: column.distinct, canBeCategory: !column.hasTooMany)
        }
    }

    private mutating func covariate(
        _ column: ColumnProfile, isForced: Bool, _ choices: Choices
    ) -> Study.Covariate {
        var covariate: Study.Covariate
        if !isForced, let (yes, no) = column.yesNo {
            covariate = .yesNo(column.name, yes: yes, no: no)
        } else if !isForced, column.isNumeric {
            covariate = .number(column.name)
        } else {
            covariate = .category(column.name, levels: column.levels, reference: column.mostFrequent ?? "")
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
