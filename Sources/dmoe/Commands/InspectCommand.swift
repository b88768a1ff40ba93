import ArgumentParser
import DistributedMoE
import Evaluation
import Messages
import ModelFiles
import Numerics

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Say what is in a model file or a site's statistics, and what leaves a site with it.",
        discussion: """
            Several local models are shown as a table of divergences, site by site, with those that cannot be right.

            Example: dmoe inspect clinic-a.json
                     dmoe inspect clinic-*.json
            """)

    @Argument(help: ArgumentHelp("Model file, statistics of a round, or several local models.", valueName: "file"))
    var files: [String]
    @Option(help: ArgumentHelp("Of the intervals (default 0.95).", valueName: "share"))
    var level: Double?
    @Flag(help: "Show all covariates of every expert, not the largest effects alone.")
    var all = false
    @Flag(help: "Show which rules of disclosure a released file keeps, as a table to be signed.")
    var audit = false
    @Flag(help: "Print one JSON object instead of text.")
    var json = false
    @Option(
        help: """
            In place of text: all coefficients as a table in Markdown, LaTeX or CSV (of all digits), or one JSON object as --json \
            prints it.
            """)
    var format = OutputFormat.text

    enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
        case text, markdown, latex, csv, json
    }

    private var isJSON: Bool { json || format == .json }
    private var isTable: Bool { [.markdown, .latex, .csv].contains(format) }

    func validate() throws {
        try refusing { () throws(RequestRefusal) in try RequestOption.level.check(level) }
        guard !files.isEmpty else { throw ValidationError("Give at least one file.") }
        if files.count > 1 || audit { try refuseOptionsOfEffects() }
        if json, format != .text, format != .json {
            throw ValidationError("--json and --format \(format.rawValue) cannot go together.")
        }
        if isTable, files.count > 1 || audit || all {
            throw ValidationError(
                "--format \(format.rawValue) is of one model: its coefficients, all of them; leave out the other files, --audit and --all."
            )
        }
        guard !audit || files.count == 1 && !isJSON else { throw ValidationError("--audit is of one file, as text.") }
    }

    private func refuseOptionsOfEffects() throws {
        try refusing { () throws(RequestRefusal) in
            if level != nil { throw .noEffect(.level, .noEffectsShown) }
        }
        if all {
            throw ValidationError("--all has no effect here: effects and their intervals are shown of one model.")
        }
    }

    func run() throws {
        guard files.count == 1 else { return try compare() }
        let path = files[0]
        do {
            let file = try ModelFile.read(path: path)
            if audit { return try Terminal.print(auditRecord(file, path)) }
            let described = DescribedModel(file, level: level ?? 0.95)
            if isTable { return try Terminal.print(table(described)) }
            try show(described) {
                ModelDescription(
                    $0.file, path: path, effects: $0.effects, differences: $0.differences, showsAll: all
                ).text
            }
        } catch ModelFileError.statisticsAsModel {
            if audit {
                throw CommandFailure(
                    "\(path.visible): statistics of a round, which have no audit record; leave out --audit")
            }
            if isTable {
                throw CommandFailure(
                    "\(path.visible): statistics of a round, which have no coefficients; leave out --format")
            }
            try refuseOptionsOfEffects()
            try show(StatisticsFile.read(path: path)) { StatisticsDescription($0, path: path).text }
        }
    }

    private func table(_ model: DescribedModel) -> String {
        let table = CoefficientTable(model.file, effects: model.effects)
        return switch format {
        case .markdown: table.markdown
        case .latex: table.latex
        default: table.csv
        }
    }

    private func auditRecord(_ file: ModelFile, _ path: String) throws -> String {
        guard let record = AuditRecord(file) else {
            throw CommandFailure(
                "\(path.visible): no release of a site, so that no rule holds for it: nothing to audit")
        }
        return record.table(path: path)
    }

    private func compare() throws {
        let models = try files.map { path throws(ModelFileError) in try ModelFile.read(path: path) }
        let sites = zip(zip(files, FileNames.labels(files)), models).map { names, file in
            AggregateJob.Site(name: names.1, path: names.0, file: file)
        }
        let comparison = try CompareSitesJob().run(sites)
        try show(comparison) { SiteComparisonReport(comparison: $0).text }
    }

    private func show<Content: Encodable>(_ content: Content, text: (Content) -> String) throws {
        if isJSON { try Terminal.printJSON(content) } else { try Terminal.print(text(content)) }
    }
}

extension ModelFile {
    /// nil where the model is not adapted.
    fileprivate func differences(level: Double) -> SiteDifferences? {
        guard let adaptation, let shared = sharedModel else { return nil }
        return SiteDifferences(
            SiteDifferences.Models(
                adapted: model, shared: shared, errors: errors, center: adaptation.center,
                scale: adaptation.scale), level: level)
    }
}

/// The model file, with what its covariates do.
private struct DescribedModel: Encodable {
    var file: ModelFile
    var effects: Effects?
    /// Of an adapted model, from the shared one.
    var differences: SiteDifferences?

    init(_ file: ModelFile, level: Double) {
        self.file = file
        effects = file.fitted.flatMap { Effects($0, level: level) }
        differences = file.differences(level: level)
    }

    private enum Key: CodingKey { case effects, differences }

    func encode(to encoder: any Encoder) throws {
        try file.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(effects, forKey: .effects)
        try container.encodeIfPresent(differences, forKey: .differences)
    }
}
