import ArgumentParser
import DistributedMoE
import Estimation
import Foundation
import Messages
import ModelFiles
import StudyData
import Tables

struct LearnCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learn",
        abstract: "The whole path on one machine: fit every shard, aggregate, score.",
        discussion: """
            Shards: one a file; or --shard-by COLUMN; or --shards M (random). --pooled also fits all rows together, \
            for comparison.

            Example: dmoe learn flights.csv --shard-by carrier --target arr_delay --experts 3 --missing drop \
            --holdout 0.2 --pooled -o global.json
            """)

    @Argument(help: ArgumentHelp("CSV or .npy files; - for standard input.", valueName: "data"))
    var files: [String]
    @OptionGroup(title: "Shards") var shardOptions: ShardOptions
    @Option(help: ArgumentHelp("Share of each shard's rows to keep back and score on.", valueName: "share"))
    var holdout = 0.0
    @Flag(help: "Also fit the pooled rows and show both side by side.")
    var pooled = false
    @Option(help: ArgumentHelp("Extra rounds of distributed EM after the aggregation.", valueName: "r"))
    var rounds = 0
    @Option(help: ArgumentHelp("Keep the local models in this directory.", valueName: "directory"))
    var localModels: String?
    @Flag(help: "Adapt the global model to every shard, as dmoe adapt does; with --holdout the gain is shown.")
    var adapt = false
    @Option(
        help: ArgumentHelp("With --adapt: write the adapted models to this directory.", valueName: "directory"))
    var adaptedModels: String?
    @OptionGroup(title: "Adaptation") var adaptation: AdaptationOptionGroup
    @OptionGroup(title: "Columns") var columns: ColumnOptions
    @OptionGroup(title: "Fit") var fit: FitOptionGroup
    @Option(
        help: ArgumentHelp(
            "Experts of the global model (default: --experts), or auto: the best on an independent Monte Carlo sample.",
            valueName: "k"))
    var globalExperts: AggregationChoices.GlobalExperts?
    @OptionGroup(title: "Aggregation") var aggregation: AggregationOptionGroup
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup var seed: SeedOption
    @OptionGroup var common: CommonOptions
    @Option(name: [.short, .long], help: ArgumentHelp("Where to write the global model.", valueName: "file"))
    var output: String

    func validate() throws {
        if adaptedModels != nil, !adapt { throw ValidationError("--adapted-models needs --adapt.") }
        try refusing { () throws(RequestRefusal) in
            try job().check(hasSupport: !aggregation.support.support.isEmpty)
            try job().shards.check(tables: files.count)
        }
    }

    private var inputs: [String] { files + aggregation.support.support + [columns.study].compactMap { $0 } }

    private func job() throws(RequestRefusal) -> LearnJob {
        var job = LearnJob(
            try shardOptions.settings(columns, fit, data, holdout: holdout, seed: seed.seed))
        job.aggregation = aggregation.settings(experts: globalExperts, seed: seed.seed)
        job.rounds = rounds
        job.adapts = adapt
        job.adaptation = adaptation.settings
        return job
    }

    mutating func run() throws {
        let clock = ContinuousClock()
        let start = clock.now
        try OutputFile.check(output, inputs: inputs)
        for directory in [localModels, adaptedModels].compactMap({ $0 }) {
            if FilePath.isSamePlace(directory, output) {
                throw ValidationError("--output and a directory of models have one name; name two.")
            }
            try OutputFile.makeDirectory(directory)
        }
        if let localModels, let adaptedModels, FilePath.isSame(localModels, adaptedModels) {
            throw ValidationError(
                "--local-models and --adapted-models name one directory, where files of both would have the same names; name two."
            )
        }
        let progress = ProgressLine(quiet: common.quiet)
        var observer = LearnJob.Observer()
        observer.rowsRead = { progress.start(totalRows: $0) }
        observer.progress = { progress.show($0, $1) }
        observer.finished = { progress.finished(rows: $0.rows.rowCount) }
        let (common, job, support) = (common, try job(), try aggregation.support.input(data))
        let input = try ShardOptions.input(files, data)
        let learned = try progress.shown {
            try job.run(
                input, support: support, parallelism: common.parallelism, observer: observer,
                notices: { common.show($0) })
        }
        let bytes = try write(learned)
        let seconds = (clock.now - start).seconds
        let scores = learned.scores
        let summary = LearnSummary(
            learned.result, output: output, bytesSent: bytes, wallSeconds: seconds,
            rowsLeftOut: learned.shards.dropped,
            filled: ReadingRecord.merged(learned.shards.records.map { ($0, 1) })?.filled ?? [],
            trainingLogLikelihoodPerRow: scores == nil ? learned.trainingLogLikelihoodPerRow : nil,
            heldOut: scores, pooled: pooled ? pooledSummary(learned, progress) : nil,
            adapted: adapt ? AdaptedSummary(learned) : nil)
        try common.report(summary, text: LearnReport(summary).text)
    }

    /// Writes the global model and, where wanted, the local ones; returns the size of what the sites would send.
    private func write(_ learned: LearnedModel) throws -> Int {
        var bytes = 0
        // The result first: what comes of many files may end before the last.
        try learned.file.write(to: output)
        var warnings = [(shard: String, line: WarningLine)]()
        let names = FileNames.safe(
            learned.locals.map(\.name), beside: inputs + [output], in: localModels ?? ".")
        for (local, name) in zip(learned.locals, names) {
            let path = (localModels ?? ".") + "/" + name + ".json"
            bytes += localModels == nil ? try local.file.text(path: path).utf8.count : try local.file.write(to: path)
            warnings += local.file.warningLines.map { (local.name, $0) }
        }
        Terminal.warn(warnings, all: common.verbose)
        if let localModels { warnOfOthers(in: localModels, than: names.map { $0 + ".json" }) }
        learned.result.leftOut.forEach { Terminal.warn($0) }
        try writeAdapted(learned)
        bytes += learned.result.rounds?.bytesSent ?? 0
        if let ending = learned.result.rounds?.ending { Terminal.warn(ending, of: "extra rounds ended") }
        learned.file.warningLines.forEach { Terminal.warn($0) }
        return bytes
    }

    /// Nothing of these is sent.
    private func writeAdapted(_ learned: LearnedModel) throws {
        let names = FileNames.safe(
            learned.adapted.map(\.name), beside: inputs + [output], in: adaptedModels ?? ".")
        for (shard, name) in zip(learned.adapted, names) {
            if let adaptedModels { try shard.file.write(to: adaptedModels + "/" + name + ".json") }
            for warning in shard.file.adaptation?.warnings ?? [] where !warning.isSaidByCounts {
                Terminal.warn(warning, of: shard.name + ", adapted")
            }
        }
        for shard in learned.notAdapted { Terminal.warn(shard.reason, of: shard.name + ", not adapted") }
    }

    /// Models of an earlier run would be aggregated with these and count their rows again.
    private func warnOfOthers(in directory: String, than written: [String]) {
        let present = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let others = Set(present.filter { $0.hasSuffix(".json") }).subtracting(written).sorted()
        guard let first = others.first else { return }
        Terminal.warn(
            "\(directory) holds \(Format.plural(others.count, "other .json file")) ('\(first.visible)'), of an earlier run perhaps: "
                + "do not aggregate them with these")
    }

    /// nil, with a warning, where it cannot be had: the global model is written by now.
    private func pooledSummary(_ learned: LearnedModel, _ progress: ProgressLine) -> PooledSummary? {
        let pooled: LearnedModel.Pooled
        do throws(EstimationError) {
            pooled = try learned.pooled { progress.show("pooled", $0) }
        } catch {
            progress.clear()
            Terminal.warn(error, of: "no pooled fit")
            return nil
        }
        progress.clear()
        for warning in pooled.local.report.warnings.lines { Terminal.warn(warning, of: "pooled fit") }
        return PooledSummary(
            rowsPooled: pooled.rows, bytesSent: pooled.bytesSent, learningSeconds: pooled.seconds,
            trainingLogLikelihoodPerRow: pooled.local.report.logLikelihood / pooled.local.fitted.weight,
            heldOut: pooled.scores,
            adaptedGain: learned.adaptationGain(over: pooled.local.model).map(GainSummary.init))
    }
}
