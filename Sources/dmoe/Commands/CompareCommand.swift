import Aggregation
import ArgumentParser
import DistributedMoE
import MixtureOfExperts
import ModelFiles

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Every estimator of the field on the same shards, side by side.",
        discussion: """
            Fits every shard once, aggregates the local models in every way (--methods for some of them), and judges all \
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
        help: ArgumentHelp("Rows to judge on, with the same columns; one file or several.", valueName: "file"))
    var test: [String] = []
    @Option(help: ArgumentHelp("Share of each shard's rows to keep back and judge on.", valueName: "share"))
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
    @Option(help: ArgumentHelp("Rounds of federated averaging.", valueName: "t"))
    var federatedRounds = 10
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
        try shardOptions.validate(files: files)
        try StudySetting.validate(columns, fit, data)
        try fit.refuseRange()
        guard test.isEmpty != (holdout == 0) else { throw ValidationError("Give either --test or --holdout.") }
        guard holdout >= 0, holdout < 1 else { throw ValidationError("--holdout must be at least 0 and below 1.") }
        if holdout > 0, groups != nil { throw ValidationError("--groups names a column of --test.") }
        guard (0...1000).contains(rounds) else { throw ValidationError("--rounds must be from 0 to 1000.") }
        guard (1...10_000).contains(federatedRounds) else {
            throw ValidationError("--federated-rounds must be from 1 to 10000.")
        }
        if let globalExperts, globalExperts < 1 { throw ValidationError("--global-experts must be 1 or more.") }
        if csv, common.json { throw ValidationError("--csv and --json cannot go together.") }
        let known = EstimationMethod.all.map(\.name)
        if let unknown = methods?.first(where: { !known.contains($0) }) {
            throw ValidationError("'\(unknown)' is no estimator; known are \(known.joined(separator: ", ")).")
        }
    }

    mutating func run() throws {
        let setting = try StudySetting(columns, fit, seed)
        let shards = try ShardTables(
            files: files, columns: columns, study: setting.study, data: data, minRows: fit.disclosure.minRows,
            division: shardOptions.division, holdout: holdout, seed: setting.seed, quiet: common.quiet,
            parallelism: common.parallelism
        ).read()
        let judged = try judgedRows(shards)
        let truth = try truth.map { path in try trueModel(path, shards.selection.design) }
        let note = ProgressNote(quiet: common.quiet)
        let learning = DistributedLearning(
            design: shards.selection.design, family: columns.expertFamily(shards.selection),
            fitOptions: fit.options(experts: setting.experts, seed: setting.seed, aggregated: true),
            coordinator: Coordinator(
                options: aggregation.options(expertCount: globalExperts, seed: setting.seed)),
            rowsPerParameter: shardOptions.rowsPerParameter, parallelism: common.parallelism)
        let comparison = EstimatorComparison(
            learning, methods: methods?.compactMap(EstimationMethod.named) ?? EstimationMethod.all, rounds: rounds,
            federatedRounds: federatedRounds,
            parallelism: common.parallelism, progress: { note.show($0) })
        defer { note.clear() }
        let result = try comparison.run(
            shards.training,
            support: try aggregation.givenSupport(
                shards.selection(), data: data, parallelism: common.parallelism),
            test: judged.rows, truth: truth, groups: judged.groups)
        note.clear()
        result.inconsistent.forEach { Terminal.warn($0) }
        result.leftOut.forEach { Terminal.warn($0) }
        for shard in result.shards {
            for warning in shard.local.report.warnings.lines { Terminal.warn(warning, of: shard.name) }
        }
        let report = ComparisonReport(
            target: shards.selection.design.target, experts: globalExperts ?? setting.experts,
            shards: result.shards.count,
            rows: shards.training.reduce(0) { $0 + $1.rows.rowCount }, testRows: judged.rows.rowCount,
            seed: setting.seed,
            leftOut: result.leftOut.map(LeftOut.init) + result.inconsistent.map(LeftOut.init),
            estimators: result.estimates)
        report.warnings.forEach { Terminal.warn($0) }
        if report.estimators.allSatisfy({ $0.model == nil }), let failure = report.failures.first {
            throw CommandFailure(failure)
        }
        if csv { report.failures.forEach { Terminal.warn($0) } }
        if csv { return try Terminal.write(report.csv) }
        // The table is the result, not a summary of one: --quiet keeps it.
        if common.json { try Terminal.printJSON(report) } else { try Terminal.print(report.text) }
    }

    // MARK: Input

    private func judgedRows(_ shards: ShardTables.Shards) throws -> (rows: ShardRows, groups: [Int]?) {
        var parts = [ShardRows]()
        var labels = [String]()
        let selection = shards.selection()
        for path in test {
            let table = try data.read(
                path, for: selection, textColumns: Set([groups].compactMap { $0 }), parallelism: common.parallelism)
            let selected = try selection.rows(of: table)
            data.report(dropped: selected.dropped, of: table.rowCount, source: path, quiet: common.quiet)
            parts.append(selected.rows)
            if let groups {
                let all = try table.text(groups)
                labels += selected.kept.map { all[$0] }
            }
        }
        let rows = ShardRows.concatenation(test.isEmpty ? shards.heldOut : parts).filled(selection)
        guard rows.totalWeight > 0 else { throw CommandFailure("no row is left to judge on") }
        guard groups != nil else { return (rows, nil) }
        let numbers = Dictionary(uniqueKeysWithValues: Set(labels).sorted().enumerated().map { ($1, $0) })
        return (rows, labels.map { numbers[$0] ?? 0 })
    }

    private func trueModel(_ path: String, _ design: Design) throws -> MixtureModel {
        let model = try ModelFile.read(path: path).model
        guard let arranged = model.arranged(as: design) else {
            throw CommandFailure(
                "\(path): its target or covariates are not those of the data; give the model of these data")
        }
        return arranged
    }
}
