import ArgumentParser
import DistributedMoE
import Estimation
import Messages
import ModelFiles
import Tables

struct StatisticsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "statistics",
        abstract: "Sum up the rows of one site at a global model, for a round of updates.",
        discussion: """
            For each expert the weight, mean and covariance of the rows that it describes here; for the gate its gradient \
            and information; the log-likelihood. No row. The same is kept back as in dmoe fit. Covariates and target \
            are those of the model. dmoe update makes the next model of the statistics of all sites.

            Example: dmoe statistics global.json clinic-a.csv --missing drop -o clinic-a.round1.json
            """)

    @Argument(help: ArgumentHelp("The global model, the same at all sites.", valueName: "model"))
    var model: String
    @Argument(help: ArgumentHelp("CSV or .npy files of this site; - for standard input.", valueName: "data"))
    var files: [String]
    @Option(help: ArgumentHelp("Column of row weights; a weight of 2 counts as the row twice.", valueName: "column"))
    var weights: String?
    @OptionGroup var disclosure: DisclosureOption
    @OptionGroup var subject: SubjectOption
    @OptionGroup(title: "Release") var release: LedgerOptions
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup var memory: MemoryOption
    @OptionGroup var common: CommonOptions
    @Option(name: [.short, .long], help: ArgumentHelp("Where to write the statistics.", valueName: "file"))
    var output: String

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Give the data of this site after the model.") }
        try refusing { () throws(RequestRefusal) in try job.check() }
    }

    private var job: StatisticsJob {
        var job = StatisticsJob()
        job.weights = weights
        job.missing = data.missing
        job.subject = subject.subject
        job.minRows = disclosure.minRows
        job.ledger = release.choices
        job.roundingSecret = release.secret.roundingSecret
        return job
    }

    mutating func run() throws {
        let input = RowInput.files(files, try data.tableOptions(), outOfCore: memory.outOfCore)
        let ledger = try release.choices.path(for: input)
        try OutputFile.check(
            output, inputs: [model] + files + [ledger, release.secret.roundingSecret].compactMap { $0 })
        let common = common
        let file = try job.run(
            at: try ModelFile.read(path: model), named: model, input, parallelism: common.parallelism
        ) { common.show($0) }
        let bytes = try LedgerOptions.write(file.ledger, release.choices, input) { try file.write(to: output) }
        file.warnings.lines.forEach { Terminal.warn($0) }
        try common.report(
            StatisticsSummary(file, output: output, bytes: bytes),
            text: summary(file, bytes: bytes)
                + (LedgerOptions.line(file.ledger, release.choices, input).map { "\n" + $0 } ?? ""))
    }

    private func summary(_ file: StatisticsFile, bytes: Int) -> String {
        """
        \(Format.plural(file.rows, "row")) at \(Format.plural(file.experts.count, "expert")) for '\(file.target.visible)'
        log-likelihood of the model \(Format.number(file.logLikelihood, digits: 4)), \
        \(Format.number(file.logLikelihood / file.weight, digits: 5)) per row
        \(output.visible): \(Format.plural(bytes, "byte")), no row in it (dmoe inspect \(output.visible))
        """
    }
}

/// The --json object of `dmoe statistics`.
private struct StatisticsSummary: Encodable {
    var output: String
    var bytes: Int
    var target: String
    var experts: Int
    var rows: Int
    var logLikelihood: Double
    var logLikelihoodPerRow: Double
    var modelDigest: String
    var ledger: DisclosureRecord.LedgerReference?
    @CodedList var warnings: [FitWarning]

    init(_ file: StatisticsFile, output: String, bytes: Int) {
        self.output = output
        self.bytes = bytes
        target = file.target
        experts = file.experts.count
        rows = file.rows
        logLikelihood = file.logLikelihood
        logLikelihoodPerRow = file.logLikelihood / file.weight
        modelDigest = file.modelDigest
        ledger = file.ledger
        _warnings = CodedList(wrappedValue: file.warnings)
    }
}
