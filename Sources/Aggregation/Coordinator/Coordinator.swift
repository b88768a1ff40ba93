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
        let problem = try AggregationProblem(
            sites.kept, support: support, options: aggregator.settings(options), parallelism: parallelism)
        let (reduced, curve) = try reduction(of: problem)
        var global = result(reduced, problem, sites)
        global.report.expertCounts = curve
        if let gain = try gainWithoutInconsistentSites(global, sites, support: support) {
            global.report.warnings.insert(gain, at: sites.leftOut.count + sites.inconsistent.count)
        }
        return global
    }

    /// With as many experts as the options say, and what was tried where they leave it open.
    func reduction(
        of problem: AggregationProblem
    ) throws(AggregationError) -> (reduced: ReducedMixture, curve: [AggregationReport.ExpertCount]) {
        guard let expertCounts = options.expertCountRange else { return (try aggregator.reduce(problem), []) }
        return try bestOf(expertCounts, problem)
    }
}
