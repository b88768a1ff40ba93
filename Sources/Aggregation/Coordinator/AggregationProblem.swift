import Estimation
import MixtureOfExperts
import Numerics

/// Everything that an aggregator is given: the local models of the sites in pooled standard units, their weighted average
/// f̂^W, and the support at which models are compared.
package struct AggregationProblem: Sendable {
    /// In an order that depends on the models alone, covariates in the order of the first.
    private(set) var contributions: [Contribution]
    /// Where each of them stood in what was given.
    private(set) var order: [Int]
    let standardisation: Standardisation
    package private(set) var mixture: LocalMixture
    package let support: SupportSample
    /// Where draws from f̂^W get their covariates.
    let source: MonteCarloSample.Source
    let supportOrigin: SupportOrigin
    package private(set) var transport: TransportProblem
    package var options: AggregationOptions
    private(set) var parallelism: Parallelism
    let generator: RandomNumbers

    /// In pooled standard units: a floor against division by zero only, experts at the floor of their site are above it.
    static let dispersionFloor = 1e-8
    /// In pooled standard deviations; beyond it a covariate of a given support is in another unit.
    private static let farthestPoint = 1e6

    /// - Parameter chosen: rows whose covariates serve as support; nil to draw it from the sketches.
    /// - Throws: ``AggregationError`` where the models do not belong together.
    package init(
        _ contributions: [Contribution], support chosen: GivenSupport? = nil, options: AggregationOptions,
        parallelism: Parallelism = .serial
    ) throws(AggregationError) {
        let given = contributions.map {
            Contribution(
                name: $0.name, fitted: $0.fitted.inOrderOfWeight(), warnings: $0.warnings)
        }
        order = given.indices.sorted { Contribution.precedes(given[$0], given[$1]) }
        guard let first = order.first.map({ given[$0] }) else { throw .noModels }
        let arranged = try order.map { index throws(AggregationError) in try given[index].arranged(as: first) }
        let ordered = arranged.withShares(upTo: options.largestShare).withWithheldColumnsFilledIn()
        let pooled = Moments.sum(
            ordered.flatMap(\.fitted.moments), count: first.fitted.model.design.covariateCount + 1)
        let standardisation = Standardisation(
            pooled, keeping: first.fitted.model.design.unscaledColumns(first.fitted.model.family))
        let standardised = parallelism.map(count: ordered.count) {
            standardisation.standardised(ordered[$0].fitted)
        }
        guard standardised.allSatisfy(\.isComputable) else {
            let worst = ordered.max { $0.fitted.largestNumber < $1.fitted.largestNumber } ?? first
            throw .numbersTooLarge(model: worst.name)
        }
        let mixture = LocalMixture(sites: standardised, siteWeights: options.siteWeights, parallelism: parallelism)
        let generator = RandomNumbers(seed: options.seed)
        let support = try Self.support(chosen, mixture, standardisation, options, generator, parallelism)
        self.contributions = ordered
        self.standardisation = standardisation
        self.mixture = mixture
        self.support = support
        source = chosen == nil ? .sketches : .support(support)
        supportOrigin = chosen.map { .covariates(source: $0.source) } ?? .sketches
        transport = TransportProblem(mixture, support: support, parallelism: parallelism)
        self.options = options
        self.parallelism = parallelism
        self.generator = generator
    }

    /// The same support with other options.
    ///
    /// - Parameter sites: in place of the local models, where given; covariates as before.
    func changed(_ options: AggregationOptions, sites: [FittedMixture]? = nil) -> AggregationProblem {
        var result = self
        result.options = options
        guard options.siteWeights != self.options.siteWeights || sites != nil else { return result }
        result.mixture = LocalMixture(
            sites: sites ?? mixture.sites, siteWeights: options.siteWeights, sketch: mixture.sketch,
            parallelism: parallelism)
        result.transport = TransportProblem(result.mixture, support: support, parallelism: parallelism)
        return result
    }

    /// Without some of the sites, on the same support.
    func without(_ sites: [Int]) -> AggregationProblem {
        var result = self
        let kept = contributions.indices.filter { !sites.contains($0) }
        result.contributions = kept.map { contributions[$0] }
        result.order = kept.map { order[$0] }
        result.mixture = LocalMixture(
            sites: kept.map { mixture.sites[$0] }, siteWeights: options.siteWeights, parallelism: parallelism)
        result.transport = TransportProblem(result.mixture, support: support, parallelism: parallelism)
        return result
    }

    /// The same on one thread.
    var serial: AggregationProblem {
        var result = self
        result.parallelism = .serial
        return result
    }

    /// The names of the sites, in the order of `mixture.sites`.
    var names: [String] { contributions.map(\.name) }

    /// Experts of the global model that have parameters.
    ///
    /// - Throws: where more are asked than there are components of them.
    func expertCount() throws(AggregationError) -> Int {
        let asked = options.expertCount ?? contributions.usualExpertCount
        let components = mixture.regressions.count
        guard asked <= components else { throw .tooManyExperts(asked: asked, components: components) }
        return asked
    }

    private static func support(
        _ given: GivenSupport?, _ mixture: LocalMixture, _ standardisation: Standardisation,
        _ options: AggregationOptions, _ generator: RandomNumbers, _ parallelism: Parallelism
    ) throws(AggregationError) -> SupportSample {
        var random = generator.split(0)
        guard let given else {
            return SupportSample.drawn(
                from: mixture.sketch, count: options.supportSize, using: &random, parallelism: parallelism)
        }
        let needed = 2 * mixture.design.parametersPerExpert(mixture.family)
        guard given.covariates.rowCount >= needed else {
            throw .supportTooSmall(rows: given.covariates.rowCount, needed: needed)
        }
        let rows = random.permutation(given.covariates.rowCount).prefix(options.supportSize).sorted()
        let points = standardisation.standardised(given.covariates.rows(rows))
        guard points.storage.allSatisfy({ abs($0) < farthestPoint }) else {
            throw .supportElsewhere(source: given.source)
        }
        let balanced = SupportSample.balanced(points)
        guard balanced.effectivePoints >= 0.5 * Double(needed) else { throw .supportElsewhere(source: given.source) }
        return options.siteWeights == .density ? balanced : .unweighted(points)
    }
}
