import Messages
import ArgumentParser
import DistributedMoE
import Estimation
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
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup var memory: MemoryOption
    @OptionGroup var common: CommonOptions
    @Option(name: [.short, .long], help: ArgumentHelp("Where to write the statistics.", valueName: "file"))
    var output: String

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Give the data of this site after the model.") }
    }

    mutating func run() throws {
        try OutputFile.check(output, inputs: [model] + files)
        let modelFile = try ModelFile.read(path: model)
        guard let global = modelFile.fitted else { throw ModelFileError.noStatistics(path: model) }
        var selection = modelFile.selection(missing: data.missing)
        selection.weights = weights ?? selection.weights
        let rows = try SiteRows(
            files: files, data: data, memory: memory, common: common, purpose: "sum up", minRows: disclosure.minRows
        ).read(textColumns: selection.textColumns) { _ in selection }
        var options = FitOptions(expertCount: global.model.expertCount)
        options.minRows = Double(disclosure.minRows)
        let round = GeneralisedEMRound(at: global, options: options, parallelism: common.parallelism)
        let site: (statistics: RoundStatistics, warnings: [FitWarning])
        do throws(EstimationError) { site = try round.statistics(of: rows.source) } catch {
            if let failure = rows.failure() { throw failure }
            throw CommandFailure(error.text(.commandLine)).about(files.joined(separator: ", "))
        }
        if let failure = rows.failure() { throw failure }
        let file = StatisticsFile(site.statistics, at: global, warnings: site.warnings)
        let bytes = try file.write(to: output)
        file.warnings.lines.forEach { Terminal.warn($0) }
        try common.report(
            StatisticsSummary(file, output: output, bytes: bytes), text: summary(file, bytes: bytes)
        )
    }

    private func summary(_ file: StatisticsFile, bytes: Int) -> String {
        """
        \(Format.plural(file.rows, "row")) at \(Format.plural(file.experts.count, "expert")) for '\(file.target)'
        log-likelihood of the model \(Format.number(file.logLikelihood, digits: 4)), \
        \(Format.number(file.logLikelihood / file.weight, digits: 5)) per row
        \(output): \(Format.plural(bytes, "byte")), no row in it (dmoe inspect \(output))
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
        _warnings = CodedList(wrappedValue: file.warnings)
    }
}
