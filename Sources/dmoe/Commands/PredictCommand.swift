import Messages
import ArgumentParser
import DistributedMoE
import Foundation
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
        if let interval, !(interval > 0 && interval < 1) {
            throw ValidationError("--interval must lie between 0 and 1, for example 0.9.")
        }
        if output == "-", common.json { throw ValidationError("--json and -o - both want standard output.") }
    }

    mutating func run() throws {
        if output != "-" { try OutputFile.check(output, inputs: [model, file]) }
        let modelFile = try PredictorFile.read(path: self.model)
        let selection = try levels.selection(modelFile, data: data)
        let model = try modelFile.predictor(parallelism: common.parallelism)
        let table = try data.read(file, for: selection, parallelism: common.parallelism)
        let rows = try selection.covariates(of: table)
        var record = ReadingRecord(selection)
        record.rowsLeftOut = table.rowCount - rows.kept.count
        record.addGaps(in: rows.covariates, selection)
        data.report(dropped: record.rowsLeftOut, of: table.rowCount, source: file, quiet: common.quiet)
        data.report(record, source: file, quiet: common.quiet)
        let lines = PredictionTable(model: model, interval: interval, hasResponses: rows.responses != nil)
            .contents(
                covariates: rows.covariates, responses: rows.responses, rows: rows.kept, parallelism: common.parallelism
            )
        if output == "-" {
            try Terminal.write(lines)
        } else {
            try OutputFile.write(lines, to: output)
            try common.report(
                PredictionSummary(
                    output: output, rows: rows.kept.count, leftOut: record.rowsLeftOut, filled: record.filled),
                text: "\(output): \(Format.plural(rows.kept.count, "row")) predicted")
        }
    }
}

/// The --json object of `dmoe predict`.
private struct PredictionSummary: Encodable {
    var output: String
    var rows: Int
    var leftOut: Int
    var filled: [ReadingRecord.Filled]
}
