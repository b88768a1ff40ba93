import ArgumentParser
import DistributedMoE
import Messages
import ModelFiles
import Simulation
import Tables

extension SyntheticBenchmark.Profile: ExpressibleByArgument {}
extension SyntheticBenchmark.Responses: ExpressibleByArgument {}

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Write a synthetic benchmark: shards, a test set and the true model.",
        discussion: """
            20 covariates, 5 groups with a regression each; for families other than gaussian 10 covariates and 3 groups. \
            Classes are a, b and c. Writes shards/shard-01.csv and so on, test.csv (with a \
            column 'group', the true expert from 1) and truth.json.

            Example: dmoe simulate --profile balanced --rows 100000 --shards 16 -o bench
                     dmoe learn bench/shards/*.csv --target y --experts 5 -o global.json
                     dmoe evaluate global.json bench/test.csv
            """)

    @Option(help: "Family of the responses.")
    var family = SimulateJob().family
    @Option(
        help: "Shares of the groups: equal, 0.10 to 0.30, or 0.02 to 0.40 (of 3 groups 0.20 to 0.50, 0.05 to 0.60).")
    var profile = SimulateJob().profile
    @Option(help: ArgumentHelp("Rows in all shards together.", valueName: "n"))
    var rows = SimulateJob().rows
    @Option(help: ArgumentHelp("Number of shards.", valueName: "m"))
    var shards = SimulateJob().shards
    @Option(
        help: ArgumentHelp(
            "How many of the groups a shard sees, others in the next shard (default: all).", valueName: "k"))
    var capacity: Int?
    @Flag(help: "Each shard leans to a region of x of its own (by a standard deviation); y given x is the same in all.")
    var shift = false
    @Option(help: ArgumentHelp("Rows of the test set.", valueName: "n"))
    var testRows = SimulateJob().testRows
    @OptionGroup var seed: SeedOption
    @OptionGroup var common: CommonOptions
    @Option(name: [.short, .long], help: ArgumentHelp("Directory to write to.", valueName: "directory"))
    var output: String

    func validate() throws { try refusing { () throws(RequestRefusal) in try job.check() } }

    private var job: SimulateJob {
        var job = SimulateJob()
        job.family = family
        job.profile = profile
        job.rows = rows
        job.shards = shards
        job.capacity = capacity
        job.shift = shift
        job.testRows = testRows
        job.seed = seed.seed
        return job
    }

    mutating func run() throws {
        let simulated = try job.run()
        try OutputFile.makeDirectory(output + "/shards")
        let digits = String(shards).count
        let names = (1...shards).map { index in
            let number = String(index)
            return "shards/shard-" + String(repeating: "0", count: max(2, digits) - number.count) + number + ".csv"
        }
        // All or none.
        for name in names + ["test.csv", "truth.json"] { try OutputFile.check(output + "/" + name) }
        for (index, name) in names.enumerated() { try write(simulated.shard(index), to: name) }
        try write(simulated.testRows, to: "test.csv")
        try simulated.truth.write(to: output + "/truth.json")
        try common.report(
            SimulationSummary(output: output, shards: shards, rows: rows, testRows: testRows),
            text: "\(output.visible): \(Format.plural(shards, "shard")) of \(Format.plural(rows, "row")) in all, "
                + "test.csv of \(Format.count(testRows)), truth.json")
    }

    private func write(_ table: DataTable, to name: String) throws {
        var writer = CSVWriter(header: table.columnNames)
        for row in 0..<table.rowCount {
            writer.append(
                table.columns.map { column in
                    switch column.content {
                    case .numbers(let values): .number(values[row])
                    case .text(let texts): .text(texts[row])
                    case .notNumeric: preconditionFailure("a table of a file")
                    }
                })
        }
        try OutputFile.write(writer.contents, to: output + "/" + name)
    }
}

/// The --json object of `dmoe simulate`.
private struct SimulationSummary: Encodable {
    var output: String
    var shards: Int
    var rows: Int
    var testRows: Int
}
