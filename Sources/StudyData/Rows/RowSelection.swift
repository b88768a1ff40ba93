import MixtureOfExperts
import Numerics
import Tables

/// What is done about a row with a missing value, where no study says it.
public enum MissingValueRule: String, Sendable, CaseIterable {
    /// The table is refused.
    case error
    /// The row is left out, and counted.
    case drop
}

/// What is done about a level of a category that the study does not know.
public enum UnknownLevelRule: String, Sendable, CaseIterable {
    /// The table is refused.
    case error
    /// The row is taken as one of the reference level.
    case reference
}

/// From the columns of a table to the rows of a shard.
package struct RowSelection: Sendable {
    package typealias MissingRule = MissingValueRule
    package typealias UnknownLevelRule = StudyData.UnknownLevelRule

    /// Squares of values and of weights must stay in range.
    package static let largestValue = 1e100

    package static func isUsableWeight(_ weight: Double) -> Bool {
        weight == 0 || (1 / largestValue...largestValue).contains(weight)
    }

    package let design: Design
    /// nil where the columns of the design are columns of the table, as they are.
    package let study: Study?
    /// Column of row weights.
    package var weights: String?
    /// The column that says of whom a row is; nil where each row is a subject.
    package var subject: String?
    /// Of values without a rule of their own in the study.
    package var missing: MissingRule
    /// What the target holds.
    ///
    /// Classes without a name are to be found: ``ClassFinder``.
    package var response: ResponseKind
    package var unknownLevels = UnknownLevelRule.error
    /// Experts without parameters that models of the rows have; rows may have their values though the family has not.
    package var fixed: [FixedDistribution] = []
    /// Whether one of noise is among them, over a range that the rows decide.
    package var wantsNoise = false
    /// Columns that are no covariates because they are text.
    package var leftOutTexts: Set<String> = []
    /// Whether what a study says can be changed in its file, and no option stands against it.
    package var isOfStudyFile = false
    /// Whether rows that the study would refuse for a gap are left out.
    private let overridesError: Bool
    /// What takes the place of missing covariates with the rule `mean`, by name.
    ///
    /// Those without a value stay NaN.
    package var fill: [String: Double]

    /// Columns of the table as they are.
    package init(
        design: Design, weights: String? = nil, missing: MissingRule = .error, response: ResponseKind = .number
    ) {
        self.design = design
        self.weights = weights
        self.missing = missing
        self.response = response
        study = nil
        overridesError = false
        fill = [:]
    }

    /// Columns by name, for experts of a family.
    ///
    /// - Parameters:
    ///   - classes: nil to find them in the rows.
    ///   - exposure: the model must know from which column its offset comes: a study says it.
    package init(
        design: Design, family: String, classes: [String]?, exposure: String?, weights: String?, missing: MissingRule
    ) {
        guard let exposure else {
            let response = ExpertFamilies.response(family) ?? .number
            self.init(
                design: design, weights: weights, missing: missing,
                response: response.classes == nil ? response : .classes(classes ?? []))
            return
        }
        self.init(
            study: Study(
                target: design.target, family: family, exposure: exposure, weights: weights,
                missing: missing == .drop ? .drop : .error, covariates: design.covariates.map { .number($0) },
                regression: design.expertFeatures, gate: design.gateFeatures))
    }

    /// - Parameters:
    ///   - missing: `drop` takes the place of the rule `error` of the study and its covariates.
    ///   - fill: values for missing covariates where the study fixes none.
    package init(study: Study, missing: MissingRule? = nil, fill: [String: Double] = [:]) {
        design = study.design
        self.study = study
        weights = study.weights
        self.missing = missing == .drop || study.missing == .drop ? .drop : .error
        overridesError = missing == .drop
        response = study.expertFamily?.response ?? .number
        fixed = study.fixedDistributions
        self.fill = fill
        for covariate in study.covariates { if let value = covariate.value { self.fill[covariate.name] = value } }
    }

    package static func checkTarget(
        _ target: String, isNoneOf covariates: [String], source: String
    ) throws(TableError) {
        if covariates.contains(target) { throw .targetAmongCovariates(source: source, name: target) }
    }

    /// The design that names of columns describe, by default every column with numbers other than the target; and what became of the
    /// columns without a name there.
    ///
    /// - Parameters:
    ///   - notCovariates: columns that are never covariates by default: weights, shard labels, exclusions.
    ///   - response: what the target holds: classes need be no numbers.
    /// - Throws: ``TableError`` for a name that the table does not have, a column of numbers and texts, or where nothing is left.
    package static func design(
        of table: DataTable, target: String, features: [String]?, gateFeatures: [String]?, notCovariates: Set<String>,
        response: ResponseKind = .number
    ) throws(TableError) -> (design: Design, unnamed: DefaultCovariates?) {
        var seen = Set<String>()
        for name in table.columnNames where !seen.insert(name).inserted {
            throw .duplicateColumn(source: table.source, name: name)
        }
        if response.classes == nil { _ = try table.numbers(target) }
        for name in (features ?? []) + (gateFeatures ?? []) { _ = try table.numbers(name) }
        for name in notCovariates.union([target]).sorted() where !seen.contains(name) {
            throw .noSuchColumn(source: table.source, name: name, available: table.columnNames)
        }
        try checkTarget(target, isNoneOf: (features ?? []) + (gateFeatures ?? []), source: table.source)
        var unnamed: DefaultCovariates?
        if features == nil { unnamed = try DefaultCovariates(of: table, except: notCovariates.union([target])) }
        let experts = features ?? unnamed?.names ?? []
        guard !experts.isEmpty else { throw .noCovariates(source: table.source) }
        let design = Design(target: target, expertFeatures: experts, gateFeatures: gateFeatures ?? experts)
        return (design, unnamed)
    }

    // MARK: Rules

    /// The columns that are read as text.
    package var textColumns: Set<String> {
        (study?.textColumns ?? (response.classes == nil ? [] : [design.target])).union([subject].compactMap { $0 })
    }

    /// The columns of the table that are covariates.
    var covariates: [Study.Covariate] { study?.covariates ?? design.covariates.map { .number($0) } }

    /// The rule in force.
    func rule(_ covariate: Study.Covariate) -> Study.MissingRule {
        guard let study else { return missing == .drop ? .drop : .error }
        let own = study.missingRule(covariate)
        return own == .error && overridesError ? .drop : own
    }

    /// Whether the covariates of the design are columns of the table with nothing done to them.
    var covariatesAreColumns: Bool { design.covariates == covariates.map(\.name) }

    /// Whether the responses are too.
    var takesColumnsAsTheyAre: Bool { response == .number && covariatesAreColumns }

    /// The columns of the table that the model and its weights are made of.
    package var modelColumns: Set<String> {
        Set(covariates.map(\.name) + [design.target] + [weights, study?.exposure].compactMap { $0 })
    }

    /// The columns of the table that are looked at.
    package var tableColumns: Set<String> { modelColumns.union([subject].compactMap { $0 }) }

    /// The covariates whose missing values are filled in, and their columns in the design.
    var filledColumns: [(covariate: String, column: Int)] {
        guard let study else { return [] }
        let filled = study.covariates.filter { study.missingRule($0) == .mean }
        let positions = filled.isEmpty ? [:] : designPositions
        return filled.compactMap { covariate in positions[covariate.name].map { (covariate.name, $0) } }
    }

    /// The covariates whose missing values leave no gap, and the columns of the design that say where they are missing.
    var indicatorColumns: [(covariate: String, column: Int)] {
        guard let study else { return [] }
        let marked = study.covariates.filter { [.mean, .level].contains(study.missingRule($0)) }
        let positions = marked.isEmpty ? [:] : designPositions
        return marked.compactMap { covariate in
            study.columnNames(covariate).last.flatMap { positions[$0] }.map { (covariate.name, $0) }
        }
    }

    private var designPositions: [String: Int] {
        Dictionary(zip(design.covariates, design.covariates.indices)) { first, _ in first }
    }

    /// Whether the names of the classes must be found in the rows.
    package var findsClasses: Bool { response == .classes([]) }

    /// - Throws: `noSuchColumn`, `unusableClasses`.
    package mutating func findClasses(in tables: [DataTable], source: String) throws(TableError) {
        var finder = ClassFinder(target: design.target)
        for table in tables { try finder.add(table) }
        response = .classes(try finder.classes(source: source))
    }

    // MARK: Rows

    /// The rows of one table, and how many were left out.
    package struct Selected: Sendable {
        package var rows: ShardRows
        /// The 0-based rows of the table that `rows` holds.
        package var kept: [Int]
        /// Rows left out for a missing value.
        package var dropped: Int
    }

    /// - Throws: ``TableError`` for a missing column, text, an infinite or huge value, a missing value under
    ///   ``MissingRule/error``, a negative or missing weight, a level or class that is not known.
    package func rows(of table: DataTable) throws(TableError) -> Selected {
        try checkTexts(of: table)
        var coding = TableCoding(table, self)
        try coding.addCovariates()
        let responses = try coding.responses()
        let rowWeights = try coding.weights()
        let kept = coding.kept
        let rows = ShardRows(
            covariates: Matrix(columns: coding.columns), responses: responses, weights: rowWeights)
        return Selected(
            rows: rows.chosen(kept).filled(self), kept: kept, dropped: table.rowCount - kept.count)
    }

    /// Everything in a table that does not fit, the first of each column.
    package func problems(of table: DataTable) -> [TableError] {
        var coding = TableCoding(table, self)
        var problems = [TableError]()
        func note(_ check: () throws(TableError) -> Void) {
            do throws(TableError) { try check() } catch { problems.append(error) }
        }
        for covariate in covariates { note { () throws(TableError) in try coding.add(covariate) } }
        note { () throws(TableError) in try coding.addExposure() }
        note { () throws(TableError) in _ = try coding.responses() }
        note { () throws(TableError) in _ = try coding.weights() }
        return problems
    }

    /// The covariates, and the responses where the table has them (NaN where missing).
    package struct SelectedCovariates: Sendable {
        package var covariates: Matrix
        package var responses: [Double]?
        /// The 0-based rows of the table.
        package var kept: [Int]
    }

    /// - Parameter withResponses: whether the target is looked at; without, its column may hold anything.
    /// - Throws: as ``rows(of:)``.
    package func covariates(
        of table: DataTable, withResponses: Bool = true
    ) throws(TableError) -> SelectedCovariates {
        var coding = TableCoding(table, self)
        try coding.addCovariates()
        let kept = coding.kept
        var responses: [Double]?
        if withResponses, table.columnNames.contains(design.target) {
            let all = try coding.responses(mayBeMissing: true)
            responses = kept.map { all[$0] }
        }
        let covariates = Matrix(columns: coding.columns).rows(kept).filled(filledColumns, fill)
        return SelectedCovariates(covariates: covariates, responses: responses, kept: kept)
    }
}

extension ShardRows {
    /// The chosen rows; all of them without a copy.
    fileprivate func chosen(_ rows: [Int]) -> ShardRows { rows.count == rowCount ? self : subset(rows) }
}
