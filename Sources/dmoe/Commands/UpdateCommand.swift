import ArgumentParser
import DistributedMoE
import Messages
import ModelFiles
import Tables

struct UpdateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Make the next global model from the statistics of the sites at this one.",
        discussion: """
            One step of generalised EM, as a fit of the pooled rows would make it; no row is needed. The order of the files \
            does not matter; each site is given once. The model keeps the log-likelihood that the sites report for each \
            round. Repeat dmoe statistics and dmoe update with the new model as long as that rises.

            Example: dmoe update global.json clinic-*.round1.json -o global-1.json
            """)

    @Argument(help: ArgumentHelp("The model that the statistics were taken at.", valueName: "model"))
    var model: String
    @Argument(help: ArgumentHelp("Statistics, as written by dmoe statistics.", valueName: "statistics"))
    var files: [String]
    @OptionGroup var choices: UpdateOptions
    @OptionGroup var common: CommonOptions
    @Option(name: [.short, .long], help: ArgumentHelp("Where to write the next model.", valueName: "file"))
    var output: String

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Give the statistics of at least one site after the model.") }
    }

    mutating func run() throws {
        try OutputFile.check(output, inputs: [model] + files)
        let previous = try ModelFile.read(path: model)
        let sites = try zip(files, FileNames.labels(files)).map { path, label throws(ModelFileError) in
            UpdateJob.Site(name: label, path: path, file: try StatisticsFile.read(path: path))
        }
        let file = try choices.job.run(previous, named: model, sites)
        try file.write(to: output)
        file.rounds?.last?.warnings.lines.forEach { Terminal.warn($0) }
        try common.report(UpdateSummary(file, output: output), text: summary(file))
    }

    private func summary(_ file: ModelFile) -> String {
        let rounds = file.rounds ?? []
        let trace = rounds.map { Format.number($0.logLikelihoodPerRow, digits: 5) }.joined(separator: ", ")
        return """
            \(Format.plural(rounds.last?.sites ?? 0, "site")) with \(Format.plural(file.rows, "row")) updated \
            \(Format.plural(file.experts.count, "expert")) for '\(file.target.visible)', round \(rounds.count)
            log-likelihood per row before each round: \(trace)
            \(output.visible) written (dmoe inspect \(output.visible))
            """
    }
}

/// How statistics become the next model.
struct UpdateOptions: ParsableArguments {
    @Option(
        help: "What becomes of sites that the model does not describe at all: they are named, and kept or left out.")
    var inconsistent = UpdateJob().inconsistent
    @Option(
        help: ArgumentHelp(
            "The largest share of a site in the weight of all sites, above 0 and at most 1: a site with more counts for no more.",
            valueName: "share"))
    var largestShare: Double?

    var job: UpdateJob {
        var job = UpdateJob()
        job.inconsistent = inconsistent
        job.largestShare = largestShare
        return job
    }
}

/// The --json object of `dmoe update`.
private struct UpdateSummary: Encodable {
    var output: String
    var target: String
    var experts: Int
    var rows: Int
    var rounds: [ModelFile.RoundRecord]

    init(_ file: ModelFile, output: String) {
        self.output = output
        target = file.target
        experts = file.experts.count
        rows = file.rows
        rounds = file.rounds ?? []
    }
}
