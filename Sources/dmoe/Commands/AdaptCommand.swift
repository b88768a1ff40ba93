import ArgumentParser
import DistributedMoE
import Estimation
import Messages
import ModelFiles
import Tables

struct AdaptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adapt",
        abstract: "Fit the gate of a global model anew to the rows of one site, for that site alone.",
        discussion: """
            The experts stay those of all sites; which of them applies where is fitted to the rows given here, under a \
            normal prior around the shared gate whose precision the evidence of these rows decides. The file is private \
            to the site: dmoe predict, evaluate and inspect take it, dmoe aggregate, statistics and update refuse it. \
            Nothing is sent back.

            Example: dmoe adapt global.json clinic-a.csv -o clinic-a.adapted.json
            """)

    @Argument(help: ArgumentHelp("The global model.", valueName: "model"))
    var model: String
    @Argument(
        help: ArgumentHelp("CSV or .npy files of this site, with the target; - for standard input.", valueName: "data"))
    var files: [String]
    @OptionGroup(title: "Adaptation") var adaptation: AdaptationOptionGroup
    @Option(help: ArgumentHelp("Column of row weights (default: that of the model's study).", valueName: "column"))
    var weights: String?
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup var levels: UnknownLevelOption
    @OptionGroup var memory: MemoryOption
    @OptionGroup var common: CommonOptions
    @Option(name: [.short, .long], help: ArgumentHelp("Where to write the adapted model.", valueName: "file"))
    var output: String

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Give the data of this site after the model.") }
        try refusing { () throws(RequestRefusal) in try job.check() }
    }

    private var job: AdaptJob {
        var job = AdaptJob()
        job.settings = adaptation.settings
        job.reading = levels.reading(data)
        job.weights = weights
        return job
    }

    mutating func run() throws {
        try OutputFile.check(output, inputs: [model] + files)
        let common = common
        let file = try job.run(
            try ModelFile.read(path: model), named: model,
            .files(files, try data.tableOptions(), outOfCore: memory.outOfCore), parallelism: common.parallelism
        ) { common.show($0) }
        try file.write(to: output)
        file.warningLines.forEach { Terminal.warn($0) }
        try common.report(AdaptationSummary(file, output: output), text: summary(file))
    }

    private func summary(_ file: ModelFile) -> String {
        guard let record = file.adaptation else { return "" }
        return """
            \(AdaptationDescription.lines(record, weight: file.weight))
            \(output.visible) written, private to this site (dmoe inspect \(output.visible))
            """
    }
}

/// The --json object of `dmoe adapt`.
private struct AdaptationSummary: Encodable {
    var output: String
    var target: String
    var experts: Int
    var rows: Int
    var logLikelihoodPerRow: Double
    var sharedLogLikelihoodPerRow: Double
    var adaptation: ModelFile.AdaptationRecord?

    init(_ file: ModelFile, output: String) {
        self.output = output
        target = file.target
        experts = file.expertCount
        rows = file.rows
        logLikelihoodPerRow = (file.adaptation?.logLikelihood ?? 0) / file.weight
        sharedLogLikelihoodPerRow = (file.adaptation?.sharedLogLikelihood ?? 0) / file.weight
        adaptation = file.adaptation
    }
}
