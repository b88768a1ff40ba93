import Aggregation
import ArgumentParser
import DistributedMoE
import Messages
import ModelFiles
import Tables

struct AggregateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aggregate",
        abstract: "Turn local models into one global model of the same form.",
        discussion: """
            No row is needed: the covariate sketches in the local models say where the sites have their rows. The \
            order of the files does not matter; each site is given once.

            Example: dmoe aggregate clinic-*.json -o global.json
            """)

    @Argument(help: ArgumentHelp("Local models, as written by dmoe fit.", valueName: "local"))
    var files: [String]
    @OptionGroup var choices: AggregateOptions
    @OptionGroup var common: CommonOptions
    @Option(name: [.short, .long], help: ArgumentHelp("Where to write the global model.", valueName: "file"))
    var output: String

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Give at least one local model.") }
        try refusing { () throws(RequestRefusal) in try choices.check() }
    }

    mutating func run() throws {
        try OutputFile.check(output, inputs: files + choices.supportFiles)
        let common = common
        let sites = try localModels()
        // One path given twice is a site given twice, which the job refuses.
        if Set(files).count == files.count { try TableInput.refuseRepeatedFiles(files) }
        let outcome = try choices.job.run(
            sites, support: try choices.support, parallelism: common.parallelism
        ) { common.show($0) }
        switch outcome {
        case .model(let file):
            try file.write(to: output)
            file.warningLines.forEach { Terminal.warn($0) }
            try common.report(AggregationSummary(file, output: output), text: summary(file))
        case .ensemble(let file, let examined): try report(file, examined)
        }
    }

    private func report(_ file: EnsembleFile, _ examined: ExaminedSites) throws {
        let components = try file.predictor(parallelism: common.parallelism).experts.count
        try file.write(to: output)
        examined.leftOut.forEach { Terminal.warn($0) }
        examined.warnings.forEach { Terminal.warn($0) }
        try common.report(
            EnsembleSummary(
                output: output, members: file.members.count, components: components,
                leftOut: examined.leftOut.map(LeftOut.init)),
            text: "\(output.visible): \(Format.plural(file.members.count, "local model")) with "
                + "\(Format.plural(components, "component")), for dmoe predict and evaluate")
    }

    /// Reads on all threads: to decode a thousand files takes as long as to aggregate a few hundred of them.
    ///
    /// Of several faults the first in the order of the files is reported.
    private func localModels() throws -> [AggregateJob.Site] {
        let files = files
        let labels = FileNames.labels(files)
        let read = common.parallelism.map(count: files.count) { index in
            Result { () throws(ModelFileError) in try ModelFile.read(path: files[index]) }
        }
        return try zip(zip(files, labels), read).map { names, result in
            let file = try result.get()
            if let sites = file.aggregation?.sites {
                Terminal.warn(
                    "\(names.0) is a global model: give none of its \(Format.plural(sites.count, "site")) beside it")
            }
            return AggregateJob.Site(name: names.1, path: names.0, file: file)
        }
    }

    private func summary(_ file: ModelFile) -> String {
        guard let record = file.aggregation else { return "" }
        let start = record.start == .noSearch ? "" : ", from \(record.start)"
        let verdict = record.verdict.map { "\n" + AgreementReport.sentence($0) } ?? ""
        let curve = record.expertCounts.map { "\n\n" + ExpertCountTable($0).text + "\n" } ?? ""
        return """
            \(Format.plural(record.sites.count, "local model")) of \(Format.plural(file.rows, "row")) \
            became \(file.model.expertWords()) for '\(file.target.visible)'
            transport divergence \(Format.short(record.objectives.last ?? 0)) per support point\(start); \
            support of \(Format.plural(record.supportSize, "point")) \(record.support); \(record.chosen)\(curve)\(verdict)
            \(output.visible) written (dmoe inspect \(output.visible))
            """
    }
}

/// The --json object of `dmoe aggregate --method mixture`.
private struct EnsembleSummary: Encodable {
    var output: String
    var members: Int
    var components: Int
    /// Inconsistent sites.
    var leftOut: [LeftOut]
}

/// The --json object of `dmoe aggregate`.
private struct AggregationSummary: Encodable {
    var output: String
    var target: String
    var experts: Int
    var rows: Int
    var aggregation: ModelFile.AggregationRecord?

    init(_ file: ModelFile, output: String) {
        self.output = output
        target = file.target
        experts = file.experts.count
        rows = file.rows
        aggregation = file.aggregation
    }
}
