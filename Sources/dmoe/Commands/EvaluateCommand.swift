import ArgumentParser
import DistributedMoE
import Evaluation
import Messages
import ModelFiles
import Tables

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
        try TableInput.refuseRepeatedFiles(files)
        let modelFile = try PredictorFile.read(path: self.model)
        let predictor = try modelFile.predictor(parallelism: common.parallelism)
        var job = EvaluateJob()
        job.reading = levels.reading(data)
        job.weights = weights
        var options = try data.tableOptions()
        options.textColumns = try job.selection(modelFile).textColumns
        options.parallelism = common.parallelism
        let source = files.joined(separator: ", ")
        let scores = try job.run(
            modelFile, predictor, source: source,
            tables: files.map { path in { [options] in try DataTable.read(path: path, options: options) } },
            parallelism: common.parallelism, notices: common.show)
        if common.json { try Terminal.printJSON(scores) } else { try Terminal.print(text(scores)) }
    }

    private func text(_ scores: Scores) -> String {
        var table = TextTable(header: ["rows", Format.count(scores.rows)])
        table.append(["log-likelihood", Format.number(scores.logLikelihood, digits: 4)])
        for line in [.logLikelihoodPerRow] + ScoreLine.all {
            if let value = line.text(scores) { table.append([line.title, value]) }
        }
        return ([table.text] + [confusion(scores), measure(scores)].compactMap { $0 }).joined(separator: "\n\n")
    }

    private func measure(_ scores: Scores) -> String? {
        scores.pointMasses.map { values in
            "log-likelihood: densities by counting measure at \(values.map(Format.label).joined(separator: ", ")), by Lebesgue measure elsewhere; "
                + "not to be compared with that of a model without point masses"
        }
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
