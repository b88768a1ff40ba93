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
        help: ArgumentHelp(
            "Family of the responses (default gaussian): \(ExpertFamilies.names.joined(separator: ", ")).",
            valueName: "name"))
    var family: String?

    @Option(
        help: ArgumentHelp(
            "Classes of the target, the reference first (default: those found, in order).", valueName: "a,b,c"),
        transform: splitNames)
    var classes: [String]?

    @Option(help: ArgumentHelp("Column of exposures of counts or rates; above 0.", valueName: "column"))
    var exposure: String?

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
            try Self.validate(family: family, classes: classes, exposure: exposure)
            if target == nil {
                throw ValidationError("Missing expected argument '--target <column>' or '--study <file>'")
            }
            return
        }
        let besides = [
            ("--target", target != nil), ("--family", family != nil), ("--classes", classes != nil),
            ("--exposure", exposure != nil), ("--features", features != nil), ("--exclude", !exclude.isEmpty),
            ("--gate-features", gateFeatures != nil), ("--weights", weights != nil),
        ]
        if let (name, _) = besides.first(where: \.1) { throw Self.conflict(name) }
    }

    static func validate(family: String?, classes: [String]?, exposure: String?) throws {
        let name = family ?? GaussianFamily().name
        guard let response = ExpertFamilies.response(name) else {
            let known = ExpertFamilies.names.joined(separator: ", ")
            throw ValidationError("--family \(name) is not known; known are \(known).")
        }
        if let classes {
            if response.classes == nil { throw ValidationError("--classes are not for --family \(name).") }
            if classes.count < 2 { throw ValidationError("--classes must be two or more.") }
        }
        if exposure != nil, !response.takesExposure {
            throw ValidationError("--exposure is for families of rates, such as poisson, not for \(name).")
        }
    }

    /// What the target holds, by its family.
    private var response: ResponseKind {
        switch ExpertFamilies.response(family ?? GaussianFamily().name) {
        case .classes: .classes(classes ?? [])
        case let other: other ?? .number
        }
    }

    /// The columns that are read as text.
    func textColumns(_ study: Study?) -> Set<String> {
        study?.textColumns ?? (response.classes == nil ? [] : Set([target].compactMap { $0 }))
    }

    /// The family of the experts for rows that were read so.
    func expertFamily(_ selection: RowSelection) -> any ExpertFamily {
        selection.study?.expertFamily
            ?? ExpertFamilies.named(family ?? GaussianFamily().name, classes: selection.response.classes ?? [])
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
        if let study { return RowSelection(study: study) }
        let target = target ?? ""
        let notCovariates = Set(exclude + [weights, exposure, shardColumn].compactMap { $0 })
        let design = try RowSelection.design(
            of: table, target: target, features: features, gateFeatures: gateFeatures, notCovariates: notCovariates,
            response: response)
        if features == nil { warnOfText(table, except: notCovariates.union([target])) }
        return RowSelection(
            design: design, family: family ?? GaussianFamily().name, classes: classes, exposure: exposure,
            weights: weights, missing: missing ?? .error)
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
