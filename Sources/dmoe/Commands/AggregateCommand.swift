import Messages
import Aggregation
import ArgumentParser
import DistributedMoE
import ModelFiles
import Tables

struct AggregateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aggregate",
        abstract: "Turn local models into one global model of the same form.",
        discussion: """
            No row is needed: the covariate sketches in the local models tell where the sites have their rows. The \
            order of the files does not matter; each site is given once.

            Example: dmoe aggregate clinic-*.json -o global.json
            """)

    @Argument(help: ArgumentHelp("Local models, as written by dmoe fit.", valueName: "local"))
    var files: [String]
    @Option(
        help: ArgumentHelp(
            "Experts of the global model (default: the largest local number), or auto: the best on a fresh draw.",
            valueName: "k"), transform: GlobalExperts.named)
    var experts: GlobalExperts?
    @OptionGroup(title: "Aggregation") var aggregation: AggregationOptionGroup
    @OptionGroup(title: "Data of --support") var data: DataOptions
    @OptionGroup var seed: SeedOption
    @OptionGroup var common: CommonOptions
    @Option(name: [.short, .long], help: ArgumentHelp("Where to write the global model.", valueName: "file"))
    var output: String

    func validate() throws {
        if aggregation.isMixture, experts != nil {
            throw ValidationError("--experts is of no use with --method mixture: all local experts are kept.")
        }
        guard !files.isEmpty else { throw ValidationError("Give at least one local model.") }
    }

    mutating func run() throws {
        try OutputFile.check(output, inputs: files + aggregation.support.support)
        let models = try localModels(FileNames.labels(files))
        let coordinator = Coordinator(
            aggregator: aggregation.aggregator,
            options: aggregation.options(
                experts: experts, localExperts: models.map(\.contribution.fitted.model.expertCount).max() ?? 1,
                seed: seed.value()),
            parallelism: common.parallelism)
        if aggregation.isMixture {
            try writeEnsemble(models, coordinator)
        } else {
            try writeGlobal(models, coordinator)
        }
    }

    private func writeGlobal(_ models: [LocalFile], _ coordinator: Coordinator) throws {
        let contributions = models.map(\.contribution)
        var reading = models[0].file
        reading.carryStudy(of: models.map(\.file))
        let support = try aggregation.support.givenSupport(
            reading.selection(missing: data.missing), data: data, parallelism: common.parallelism)
        // One file given twice is one site here, and told.
        let locals = Dictionary(models.map { ($0.contribution.name, $0.file) }) { first, _ in first }
        let file = ModelFile(try coordinator.aggregate(contributions, support: support), of: locals)
        try file.write(to: output)
        file.warningLines.forEach { Terminal.warn($0) }
        try common.report(AggregationSummary(file, output: output), text: summary(file))
    }

    private func writeEnsemble(_ models: [LocalFile], _ coordinator: Coordinator) throws {
        let (kept, leftOut) = try coordinator.withoutInconsistentSites(models.map(\.contribution))
        let names = Set(kept.map(\.name))
        let file = EnsembleFile(
            models.filter { model in names.contains(model.contribution.name) }
                .map { EnsembleFile.Member(name: $0.contribution.name, model: $0.file) },
            siteWeights: coordinator.options.siteWeights)
        // Here, where it is one line, rather than at the first prediction.
        let predictor = try file.predictor(parallelism: common.parallelism)
        try file.write(to: output)
        leftOut.forEach { Terminal.warn($0) }
        try common.report(
            EnsembleSummary(
                output: output, members: file.members.count, components: predictor.experts.count,
                leftOut: leftOut.map(\.name)),
            text: "\(output): \(Format.plural(file.members.count, "local model")) with "
                + "\(Format.plural(predictor.experts.count, "component")), for dmoe predict and evaluate")
    }

    /// A local model as a file and as a contribution.
    private struct LocalFile: Sendable {
        var file: ModelFile
        var contribution: Contribution
    }

    /// Reads on all threads: to decode a thousand files takes as long as to aggregate a few hundred of them. Of several
    /// faults the first in the order of the files is told.
    private func localModels(_ labels: [String]) throws -> [LocalFile] {
        let files = files
        let read = common.parallelism.map(count: files.count) { index in
            Result { () throws(ModelFileError) in
                let file = try ModelFile.read(path: files[index])
                guard let fitted = file.fitted else { throw .noStatistics(path: files[index]) }
                return LocalFile(
                    file: file,
                    contribution: Contribution(name: labels[index], fitted: fitted, warnings: file.warnings))
            }
        }
        let given = Set(labels)
        let models = try zip(files, read).map { path, result in
            let local = try result.get()
            try refuseOverlap(local.file.aggregation?.sites, path: path, labels: given)
            return local
        }
        try ModelFile.refuseDifferentStudies(zip(files, models).map { ($0, $1.file) })
        return models
    }

    /// A global model may be aggregated again, but not with a site that it was made from.
    private func refuseOverlap(_ sites: [ModelFile.SiteRecord]?, path: String, labels: Set<String>) throws {
        guard let sites else { return }
        if let twice = sites.map(\.name).first(where: labels.contains) {
            throw CommandFailure("\(path): this global model holds site '\(twice)', given too; leave one of them out")
        }
        Terminal.warn("\(path) is a global model: give none of its \(Format.plural(sites.count, "site")) beside it")
    }

    private func summary(_ file: ModelFile) -> String {
        guard let record = file.aggregation else { return "" }
        let start = record.start == .noSearch ? "" : ", from \(record.start)"
        let curve = record.expertCounts.map { "\n\n" + ExpertCountTable($0).text + "\n" } ?? ""
        return """
            \(Format.plural(record.sites.count, "local model")) of \(Format.plural(file.rows, "row")) \
            became \(Format.plural(file.experts.count, "expert")) for '\(file.target)'
            transport divergence \(Format.short(record.objectives.last ?? 0)) per support point\(start); \
            support of \(Format.plural(record.supportSize, "point")) \(record.support); \(record.chosen)\(curve)
            \(output) written (dmoe inspect \(output))
            """
    }
}

/// The --json object of `dmoe aggregate --method mixture`.
private struct EnsembleSummary: Encodable {
    var output: String
    var members: Int
    var components: Int
    var leftOut: [String]
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
