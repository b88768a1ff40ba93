import ArgumentParser
import DistributedMoE
import Messages
import ModelFiles

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Every estimator of the field on the same shards, side by side.",
        discussion: """
            Fits every shard once, aggregates the local models in every way (--methods for some of them), and scores all \
            on test rows: scores, transportation divergence to the average of the local models, to the pooled fit and to \
            the truth, agreement with known groups, bytes sent and time. --rounds R adds what each becomes after R extra \
            rounds of distributed EM.

            Shards: one a file; or --shard-by COLUMN; or --shards M (random). Test rows: --test FILE or --holdout SHARE.

            Example: dmoe simulate --profile moderate --rows 100000 --shards 16 -o bench
                     dmoe compare bench/shards/*.csv --target y --experts 5 --test bench/test.csv \
            --truth bench/truth.json --groups group --rounds 1
            """)

    @Argument(help: ArgumentHelp("CSV or .npy files; - for standard input.", valueName: "data"))
    var files: [String]
    @OptionGroup(title: "Shards") var shardOptions: ShardOptions
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Rows to score on, with the same columns; one file or several.", valueName: "file"))
    var test: [String] = []
    @Option(help: ArgumentHelp("Share of each shard's rows to keep back and score on.", valueName: "share"))
    var holdout = 0.0
    @Option(help: ArgumentHelp("The true model, where the data are simulated.", valueName: "model"))
    var truth: String?
    @Option(help: ArgumentHelp("Column of the test rows with their true group.", valueName: "column"))
    var groups: String?
    @Option(
        help: ArgumentHelp(
            "Estimators, in this order (default all): "
                + "\(EstimationMethod.all.map(\.name).joined(separator: ", ")).", valueName: "a,b,c"),
        transform: splitNames)
    var methods: [String]?
    @Option(help: ArgumentHelp("Also after so many extra rounds of distributed EM.", valueName: "r"))
    var rounds = 0
    @Option(
        help: ArgumentHelp(
            "Rounds of federated averaging (default \(CompareJob.usualFederatedRounds)).", valueName: "t"))
    var federatedRounds: Int?
    @Flag(help: "Print the table as CSV.")
    var csv = false
    @OptionGroup(title: "Columns") var columns: ColumnOptions
    @OptionGroup(title: "Fit") var fit: FitOptionGroup
    @Option(help: ArgumentHelp("Experts of the global models and the pooled fit (default: --experts).", valueName: "k"))
    var globalExperts: Int?
    @OptionGroup(title: "Aggregation") var aggregation: SupportOptions
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup var seed: SeedOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        try refusing { () throws(RequestRefusal) in
            let job = try job()
            try job.check(hasSupport: !aggregation.support.isEmpty, hasTest: !test.isEmpty)
            try job.shards.check(tables: files.count)
        }
        if csv, common.json { throw ValidationError("--csv and --json cannot go together.") }
    }

    private func job() throws(RequestRefusal) -> CompareJob {
        var job = CompareJob(
            try shardOptions.settings(columns, fit, data, holdout: holdout, seed: seed.seed))
        job.aggregation = aggregation.settings(seed: seed.seed)
        job.aggregation.experts = globalExperts.map { .count($0) }
        job.methods = methods
        job.rounds = rounds
        job.federatedRounds = federatedRounds
        job.groups = groups
        return job
    }

    mutating func run() throws {
        let (common, job, support) = (common, try job(), try aggregation.input(data))
        let truth = try truth.map { (file: try ModelFile.read(path: $0), path: $0) }
        let test = test.isEmpty ? nil : try ShardOptions.input(test, data)
        let note = ProgressNote(quiet: common.quiet)
        defer { note.clear() }
        let outcome = try job.run(
            try ShardOptions.input(files, data), test: test, truth: truth, support: support,
            parallelism: common.parallelism, progress: { note.show($0) }, notices: { common.show($0) })
        note.clear()
        let result = outcome.result
        result.excluded.forEach { Terminal.warn($0) }
        result.warnings.forEach { Terminal.warn($0) }
        result.leftOut.forEach { Terminal.warn($0) }
        Terminal.warn(
            result.shards.flatMap { shard in
                shard.local.report.warnings.lines.map { (shard: shard.name, line: $0) }
            }, all: common.verbose)
        let report = ComparisonReport(
            target: outcome.design.target, experts: outcome.experts, shards: result.shards.count,
            rows: outcome.trainingRows, testRows: outcome.testRows, seed: outcome.seed,
            leftOut: outcome.leftOut, estimators: outcome.estimates)
        report.warnings.forEach { Terminal.warn($0) }
        if report.estimators.allSatisfy({ $0.model == nil }), let failure = report.failures.first {
            throw CommandFailure(failure)
        }
        if csv { report.failures.forEach { Terminal.warn($0) } }
        if csv { return try Terminal.write(report.csv) }
        // The table is the result, not a summary of one: --quiet keeps it.
        if common.json { try Terminal.printJSON(report) } else { try Terminal.print(report.text) }
    }
}
