import Messages
import Aggregation
import ArgumentParser
import DistributedMoE
import Estimation
import Evaluation
import Foundation
import MixtureOfExperts
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
    @OptionGroup(title: "Columns") var columns: ColumnOptions
    @OptionGroup(title: "Fit") var fit: FitOptionGroup
    @Option(
        help: ArgumentHelp(
            "Experts of the global model (default: --experts), or auto: the best on a fresh draw.", valueName: "k"),
        transform: GlobalExperts.named)
    var globalExperts: GlobalExperts?
    @OptionGroup(title: "Aggregation") var aggregation: AggregationOptionGroup
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup var seed: SeedOption
    @OptionGroup var common: CommonOptions
    @Option(name: [.short, .long], help: ArgumentHelp("Where to write the global model.", valueName: "file"))
    var output: String

    func validate() throws {
        guard holdout >= 0, holdout < 1 else { throw ValidationError("--holdout must be at least 0 and below 1.") }
        if aggregation.isMixture {
            throw ValidationError("--method mixture keeps all local models: use --local-models and dmoe aggregate.")
        }
        guard (0...1000).contains(rounds) else { throw ValidationError("--rounds must be from 0 to 1000.") }
        try shardOptions.validate(files: files)
        try fit.refuseRange()
        if rounds > 0, fit.lasso.lasso != .none {
            throw ValidationError("--rounds makes no slope 0: leave it out with --l1, --l1-gate and --l1-experts.")
        }
        try StudySetting.validate(columns, fit, data)
    }

    mutating func run() throws {
        let clock = ContinuousClock()
        let start = clock.now
        try OutputFile.check(
            output, inputs: files + aggregation.support.support + [columns.study].compactMap { $0 })
        if let localModels { try OutputFile.makeDirectory(localModels) }
        let setting = try StudySetting(columns, fit, seed)
        let shards = try ShardTables(
            files: files, columns: columns, study: setting.study, data: data, minRows: fit.disclosure.minRows,
            division: shardOptions.division, holdout: holdout, seed: setting.seed,
            quiet: common.quiet, parallelism: common.parallelism
        ).read()
        let progress = ProgressLine(
            totalRows: shards.training.reduce(0) { $0 + $1.rows.rowCount }, quiet: common.quiet)
        let learning = DistributedLearning(
            design: shards.selection.design, family: columns.expertFamily(shards.selection),
            fitOptions: fit.options(experts: setting.experts, seed: setting.seed, aggregated: true),
            coordinator: Coordinator(
                aggregator: aggregation.aggregator,
                options: aggregation.options(
                    experts: globalExperts, localExperts: setting.experts, seed: setting.seed),
                parallelism: common.parallelism),
            rounds: rounds, rowsPerParameter: shardOptions.rowsPerParameter, parallelism: common.parallelism,
            progress: { progress.show($0, $1) },
            finished: { progress.finished(rows: $0.rows.rowCount) })
        let result: DistributedLearning.Result
        do {
            result = try learning.learn(
                shards.training,
                support: try aggregation.support.givenSupport(
                    shards.selection(), data: data, parallelism: common.parallelism))
        } catch {
            progress.clear()
            throw error
        }
        progress.clear()
        let bytes = try write(result, shards)
        let learned = (clock.now - start).seconds
        let comparison = compare(result, shards, learning, progress)
        let summary = LearnSummary(
            result, output: output, bytesSent: bytes, wallSeconds: learned, rowsLeftOut: shards.dropped,
            filled: ReadingRecord.merged(shards.records.map { ($0, 1) })?.filled ?? [],
            heldOut: comparison.scores, pooled: comparison.pooled)
        try common.report(summary, text: LearnReport(summary).text)
    }

    /// Writes the global model and, where wanted, the local ones; returns the size of what the sites would send.
    private func write(_ result: DistributedLearning.Result, _ shards: ShardTables.Shards) throws -> Int {
        var bytes = 0
        var locals = [String: ModelFile]()
        let records = Dictionary(zip(shards.training.map(\.name), shards.records)) { first, _ in first }
        let names = FileNames.safe(result.shards.map(\.name))
        for (shard, name) in zip(result.shards, names) {
            var file = ModelFile(shard.local)
            if let record = records[shard.name] { file.note(shards.selection, record) }
            locals[shard.name] = file
            let path = (localModels ?? ".") + "/" + name + ".json"
            bytes += localModels == nil ? try file.text(path: path).utf8.count : try file.write(to: path)
            for warning in file.warningLines { Terminal.warn(warning, of: shard.name) }
        }
        if let localModels { warnOfOthers(in: localModels, than: names.map { $0 + ".json" }) }
        result.leftOut.forEach { Terminal.warn($0) }
        var file = ModelFile(result.global, of: locals)
        for round in result.rounds?.rounds ?? [] {
            file = ModelFile(round.update, after: file, sites: round.sites, warnings: round.warnings)
        }
        bytes += result.rounds?.bytesSent ?? 0
        if let ending = result.rounds?.ending { Terminal.warn(ending, of: "extra rounds ended") }
        try file.write(to: output)
        file.warningLines.forEach { Terminal.warn($0) }
        return bytes
    }

    /// Models of an earlier run would be aggregated with these and count their rows again.
    private func warnOfOthers(in directory: String, than written: [String]) {
        let present = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let others = Set(present.filter { $0.hasSuffix(".json") }).subtracting(written).sorted()
        guard let first = others.first else { return }
        Terminal.warn(
            "\(directory) holds \(Format.plural(others.count, "other .json file")) ('\(first)'), of an earlier run perhaps: "
                + "do not aggregate them with these")
    }

    private func compare(
        _ result: DistributedLearning.Result, _ shards: ShardTables.Shards, _ learning: DistributedLearning,
        _ progress: ProgressLine
    ) -> (scores: Scores?, pooled: PooledSummary?) {
        // Rows of an inconsistent site are no yardstick.
        let inconsistent = Set(result.global.report.leftOut.map(\.name))
        let kept = zip(shards.training, shards.heldOut).filter { !inconsistent.contains($0.0.name) }
        let selection = shards.selection(of: Set(result.global.report.sites.map(\.name)))
        let heldOut = holdout > 0 ? ShardRows.concatenation(kept.map(\.1)).filled(selection) : nil
        func scores(_ model: MixtureModel) -> Scores? {
            heldOut.flatMap { $0.totalWeight > 0 ? Scores(model, on: $0, parallelism: common.parallelism) : nil }
        }
        guard pooled else { return (scores(result.fitted.model), nil) }
        let clock = ContinuousClock()
        let start = clock.now
        let rows = ShardRows.concatenation(kept.map(\.0.rows))
        var options = learning.fitOptions
        // A yardstick: its errors nobody sees.
        options.standardErrors = .none
        // The aggregated model is one more start: the comparison should be with the best pooled fit to be had.
        if result.fitted.model.expertCount == options.expertCount { options.initialModels = [result.fitted.model] }
        let fit = LocalFit(
            design: learning.design, family: learning.family, options: options, parallelism: common.parallelism,
            progress: { progress.show("pooled", $0) })
        let local: LocalModel
        do throws(EstimationError) { local = try fit.fit(rows) } catch {
            // The global model is written by now: a comparison that cannot be had is no failure.
            progress.clear()
            Terminal.warn("no pooled fit: \(error.text(.commandLine))")
            return (scores(result.fitted.model), nil)
        }
        progress.clear()
        for warning in local.report.warnings.lines { Terminal.warn(warning, of: "pooled fit") }
        let pooled = PooledSummary(
            rowsPooled: rows.rowCount, bytesSent: rows.rowCount * (learning.design.covariateCount + 1) * 8,
            learningSeconds: (clock.now - start).seconds,
            trainingLogLikelihoodPerRow: local.report.logLikelihood / local.fitted.weight,
            heldOut: scores(local.model))
        return (scores(result.fitted.model), pooled)
    }
}
