import ArgumentParser
import DistributedMoE

extension AggregationOptions.GateTarget: ExpressibleByArgument {}
extension AggregationOptions.SiteWeights: ExpressibleByArgument {}

/// How local models become one.
struct AggregationOptionGroup: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Rows whose covariates serve as support (nothing else of them is read); default: points drawn from the "
                + "sketches in the local models, so that no row is needed.", valueName: "data"))
    var support: [String] = []

    @Option(help: ArgumentHelp("Most points of the support.", valueName: "n"))
    var supportSize = 5000

    @Option(
        help: """
            Targets of the gate: by label of the local experts, or by the transport plan (default: label, unless plan \
            or, where the local models disagree, a fit to draws from their average is clearly better on a fresh draw).
            """)
    var gate: AggregationOptions.GateTarget?

    @Option(help: "Weights of the sites: by their density of covariates at x (default), or the same everywhere.")
    var siteWeights: AggregationOptions.SiteWeights?

    @Flag(help: "The method as published: constant site weights, experts from the support, gate by plan.")
    var published = false

    func validate() throws {
        guard (50...10_000_000).contains(supportSize) else {
            throw ValidationError("--support-size must be from 50 to 10000000.")
        }
        if published, gate == .label { throw ValidationError("--published means --gate plan.") }
        if published, siteWeights == .density {
            throw ValidationError("--published means --site-weights constant.")
        }
    }

    func options(expertCount: Int?, seed: UInt64) -> AggregationOptions {
        let options = AggregationOptions(
            expertCount: expertCount, supportSize: supportSize, gateTarget: gate, siteWeights: siteWeights ?? .density,
            seed: seed)
        return published ? options.published : options
    }

    /// The covariates of the given rows, rows with missing ones left out.
    func givenSupport(
        _ design: Design, data: DataOptions, parallelism: Parallelism
    ) throws -> OptimalTransportAggregation.GivenSupport? {
        guard !support.isEmpty else { return nil }
        let selection = RowSelection(design: design, missing: data.missing)
        let parts = try support.map { path in
            let covariates = try selection.covariates(
                of: try data.read(path, parallelism: parallelism), withResponses: false
            ).covariates
            return ShardRows(
                covariates: covariates, responses: [Double](repeating: 0, count: covariates.rowCount))
        }
        let names = support.map(FileNames.label).joined(separator: ", ")
        return .init(covariates: ShardRows.concatenation(parts).covariates, source: "covariates of \(names)")
    }
}
