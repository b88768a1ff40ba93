import ArgumentParser
import MixtureOfExperts
import StudyData
import Tables

/// Which columns are target, covariates and weights: by a study file, or by name.
struct ColumnOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Study file, in place of the other options on columns: target, covariates with their types, missing values, "
                + "experts, seed (dmoe study new).", valueName: "file"))
    var study: String?

    @Option(help: ArgumentHelp("Column to predict.", valueName: "column"))
    var target: String?

    @OptionGroup var roles: ColumnRoleOptions

    /// Given here, with --target left out.
    func validate() throws {
        guard study != nil else {
            try roles.validateFamily()
            if target == nil {
                throw ValidationError("Missing expected argument '--target <column>' or '--study <file>'")
            }
            return
        }
        let besides = [
            ("--target", target != nil), ("--family", roles.family != nil), ("--classes", roles.classes != nil),
            ("--exposure", roles.exposure != nil), ("--features", roles.features != nil),
            ("--exclude", !roles.exclude.isEmpty),
            ("--gate-features", roles.gateFeatures != nil), ("--weights", roles.weights != nil),
        ]
        if let (name, _) = besides.first(where: \.1) { throw Self.conflict(name) }
    }

    /// The columns that are read as text.
    func textColumns(_ study: Study?) -> Set<String> {
        study?.textColumns ?? (roles.response.classes == nil ? [] : Set([target].compactMap { $0 }))
    }

    /// The family of the experts for rows that were read so.
    func expertFamily(_ selection: RowSelection) -> any ExpertFamily {
        selection.study?.expertFamily
            ?? ExpertFamilies.named(roles.family ?? GaussianFamily().name, classes: selection.response.classes ?? [])
            ?? GaussianFamily()
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
        if let study {
            var selection = RowSelection(study: study)
            selection.isOfStudyFile = true
            return selection
        }
        let target = target ?? ""
        let notCovariates = Set(roles.exclude + [roles.weights, roles.exposure, shardColumn].compactMap { $0 })
        let design = try RowSelection.design(
            of: table, target: target, features: roles.features, gateFeatures: roles.gateFeatures,
            notCovariates: notCovariates, response: roles.response)
        if roles.features == nil { warnOfText(table, except: notCovariates.union([target])) }
        return RowSelection(
            design: design, family: roles.family ?? GaussianFamily().name, classes: roles.classes,
            exposure: roles.exposure, weights: roles.weights, missing: missing ?? .error)
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
