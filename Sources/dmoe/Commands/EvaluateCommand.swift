import ArgumentParser
import DistributedMoE

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Score a model on rows with known responses.",
        discussion: """
            Log-likelihood, CRPS (continuous ranked probability score), RMSE, MAE, relative prediction error \
            (Σ(y-ŷ)²/Σy²), R² and the correlation of y and ŷ. Several files are taken as one table.

            Example: dmoe evaluate global.json test-*.csv --json
            """)

    @Argument(help: ArgumentHelp("Model file.", valueName: "model"))
    var model: String
    @Argument(help: ArgumentHelp("CSV or .npy files with the target; - for standard input.", valueName: "data"))
    var files: [String]
    @Option(help: ArgumentHelp("Column of row weights (default: that of the model's study).", valueName: "column"))
    var weights: String?
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup var levels: UnknownLevelOption
    @OptionGroup var common: CommonOptions

    mutating func run() throws {
        let modelFile = try PredictorFile.read(path: self.model)
        var selection = try levels.selection(modelFile, data: data)
        selection.weights = weights ?? selection.weights
        let model = try modelFile.predictor(parallelism: common.parallelism)
        var parts = [ShardRows]()
        for path in files {
            let table = try data.read(path, for: selection, parallelism: common.parallelism)
            let selected = try selection.rows(of: table)
            var record = ReadingRecord(selection)
            record.add(selected, selection)
            data.report(dropped: selected.dropped, of: table.rowCount, source: path, quiet: common.quiet)
            data.report(record, source: path, quiet: common.quiet)
            parts.append(selected.rows)
        }
        let rows = ShardRows.concatenation(parts)
        guard rows.totalWeight > 0 else {
            throw CommandFailure("no row is left to score").about(files.joined(separator: ", "))
        }
        let scores = Scores(model, on: rows, parallelism: common.parallelism)
        guard common.json else { return try Terminal.print(text(scores)) }
        do { try Terminal.printJSON(scores) } catch let failure as CommandFailure {
            throw failure.about(files.joined(separator: ", "))
        }
    }

    private func text(_ scores: Scores) -> String {
        var table = TextTable(header: ["rows", Format.count(scores.rows)])
        for (name, value) in [
            ("log-likelihood", Format.number(scores.logLikelihood, digits: 4)),
            ("log-likelihood a row", Format.number(scores.logLikelihoodPerRow, digits: 6)),
            ("CRPS", Format.number(scores.crps, digits: 6)), ("RMSE", Format.number(scores.rmse, digits: 6)),
            ("MAE", Format.number(scores.mae, digits: 6)),
            ("relative prediction error", Format.number(scores.relativePredictionError, digits: 6)),
            ("R squared", Format.number(scores.rSquared, digits: 6)),
            ("correlation", Format.number(scores.correlation, digits: 6)),
        ] {
            table.append([name, value])
        }
        return table.text
    }
}
