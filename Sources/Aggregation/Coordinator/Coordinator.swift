import Numerics

/// Turns the local models of the sites into one global model, by any ``Aggregator``; it never sees a row.
///
/// Impossible local models are left out; inconsistent sites are named, and kept unless the options say otherwise.
package struct Coordinator: Sendable {
    package let aggregator: any Aggregator
    package let options: AggregationOptions
    package let parallelism: Parallelism

    package init(
        aggregator: any Aggregator = TransportAggregator.chosen, options: AggregationOptions = AggregationOptions(),
        parallelism: Parallelism = .serial
    ) {
        self.aggregator = aggregator
        self.options = options
        self.parallelism = parallelism
    }

    /// - Parameter support: rows whose covariates serve as support; nil to draw it from the sketches.
    /// - Throws: ``AggregationError`` where the models do not belong together, or cannot be combined in this way.
    package func aggregate(
        _ contributions: [Contribution], support: GivenSupport? = nil
    ) throws(AggregationError) -> GlobalModel {
        let sites = try examine(contributions)
        var global = try aggregate(sites, support: support)
        if let gain = try gainWithoutInconsistentSites(global, sites, support: support) {
            global.report.warnings.insert(gain, at: sites.leftOut.count + sites.inconsistent.count)
        }
        return global
    }

    func aggregate(
        _ sites: ExaminedSites, support: GivenSupport?
    ) throws(AggregationError) -> GlobalModel {
        let problem = try AggregationProblem(
            sites.kept, support: support, options: aggregator.settings(options), parallelism: parallelism)
        guard let expertCounts = options.expertCountRange else {
            return result(try aggregator.reduce(problem), problem, sites)
        }
        let (reduced, curve) = try bestOf(expertCounts, problem)
        var global = result(reduced, problem, sites)
        global.report.expertCounts = curve
        return global
    }
}
