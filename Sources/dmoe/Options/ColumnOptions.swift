import ArgumentParser
import DistributedMoE

/// Which columns are target, covariates and weights: by a study file, or by name.
struct ColumnOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Study file, in place of the other options on columns: target, covariates with their types, missing values, "
                + "experts, seed (dmoe study new).", valueName: "file"))
    var study: String?

    @Option(help: ArgumentHelp("Column to predict.", valueName: "column"))
    var target: String?

    @Option(
        help: ArgumentHelp("Covariates (default: every other numeric column).", valueName: "a,b,c"),
        transform: splitNames)
    var features: [String]?

    @Option(help: ArgumentHelp("Columns that are no covariates.", valueName: "a,b,c"), transform: splitNames)
    var exclude: [String] = []

    @Option(
        help: ArgumentHelp("Covariates of the gate (default: those of the experts).", valueName: "a,b,c"),
        transform: splitNames)
    var gateFeatures: [String]?

    @Option(help: ArgumentHelp("Column of row weights; a weight of 2 counts as the row twice.", valueName: "column"))
    var weights: String?

    /// Given here, with --target left out.
    func validate() throws {
        guard study != nil else {
            if target == nil {
                throw ValidationError("Missing expected argument '--target <column>' or '--study <file>'")
            }
            return
        }
        let besides = [
            ("--target", target != nil), ("--features", features != nil), ("--exclude", !exclude.isEmpty),
            ("--gate-features", gateFeatures != nil), ("--weights", weights != nil),
        ]
        if let (name, _) = besides.first(where: \.1) { throw Self.conflict(name) }
    }

    /// What a study decides cannot be given besides.
    func refuseBesideStudy(_ data: DataOptions) throws {
        if study != nil, data.missing != nil { throw Self.conflict("--missing") }
    }

    private static func conflict(_ name: String) -> ValidationError {
        ValidationError("\(name) cannot go with --study: the study file says it.")
    }

    func readStudy() throws(StudyError) -> Study? {
        guard let study else { return nil }
        return try Study.read(path: study)
    }

    /// - Parameter shardColumn: never a covariate.
    func selection(
        for table: DataTable, study: Study?, missing: RowSelection.MissingRule?, shardColumn: String? = nil
    ) throws -> RowSelection {
        if let study { return RowSelection(study: study) }
        let target = target ?? ""
        let notCovariates = Set(exclude + [weights, shardColumn].compactMap { $0 })
        let design = try RowSelection.design(
            of: table, target: target, features: features, gateFeatures: gateFeatures, notCovariates: notCovariates)
        if features == nil { warnOfText(table, except: notCovariates.union([target])) }
        return RowSelection(design: design, weights: weights, missing: missing ?? .error)
    }

    /// A single field of text takes a column out of the default covariates: to be told, not to be found out.
    private func warnOfText(_ table: DataTable, except notCovariates: Set<String>) {
        let texts = table.columns.compactMap { column -> String? in
            guard case .notNumeric(let line, _, let field) = column.content, !notCovariates.contains(column.name) else {
                return nil
            }
            return "'\(column.name)' (line \(line): '\(field.prefix(40))')"
        }
        let empty = table.columnsWithoutValue.filter { !notCovariates.contains($0) }
        if !empty.isEmpty {
            Terminal.warn(
                "\(table.source): columns without a value are no covariates: "
                    + empty.map { "'\($0)'" }.joined(separator: ", "))
        }
        guard !texts.isEmpty else { return }
        Terminal.warn("\(table.source): columns with text are no covariates: \(texts.joined(separator: ", "))")
    }
}
