import Aggregation
import ArgumentParser
import DistributedMoE

extension AggregationOptions.GateTarget: ExpressibleByArgument {}
extension AggregationOptions.SiteWeights: ExpressibleByArgument {}
extension AggregationOptions.InconsistentSiteRule: ExpressibleByArgument {}
extension AggregationOptions.AggregateErrors: ExpressibleByArgument {}

extension AggregationChoices.GlobalExperts: ExpressibleByArgument {
    /// A number, or `auto`; which numbers can be, the job says.
    public init?(argument: String) {
        if argument == "auto" {
            self = .automatic
        } else if let count = Int(argument) {
            self = .count(count)
        } else {
            return nil
        }
    }
}

/// What local models are compared on, and how sites are weighted.
struct SupportOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Rows whose covariates serve as support (nothing else of them is read); default: points drawn from the "
                + "covariate sketches in the local models, so that no row is needed.", valueName: "data"))
    var support: [String] = []

    @Option(help: ArgumentHelp("Maximum number of support points.", valueName: "n"))
    var supportSize = AggregationChoices().supportSize

    @Option(help: "Weights of the sites: by their density of covariates at x (default), or the same everywhere.")
    var siteWeights: AggregationOptions.SiteWeights?

    @Option(
        help: ArgumentHelp(
            "The largest share of a site in the weight of all sites, above 0 and at most 1: a site with more counts for no more.",
            valueName: "share"))
    var largestShare: Double?

    @Option(
        help: """
            What becomes of sites whose local models differ from those of all others (wrong unit, flipped sign, …): they are named, \
            and kept or left out.
            """
    )
    var inconsistent = AggregationChoices().inconsistent

    func settings(seed: UInt64?) -> AggregationChoices {
        var settings = AggregationChoices()
        settings.supportSize = supportSize
        settings.siteWeights = siteWeights
        settings.largestShare = largestShare
        settings.inconsistent = inconsistent
        settings.seed = seed
        return settings
    }

    /// nil where no rows are given.
    func input(_ data: DataOptions) throws -> SupportInput? {
        guard !support.isEmpty else { return nil }
        return .files(support.map { ($0, FileNames.label($0)) }, try data.tableOptions())
    }
}

/// How local models become one.
struct AggregationOptionGroup: ParsableArguments {
    @OptionGroup var support: SupportOptions

    @Option(
        help: ArgumentHelp(
            "How local models become one (default: \(TransportAggregator.chosen.name)): "
                + "\(Aggregators.all.map(\.name).joined(separator: ", ")); for aggregate also "
                + "\(AggregationChoices.mixtureMethod): all of them in one file, to predict with their weighted average.",
            valueName: "name"))
    var method: String?

    @Option(
        help: """
            Targets of the gate: by label of the local experts, or by the transport plan (default: label, unless plan \
            or, where the local models disagree, a fit to draws from their average is clearly better on an independent Monte \
            Carlo sample).
            """)
    var gate: AggregationOptions.GateTarget?

    @Option(
        help: """
            Standard errors of the global model: model (by formulas from those of the local models: these sites, with other rows), \
            simulate (parametric bootstrap, 400 draws of the local models: the same for any way of building it), sites (jackknife, each site left \
            out in turn: sites like these).
            """)
    var aggregateErrors = AggregationChoices().errors

    func settings(experts: AggregationChoices.GlobalExperts?, seed: UInt64?) -> AggregationChoices {
        var settings = support.settings(seed: seed)
        settings.method = method
        settings.gate = gate
        settings.errors = aggregateErrors
        settings.experts = experts
        return settings
    }
}
