import ArgumentParser
import DistributedMoE
import Foundation
import Messages
import ModelFiles
import StudyData
import Tables

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Predict rows with a model.",
        discussion: """
            Writes one line a row: its number in the data (from 1), mean and standard deviation of the response (or \
            its most probable class, and the probability of each), the most probable expert, and the probability of \
            each expert given the covariates. Where the data have the target too: its log density, and the \
            probability of each expert given covariates and response.

            Example: dmoe predict global.json new.csv --interval 0.9 -o predictions.csv
            """)

    @Argument(help: ArgumentHelp("Model file.", valueName: "model"))
    var model: String
    @Argument(help: ArgumentHelp("CSV or .npy file; - for standard input.", valueName: "data"))
    var file: String
    @Option(
        help: ArgumentHelp(
            "Adds the quantiles that hold this share of the responses, or the set of classes (a|b).", valueName: "share"
        ))
    var interval: Double?
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup var levels: UnknownLevelOption
    @OptionGroup var common: CommonOptions
    @Option(
        name: [.short, .long], help: ArgumentHelp("Where to write the CSV; - for standard output.", valueName: "file"))
    var output: String

    func validate() throws {
        try refusing { () throws(RequestRefusal) in try job.check() }
        if output == "-", common.json { throw ValidationError("--json and -o - both want standard output.") }
    }

    private var job: PredictJob {
        var job = PredictJob()
        job.reading = levels.reading(data)
        job.interval = interval
        return job
    }

    mutating func run() throws {
        if output != "-" { try OutputFile.check(output, inputs: [model, file]) }
        let modelFile = try PredictorFile.read(path: self.model)
        let predictor = try modelFile.predictor(parallelism: common.parallelism)
        let selection = try job.reading.selection(modelFile)
        var options = try data.tableOptions()
        options.textColumns = selection.textColumns
        options.parallelism = common.parallelism
        let table = try DataTable.read(path: file, options: options)
        let hasResponses = table.columnNames.contains(selection.design.target)
        let lines = PredictionTable(model: predictor, hasInterval: interval != nil, hasResponses: hasResponses)
        let result = try job.run(
            modelFile, predictor, .table(table), withResponses: hasResponses, parallelism: common.parallelism,
            notices: common.show
        ) { lines.contents(of: $0) }
        let text = lines.header + result.parts.joined()
        guard output != "-" else { return try Terminal.write(text) }
        try OutputFile.write(text, to: output)
        try common.report(
            PredictionSummary(
                output: output, rows: result.rows, leftOut: result.record.rowsLeftOut.known,
                filled: result.record.filled),
            text: "\(output.visible): \(Format.plural(result.rows, "row")) predicted")
    }
}

/// The --json object of `dmoe predict`.
private struct PredictionSummary: Encodable {
    var output: String
    var rows: Int
    var leftOut: Int
    var filled: [ReadingRecord.Filled]
}
