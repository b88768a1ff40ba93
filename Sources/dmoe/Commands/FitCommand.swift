import ArgumentParser
import DistributedMoE
import Estimation
import Messages
import ModelFiles
import StudyData
import Tables

struct FitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit",
        abstract: "Fit the rows of one site; the result is what the site may send.",
        discussion: """
            Several files are taken as one table. The local model holds parameters and, for each expert, the number, \
            mean and covariance of the rows that it describes; no row. dmoe inspect says it in words.

            Example: dmoe fit clinic-a.csv --target stay --experts 3 --missing drop -o clinic-a.json
            Number of experts and slopes chosen by BIC: dmoe fit clinic-a.csv --target stay --experts 1..8 --l1 auto \
            -o clinic-a.json
            """)

    @Argument(help: ArgumentHelp("CSV or .npy files of this site; - for standard input.", valueName: "data"))
    var files: [String]
    @OptionGroup(title: "Columns") var columns: ColumnOptions
    @OptionGroup var subject: SubjectOption
    @OptionGroup(title: "Fit") var fit: FitOptionGroup
    @OptionGroup(title: "Number of experts") var counts: ExpertCountOptions
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup var memory: MemoryOption
    @Flag(
        help:
            "Make a draft to look at, which is not for release: nothing is withheld, and no coordinator takes the file."
    )
    var draft = false
    @OptionGroup(title: "Release") var release: LedgerOptions
    @OptionGroup var seed: SeedOption
    @OptionGroup var common: CommonOptions
    @Option(name: [.short, .long], help: ArgumentHelp("Where to write the local model.", valueName: "file"))
    var output: String

    func validate() throws {
        try refusing { () throws(RequestRefusal) in try job.check() }
    }

    private var job: FitJob {
        var job = FitJob(columns: columns.request(data), experts: fit.experts)
        job.columns.subject = subject.subject
        job.settings = fit.settings
        job.settings.isDraft = draft
        job.ledger = release.choices
        job.roundingSecret = release.secret.roundingSecret
        job.criterion = counts.criterion
        job.holdout = counts.holdout
        job.seed = seed.seed
        return job
    }

    mutating func run() throws {
        let (common, input) = (common, RowInput.files(files, try data.tableOptions(), outOfCore: memory.outOfCore))
        let ledger = draft ? nil : try release.choices.path(for: input)
        try OutputFile.check(
            output, inputs: files + [columns.study, ledger, release.secret.roundingSecret].compactMap { $0 })
        let progress = ProgressLine(quiet: common.quiet)
        let label = FileNames.label(files[0])
        let outcome = try progress.shown {
            try job.run(input, parallelism: common.parallelism, notices: { common.show($0) }) {
                progress.show(label, $0)
            }
        }
        let file = outcome.file
        let bytes = try LedgerOptions.write(file.disclosure?.ledger, release.choices, input) {
            try file.write(to: output)
        }
        file.warningLines.forEach { Terminal.warn($0) }
        try common.report(
            FitSummary(file, output: output, bytes: bytes),
            text: summary(outcome.local, file, bytes: bytes)
                + (LedgerOptions.line(file.disclosure?.ledger, release.choices, input).map { "\n" + $0 } ?? ""))
    }

    private func summary(_ local: LocalModel, _ file: ModelFile, bytes: Int) -> String {
        let report = local.report
        let tables = [
            file.fit?.expertCounts.map { ExpertCountPathTable($0).text }, file.fit?.lasso.map { LassoTable($0).text },
        ].compactMap { $0.map { $0 + "\n" } }.joined()
        return tables + """
            \(local.model.expertWords()) for '\(local.model.design.target.visible)' from \
            \(Format.plural(local.fitted.rowCount, "row"))\(report.leftOutRows > 0 ? " (\(report.leftOutRows) left out)" : "") and \
            \(Format.plural(local.model.design.covariateCount, "covariate"))
            log-likelihood \(Format.number(report.logLikelihood, digits: 4)), \
            \(Format.number(report.logLikelihood / local.fitted.weight, digits: 5)) per row; \
            \(report.stopReason == .converged ? "converged" : "not converged") after \
            \(Format.plural(report.iterations, "iteration"))
            \(output.visible): \(Format.plural(bytes, "byte")), \
            \(file.status == .draft ? "a draft, not for release" : "no row in it") (dmoe inspect \(output.visible))
            """
    }
}

/// The --json object of `dmoe fit`.
private struct FitSummary: Encodable {
    var output: String
    var bytes: Int
    var disclosure: DisclosureRecord?
    var target: String
    var experts: Int
    var rows: Int
    var logLikelihood: Double
    var logLikelihoodPerRow: Double
    var stopReason: FitReport.StopReason?
    var iterations: Int
    var reading: ReadingRecord?
    var lasso: ModelFile.LassoRecord?
    var expertCounts: ExpertCountReport?
    @CodedList var warnings: [FitWarning]

    init(_ file: ModelFile, output: String, bytes: Int) {
        self.output = output
        self.bytes = bytes
        disclosure = file.disclosure
        target = file.target
        experts = file.experts.count
        rows = file.rows
        logLikelihood = file.fit?.logLikelihood ?? 0
        logLikelihoodPerRow = logLikelihood / file.weight
        stopReason = file.fit?.stopReason
        iterations = file.fit?.iterations ?? 0
        reading = file.reading
        lasso = file.fit?.lasso
        expertCounts = file.fit?.expertCounts
        _warnings = CodedList(wrappedValue: file.fit?.warnings ?? [])
    }
}
