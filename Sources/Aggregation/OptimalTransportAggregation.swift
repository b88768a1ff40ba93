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

    // Sizes of the search, measured on the Beijing stations and the synthetic profiles.
    private static let screeningPoints = 1000
    private static let screeningIterations = 15
    private static let refinedStarts = 3
    /// In pooled standard deviations; beyond it a covariate of a given support is in another unit.
    private static let farthestPoint = 1e6
    /// In pooled standard units: a floor against division by zero only, experts at the floor of their site are above it.
    private static let dispersionFloor = 1e-8
    /// Of the support's points; below it the report warns.
    private static let leastEffectiveShare = 0.1

    /// - Parameter support: rows whose covariates serve as support; nil to draw it from the sketches.
    /// - Throws: ``AggregationError`` where the models do not belong together.
    public func aggregate(
        _ contributions: [Contribution], support: GivenSupport? = nil
    ) throws(AggregationError) -> GlobalModel {
        // Sums depend on their order in the last bits: neither that of the files nor that of the experts may matter.
        let sorted = contributions.map {
            Contribution(name: $0.name, fitted: $0.fitted.inOrderOfWeight())
        }.sorted(by: Self.precedes)
        guard let first = sorted.first else { throw .noModels }
        let ordered = try sorted.map { other throws(AggregationError) in try Self.arranged(other, as: first) }
        let pooled = Moments.sum(
            ordered.flatMap(\.fitted.moments), count: first.fitted.model.design.covariateCount + 1)
        let standardisation = Standardisation(pooled)
        let standardised = ordered.map { standardisation.standardised($0.fitted) }
        guard standardised.allSatisfy(\.isFinite) else {
            let worst = ordered.max { $0.fitted.largestNumber < $1.fitted.largestNumber } ?? first
            throw .numbersTooLarge(model: worst.name)
        }
        let mixture = LocalMixture(sites: standardised, siteWeights: options.siteWeights)
        let expertCount = try expertCount(mixture)
        let generator = RandomNumbers(seed: options.seed)
        let sample = try supportSample(support, mixture, standardisation, generator)
        let problem = TransportProblem(mixture, support: sample)
        let floor = Self.dispersionFloor
        let (start, reduction) = reduce(problem, mixture, ordered.map(\.name), expertCount, floor, generator)
        let builder = Reduction(mixture: mixture, problem: problem, options: options, dispersionFloor: floor)
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

    // MARK: Checks

    private static func precedes(_ left: Contribution, _ right: Contribution) -> Bool {
        let (first, second) = (left.fitted.orderingKey, right.fitted.orderingKey)
        return first == second ? left.name < right.name : first.lexicographicallyPrecedes(second)
    }

    /// The local model with its covariates in the order of the first.
    private static func arranged(
        _ other: Contribution, as first: Contribution
    ) throws(AggregationError) -> Contribution {
        let left = first.fitted.model
        let right = other.fitted.model
        let differing: String
        if left.family.name != right.family.name {
            differing = "the family of the experts ('\(left.family.name)' and '\(right.family.name)')"
        } else if left.design.target != right.design.target {
            differing = "the target ('\(left.design.target)' and '\(right.design.target)')"
        } else if let fitted = other.fitted.arranged(as: left.design) {
            return Contribution(name: other.name, fitted: fitted)
        } else {
            differing = "the covariates (\(difference(left.design, right.design)))"
        }
        throw .disagreement(first: first.name, second: other.name, what: differing)
    }

    private static func difference(_ left: Design, _ right: Design) -> String {
        let missing = left.covariates.filter { !right.covariates.contains($0) }
        let added = right.covariates.filter { !left.covariates.contains($0) }
        let parts = [("only the first has", missing), ("only the second has", added)]
            .filter { !$0.1.isEmpty }.map { "\($0.0) '\($0.1.joined(separator: "', '"))'" }
        return parts.isEmpty ? "which of them enter the experts and which the gate" : parts.joined(separator: ", ")
    }

    private func expertCount(_ mixture: LocalMixture) throws(AggregationError) -> Int {
        let largest = mixture.sites.map(\.model.expertCount).max() ?? 1
        let asked = options.expertCount ?? largest
        guard asked <= mixture.components.count else {
            throw .tooManyExperts(asked: asked, components: mixture.components.count)
        }
        return asked
    }

    // MARK: Steps

    private func supportSample(
        _ given: GivenSupport?, _ mixture: LocalMixture, _ standardisation: Standardisation, _ generator: RandomNumbers
    ) throws(AggregationError) -> SupportSample {
        var random = generator.split(0)
        guard let given else {
            return SupportSample.drawn(from: mixture.sketch, count: options.supportSize, using: &random)
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

    /// All starts on a part of the support, the best of them on all of it.
    private func reduce(
        _ problem: TransportProblem, _ mixture: LocalMixture, _ names: [String], _ expertCount: Int, _ floor: Double,
        _ generator: RandomNumbers
    ) -> (start: String, reduction: TransportReduction) {
        var random = generator.split(1)
        let thinned = problem.thinned(to: Self.screeningPoints)
        let starts = ReductionStarts(
            mixture: mixture, names: names, expertCount: expertCount, dispersionFloor: floor
        ).all(thinned, using: &random)
        let screened = parallelism.map(count: starts.count) { index in
            (
                starts[index].name,
                TransportReduction.run(
                    thinned, from: starts[index].experts, tolerance: 1e-6, maxIterations: Self.screeningIterations)
            )
        }.sorted { ($0.1.objectives.last ?? 0) < ($1.1.objectives.last ?? 0) }
        let refined = parallelism.map(count: min(Self.refinedStarts, screened.count)) { index in
            (
                screened[index].0,
                TransportReduction.run(
                    problem, from: screened[index].1.experts, tolerance: options.tolerance,
                    maxIterations: options.maxIterations)
            )
        }
        return refined.min { ($0.1.objectives.last ?? 0) < ($1.1.objectives.last ?? 0) } ?? screened[0]
    }

    /// The ways of building the global model, the first the one to keep in doubt, with their log densities on a fresh
    /// draw. Where the options name gate or experts there is nothing to choose.
    private func scoredCandidates(
        _ reduction: TransportReduction, _ builder: Reduction, _ source: FreshDraw.Source, _ generator: RandomNumbers
    ) -> [FreshDraw.Score] {
        let draw = FreshDraw(builder.mixture, source, generator.split(2))
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

    // MARK: Result

    private func result(
        _ candidate: Reduction.Candidate, _ builder: Reduction, _ contributions: [Contribution],
        _ standardisation: Standardisation
    ) -> (mixture: FittedMixture, order: [Int]) {
        let moments = builder.pooledMoments(candidate.labels, count: candidate.model.expertCount)
        let order = moments.indices.sorted { (moments[$0].weight, $1) > (moments[$1].weight, $0) }
        let fitted = FittedMixture(
            model: standardisation.inUserUnits(candidate.model.reordered(order)),
            moments: order.map { standardisation.inUserUnits(moments[$0]) },
            rowCount: contributions.reduce(0) { $0 + $1.fitted.rowCount },
            weight: contributions.reduce(0) { $0 + $1.fitted.weight })
        return (fitted, order)
    }

    private func sites(
        _ contributions: [Contribution], _ mixture: LocalMixture, _ candidate: Reduction.Candidate, order: [Int]
    ) -> [AggregationReport.Site] {
        let total = contributions.reduce(0) { $0 + $1.fitted.weight }
        return contributions.enumerated().map { site, contribution in
            let labels = mixture.components.indices.filter { mixture.components[$0].site == site }
                .map { order.firstIndex(of: candidate.labels[$0]) ?? 0 }
            return AggregationReport.Site(
                name: contribution.name, rows: contribution.fitted.rowCount,
                weight: contribution.fitted.weight / total, labels: labels)
        }
    }

    private func warnings(
        _ contributions: [Contribution], _ reduction: TransportReduction, _ candidate: Reduction.Candidate,
        _ support: SupportSample
    ) -> [String] {
        var result = [String]()
        for (previous, next) in zip(contributions, contributions.dropFirst()) where previous.fitted == next.fitted {
            result.append(
                "\(previous.name) and \(next.name) are the same local model: it counts twice; give each site once")
        }
        if !reduction.converged {
            result.append("the reduction did not converge in \(options.maxIterations) iterations")
        }
        let share = support.effectivePoints / Double(support.weights.count)
        if share < Self.leastEffectiveShare {
            result.append(
                "the support speaks for few of the sites' rows: \(Int(support.effectivePoints)) of "
                    + "\(support.weights.count) points carry the weight; give covariates of more sites")
        }
        let expertCount = candidate.model.expertCount
        let empty = (0..<expertCount).filter { !candidate.labels.contains($0) }
        if !empty.isEmpty {
            result.append(
                "\(empty.count) of \(expertCount) global experts stand for no local expert: fewer would do")
        }
        return result
    }
}

extension FittedMixture {
    /// Whether parameters and statistics survived the change of units: numbers near the largest ones do not.
    fileprivate var isFinite: Bool { numbers.allSatisfy(\.isFinite) }

    fileprivate var largestNumber: Double { numbers.reduce(0) { max($0, abs($1)) } }

    private var numbers: [Double] {
        moments.flatMap { [$0.weight] + $0.mean + $0.scatter.storage }
            + model.experts.flatMap { $0.coefficients + [$0.dispersion] } + model.gate.coefficients.storage
    }

    /// Numbers that order fitted mixtures the same way wherever they came from.
    fileprivate var orderingKey: [Double] {
        [weight, Double(rowCount)] + model.experts.flatMap { $0.coefficients + [$0.dispersion] }
            + model.gate.coefficients.storage + moments.flatMap { $0.mean + $0.scatter.storage }
    }
}

extension Standardisation {
    fileprivate func standardised(_ fitted: FittedMixture) -> FittedMixture {
        FittedMixture(
            model: standardised(fitted.model), moments: fitted.moments.map { standardised($0) },
            rowCount: fitted.rowCount, weight: fitted.weight)
    }
}
