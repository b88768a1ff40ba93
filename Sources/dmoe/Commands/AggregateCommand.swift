import ArgumentParser
import DistributedMoE

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
        guard !files.isEmpty else { throw ValidationError("Give at least one local model.") }
    }

    mutating func run() throws {
        try OutputFile.check(output, inputs: files + aggregation.support.support)
        let labels = FileNames.labels(files)
        let contributions = try contributions(labels)
        let support = try aggregation.support.givenSupport(
            contributions[0].fitted.model.design, data: data, parallelism: common.parallelism)
        let global = try Coordinator(
            aggregator: aggregation.aggregator,
            options: aggregation.options(
                experts: experts, localExperts: contributions.map(\.fitted.model.expertCount).max() ?? 1,
                seed: seed.seed),
            parallelism: common.parallelism
        ).aggregate(contributions, support: support)
        let file = ModelFile(global)
        try OutputFile.write(try file.text(path: output), to: output)
        file.warnings.forEach(Terminal.warn)
        try common.report(AggregationSummary(file, output: output), text: summary(global))
    }

    /// Reads on all threads: to decode a thousand files takes as long as to aggregate a few hundred of them. Of several
    /// faults the first in the order of the files is told.
    private func contributions(_ labels: [String]) throws -> [Contribution] {
        let files = files
        let read = common.parallelism.map(count: files.count) { index in
            Result { () throws(ModelFileError) in
                let file = try ModelFile.read(path: files[index])
                guard let fitted = file.fitted else { throw .noStatistics(path: files[index]) }
                return (fitted: fitted, sites: file.aggregation?.sites)
            }
        }
        let given = Set(labels)
        return try zip(zip(files, labels), read).map { names, result in
            let (fitted, sites) = try result.get()
            try refuseOverlap(sites, path: names.0, labels: given)
            return .init(name: names.1, fitted: fitted)
        }
    }

    /// A global model may be aggregated again, but not with a site that it was made from.
    private func refuseOverlap(_ sites: [ModelFile.SiteRecord]?, path: String, labels: Set<String>) throws {
        guard let sites else { return }
        if let twice = sites.map(\.name).first(where: labels.contains) {
            throw CommandFailure("\(path): this global model holds site '\(twice)', given too; leave one of them out")
        }
        Terminal.warn("\(path) is a global model: give none of its \(Format.plural(sites.count, "site")) beside it")
    }

    private func summary(_ global: GlobalModel) -> String {
        let report = global.report
        return """
            \(Format.plural(report.sites.count, "local model")) of \(Format.plural(global.fitted.rowCount, "row")) \
            became \(Format.plural(global.model.expertCount, "expert")) for '\(global.model.design.target)'
            transport divergence \(Format.short(report.objectives.last ?? 0)) a point\
            \(report.start.isEmpty ? "" : ", from \(report.start)"); support of \(Format.plural(report.supportSize, "point")) \(report.support); \(report.chosen)
            \(output) written (dmoe inspect \(output))
            """
    }
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
