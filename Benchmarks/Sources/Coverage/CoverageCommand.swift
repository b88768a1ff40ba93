import Aggregation
import ArgumentParser
import Estimation
import Foundation
import Numerics

/// How often nominal 95 % intervals hold the truth.
struct CoverageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage",
        abstract: "Simulate the coverage of 95 % intervals, of local fits and of their aggregation.",
        discussion: """
            Fits start at the truth: what is asked is how sure an optimum is, not whether it is found. \
            Prints one JSON object.
            """)

    @Option(help: "gaussian, poisson, negative-binomial, gamma or multinomial.") var family = "gaussian"
    @Option var experts = 3
    @Option var covariates = 5
    @Option(help: "Rows of a site.") var rows = 2000
    @Option var sites = 16
    @Option var replicates = 500
    @Option(help: "observed or sandwich.") var errors = "observed"
    @Option(help: "As of dmoe aggregate.") var method = "transport-statistics"
    @Option(help: "model, sites or simulate, as of dmoe aggregate.") var aggregateErrors = "model"
    @Option(help: "Standard deviation of the slopes of experts between sites.") var between = 0.0
    @Flag(help: "Sizes of sites follow a Pareto law of index 1.2 from a quarter of the rows on, of the same mean.")
    var pareto = false
    @Option(help: "Also the bootstrap, with so many draws, of this many data sets.") var bootstrap = 0
    @Option var dataSets = 3
    @Option var threads = Parallelism.coreCount
    @Option var seed: UInt64 = 1

    func validate() throws {
        guard CoverageStudy.truth(family: family, experts: experts, covariates: covariates) != nil else {
            throw ValidationError("No family '\(family)'.")
        }
        guard StandardErrorMethod(rawValue: errors) != nil else { throw ValidationError("No errors '\(errors)'.") }
        guard AggregateErrors(rawValue: aggregateErrors) != nil else {
            throw ValidationError("No errors '\(aggregateErrors)'.")
        }
        guard Aggregators.named(method) != nil else { throw ValidationError("No method '\(method)'.") }
    }

    mutating func run() throws {
        guard let truth = CoverageStudy.truth(family: family, experts: experts, covariates: covariates),
            let aggregator = Aggregators.named(method), let errors = StandardErrorMethod(rawValue: errors),
            let aggregateErrors = AggregateErrors(rawValue: aggregateErrors)
        else { return }
        let study = CoverageStudy(
            truth: truth, rows: rows, sites: sites, errors: errors, aggregator: aggregator,
            aggregateErrors: aggregateErrors, between: between, hasUnequalSites: pareto, seed: seed)
        let parallelism = Parallelism(threads: threads)
        if bootstrap > 0 {
            for dataSet in 0..<dataSets {
                try show(study.bootstrap(dataSet, draws: bootstrap, parallelism), "bootstrap \(dataSet + 1)")
            }
            return
        }
        let found = parallelism.map(count: replicates) { study.replicate($0) }
        let estimand = try study.estimand(parallelism)
        try show(CoverageTable(estimand, found.flatMap(\.local)), "local")
        try show(CoverageTable(estimand, found.compactMap(\.global)), "aggregated")
    }

    private func show(_ rows: some Encodable, _ title: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        print("{\"\(title)\": " + String(decoding: try encoder.encode(rows), as: UTF8.self) + "}")
    }
}
