import Messages
import ArgumentParser
import DistributedMoE
import Evaluation
import MixtureOfExperts
import ModelFiles
import StudyData

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Score a model on rows with known responses.",
        discussion: """
            Log-likelihood and, where responses are numbers, CRPS (continuous ranked probability score), RMSE, MAE, \
            of counts and positive amounts the mean deviance under ŷ, relative prediction error (Σ(y-ŷ)²/Σy²), R² and the \
            correlation of y and ŷ; where they are classes, log \
            loss, accuracy, Brier score, of two classes the AUC, and how observed and most probable classes meet. The \
            coverage is the share of the responses in the intervals or sets of predict --interval 0.9. --json has \
            the histogram of the probability integral transform too. Several files are taken as one table.

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
        table.append(["log-likelihood", Format.number(scores.logLikelihood, digits: 4)])
        for line in [.logLikelihoodPerRow] + ScoreLine.all {
            if let value = line.text(scores) { table.append([line.title, value]) }
        }
        return ([table.text] + [confusion(scores)].compactMap { $0 }).joined(separator: "\n\n")
    }

    private func confusion(_ scores: Scores) -> String? {
        guard let classes = scores.classes, let confusion = scores.confusion else { return nil }
        var table = TextTable(header: ["observed \\ most probable"] + classes)
        for (name, weights) in zip(classes, confusion) {
            table.append([name] + weights.map { $0 == $0.rounded() ? Format.number($0, digits: 0) : Format.short($0) })
        }
        return table.text
    }
}
