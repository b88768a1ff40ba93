import Estimation
import Foundation
import LinearAlgebra
import MixtureOfExperts

/// One-shot aggregation of local mixtures by optimal transport (paper, sections 2 to 4).
///
/// f̂^W from the local models; a support, drawn from the covariate sketches or given; the MM algorithm from several
/// starts; experts and gate from the grouping; and the best of the ways to do that on a fresh draw from f̂^W.
public struct OptimalTransportAggregation: Sendable {
    public let options: AggregationOptions
    public let parallelism: Parallelism

    public init(options: AggregationOptions = AggregationOptions(), parallelism: Parallelism = .serial) {
        self.options = options
        self.parallelism = parallelism
    }

    /// A local model and what to call it in messages.
    public struct Contribution: Sendable {
        public var name: String
        public var fitted: FittedMixture

        public init(name: String, fitted: FittedMixture) {
            self.name = name
            self.fitted = fitted
        }
    }

    /// Covariates given by the user, in the order of the design, and where they come from.
    public struct GivenSupport: Sendable {
        public var covariates: Matrix
        public var source: String

        public init(covariates: Matrix, source: String) {
            self.covariates = covariates
            self.source = source
        }
    }

    /// In pooled standard deviations; beyond it a covariate of a given support is in another unit.
    private static let farthestPoint = 1e6
    /// In pooled standard units: a floor against division by zero only, experts at the floor of their site are above it.
    private static let dispersionFloor = 1e-8

    /// - Parameter support: rows whose covariates serve as support; nil to draw it from the sketches.
    /// - Throws: ``AggregationError`` where the models do not belong together.
    public func aggregate(
        _ contributions: [Contribution], support: GivenSupport? = nil
    ) throws(AggregationError) -> GlobalModel {
        let sorted = contributions.map {
            Contribution(name: $0.name, fitted: $0.fitted.inOrderOfWeight())
        }.sorted(by: Contribution.precedes)
        guard let first = sorted.first else { throw .noModels }
        let ordered = try sorted.map { other throws(AggregationError) in try other.arranged(as: first) }
        let pooled = Moments.sum(
            ordered.flatMap(\.fitted.moments), count: first.fitted.model.design.covariateCount + 1)
        let standardisation = Standardisation(pooled)
        let standardised = parallelism.map(count: ordered.count) {
            standardisation.standardised(ordered[$0].fitted)
        }
        guard standardised.allSatisfy(\.isFinite) else {
            let worst = ordered.max { $0.fitted.largestNumber < $1.fitted.largestNumber } ?? first
            throw .numbersTooLarge(model: worst.name)
        }
        let mixture = LocalMixture(
            sites: standardised, siteWeights: options.siteWeights, parallelism: parallelism)
        let expertCount = try expertCount(mixture)
        let generator = RandomNumbers(seed: options.seed)
        let sample = try supportSample(support, mixture, standardisation, generator)
        let problem = TransportProblem(mixture, support: sample, parallelism: parallelism)
        let (start, reduction) = TransportSearch(
            problem: problem, mixture: mixture, names: ordered.map(\.name), expertCount: expertCount,
            dispersionFloor: Self.dispersionFloor, options: options, parallelism: parallelism
        ).best(generator)
        let builder = Reduction(
            mixture: mixture, problem: problem, options: options, dispersionFloor: Self.dispersionFloor)
        let scored = scoredCandidates(reduction, builder, support == nil ? .sketches : .support(sample), generator)
        let best = FreshDraw.choice(scored)
        let fitted = result(best.candidate, builder, ordered, standardisation)
        let report = AggregationReport(
            sites: sites(ordered, mixture, best.candidate, order: fitted.order),
            siteWeights: options.siteWeights.rawValue,
            support: support?.source ?? "drawn from the covariate sketches", supportSize: problem.pointCount,
            objectives: reduction.objectives, converged: reduction.converged, start: start,
            candidates: scored.map { AggregationReport.Candidate(name: $0.candidate.name, score: $0.mean) },
            chosen: best.candidate.name, seed: options.seed,
            warnings: warnings(ordered, reduction, best.candidate, sample))
        return GlobalModel(fitted: fitted.mixture, report: report)
    }

    // MARK: Steps

    private func expertCount(_ mixture: LocalMixture) throws(AggregationError) -> Int {
        let largest = mixture.sites.map(\.model.expertCount).max() ?? 1
        let asked = options.expertCount ?? largest
        guard asked <= mixture.components.count else {
            throw .tooManyExperts(asked: asked, components: mixture.components.count)
        }
        return asked
    }

    private func supportSample(
        _ given: GivenSupport?, _ mixture: LocalMixture, _ standardisation: Standardisation, _ generator: RandomNumbers
    ) throws(AggregationError) -> SupportSample {
        var random = generator.split(0)
        guard let given else {
            return SupportSample.drawn(
                from: mixture.sketch, count: options.supportSize, using: &random, parallelism: parallelism)
        }
        let needed = 2 * mixture.design.parametersPerExpert
        guard given.covariates.rowCount >= needed else {
            throw .supportTooSmall(rows: given.covariates.rowCount, needed: needed)
        }
        let rows = random.permutation(given.covariates.rowCount).prefix(options.supportSize).sorted()
        let points = standardisation.standardised(given.covariates.rows(rows))
        guard points.storage.allSatisfy({ abs($0) < Self.farthestPoint }) else {
            throw .supportElsewhere(source: given.source)
        }
        let balanced = SupportSample.balanced(points)
        guard balanced.effectivePoints >= 0.5 * Double(needed) else { throw .supportElsewhere(source: given.source) }
        return options.siteWeights == .density ? balanced : .unweighted(points)
    }

    /// The ways of building the global model, the first the one to keep in doubt, with their log densities on a fresh
    /// draw. Where the options name gate or experts there is nothing to choose.
    private func scoredCandidates(
        _ reduction: TransportReduction, _ builder: Reduction, _ source: FreshDraw.Source, _ generator: RandomNumbers
    ) -> [FreshDraw.Score] {
        let draw = FreshDraw(builder.mixture, source, generator.split(2), parallelism)
        var scores = builder.candidates(reduction.experts).map(draw.score)
        guard options.gateTarget == nil, options.expertSource == .statistics else { return scores }
        if case .sketches = source, builder.isClear(scores[0].candidate.labels) { return scores }
        let distilled = Distillation.model(
            builder.mixture, source: source, supportSize: builder.problem.pointCount,
            start: FreshDraw.choice(scores).candidate.model, options: options, parallelism: parallelism,
            generator.split(3))
        guard let distilled else { return scores }
        scores += builder.candidates(distilled.experts, suffix: " after distillation").map(draw.score)
        let labels = builder.problem.labels(for: distilled.experts)
        scores.append(draw.score(Reduction.Candidate(name: "distillation", model: distilled, labels: labels)))
        return scores
    }
}

extension Standardisation {
    fileprivate func standardised(_ fitted: FittedMixture) -> FittedMixture {
        FittedMixture(
            model: standardised(fitted.model), moments: fitted.moments.map { standardised($0) },
            rowCount: fitted.rowCount, weight: fitted.weight)
    }
}
