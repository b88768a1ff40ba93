import Aggregation
import Estimation
import Messages
import MixtureOfExperts
import ModelFiles
import Numerics

/// Every estimator of the field on the same shards and the same local models, scored on the same test rows.
package struct EstimatorComparison: Sendable {
    let learning: DistributedLearning
    let methods: [EstimationMethod]
    let rounds: Int
    let federatedRounds: Int
    let parallelism: Parallelism
    private let progress: (@Sendable (_ title: String) -> Void)?

    /// - Parameters:
    ///   - learning: how shards are fitted and aggregated; each method takes the place of its aggregator.
    ///   - methods: in the order wanted.
    ///   - rounds: extra rounds of distributed EM, made from every estimate that is a model of the global form.
    ///   - federatedRounds: of federated averaging.
    ///   - progress: called before each piece of work.
    package init(
        _ learning: DistributedLearning, methods: [EstimationMethod] = EstimationMethod.all, rounds: Int = 0,
        federatedRounds: Int = 10,
        parallelism: Parallelism = Parallelism(), progress: (@Sendable (_ title: String) -> Void)? = nil
    ) {
        self.learning = learning
        self.methods = methods
        self.rounds = rounds
        self.federatedRounds = federatedRounds
        self.parallelism = parallelism
        self.progress = progress
    }

    package struct Result: Sendable {
        package var estimates: [Estimate]
        package var shards: [DistributedLearning.FittedShard]
        /// Shards that could not be fitted.
        package var leftOut: [DistributedLearning.LeftOutShard]
        /// Sites whose local models are impossible, or inconsistent where such are to be left out; the pooled fit alone sees their rows.
        package var excluded: [AggregationReport.LeftOutSite]
        /// Of the sites that take part.
        package var warnings: [AggregationWarning]
    }

    /// - Parameters:
    ///   - test: at least one row.
    ///   - truth: the model that the rows come from, where known.
    ///   - groups: the true group of each test row, where known.
    /// - Throws: ``JobFailure`` where no shard can be fitted or the local models do not belong together.
    package func run(
        _ shards: [DistributedLearning.Shard], support: GivenSupport? = nil, test: ShardRows,
        truth: MixtureModel? = nil, groups: [Int]? = nil
    ) throws(JobFailure) -> Result {
        progress?("local models")
        let (fitted, leftOut) = learning.fitShards(shards)
        guard !fitted.isEmpty else { throw .noShardFitted(name: leftOut.first?.name, leftOut.first?.reason) }
        let examined = try examine(fitted)
        let names = Set(examined.kept.map(\.name))
        let sites = FittedSites(fitted.filter { names.contains($0.name) }, shards: shards, support: support)
        let mixture: WeightedAverage
        do throws(AggregationError) {
            mixture = try WeightedAverage(
                sites.contributions, siteWeights: learning.coordinator.options.siteWeights, parallelism: parallelism)
        } catch { throw .aggregation(error) }
        var pooled: TimedFit?
        if methods.contains(where: { $0.name == EstimationMethod.pooled.name }) {
            progress?(EstimationMethod.pooled.title)
            pooled = fit(ShardRows.concatenation(shards.map(\.rows)))
        }
        let scorer = EstimateScorer(
            rows: test, groups: groups, pooled: pooled?.local?.model, truth: truth, mixture: mixture,
            parallelism: parallelism)
        var estimates = [Estimate]()
        for method in methods {
            progress?(method.title)
            let (estimate, global) = estimate(method, sites, mixture, pooled)
            estimates.append(estimate)
            if let global, rounds > 0 { estimates.append(afterRounds(method, estimate, from: global, sites)) }
        }
        progress?("scores and distances")
        for index in estimates.indices { scorer.score(&estimates[index]) }
        return Result(
            estimates: estimates, shards: fitted, leftOut: leftOut, excluded: examined.leftOut,
            warnings: examined.warnings)
    }

    /// Once for all methods.
    private func examine(
        _ fitted: [DistributedLearning.FittedShard]
    ) throws(JobFailure) -> ExaminedSites {
        let coordinator = Coordinator(options: learning.coordinator.options, parallelism: parallelism)
        do throws(AggregationError) {
            return try coordinator.examine(fitted.map(\.contribution))
        } catch { throw .aggregation(error) }
    }

    /// The local models with the rows behind them.
    private struct FittedSites {
        let shards: [DistributedLearning.Shard]
        let contributions: [Contribution]
        let support: GivenSupport?
        let slowest: Double
        let bytes: Int
        let largest: DistributedLearning.FittedShard

        init(
            _ fitted: [DistributedLearning.FittedShard], shards: [DistributedLearning.Shard], support: GivenSupport?
        ) {
            let names = Set(fitted.map(\.name))
            self.shards = shards.filter { names.contains($0.name) }
            self.support = support
            contributions = fitted.map(\.contribution)
            slowest = fitted.map(\.seconds).max() ?? 0
            bytes = fitted.reduce(0) { $0 + ((try? ModelFile($1.local).text(path: $1.name).utf8.count) ?? 0) }
            largest = fitted.max { $0.local.fitted.weight < $1.local.fitted.weight } ?? fitted[0]
        }
    }

    // MARK: Estimates

    /// The estimate, and where extra rounds may begin.
    private func estimate(
        _ method: EstimationMethod, _ sites: FittedSites, _ mixture: WeightedAverage, _ pooled: TimedFit?
    ) -> (Estimate, start: GlobalModel?) {
        var result = Estimate(method, bytesSent: sites.bytes, learningSeconds: sites.slowest)
        switch method {
        case .pooled:
            result.bytesSent = sites.shards.reduce(0) {
                $0 + $1.rows.rowCount * (learning.design.covariateCount + 1) * MemoryLayout<Double>.size
            }
            result.learningSeconds = pooled?.seconds ?? 0
            result.model = pooled?.local?.model
            result.failure = pooled?.failure
            return (result, nil)
        case .mixture:
            result.model = mixture
            return (result, nil)
        case .federated:
            federate(sites, &result)
            return (result, nil)
        case .aggregator(let aggregator):
            var options = learning.coordinator.options
            options.inconsistentSites = .keep
            let coordinator = Coordinator(aggregator: aggregator, options: options, parallelism: parallelism)
            let global = Stopwatch.measure {
                Swift.Result { () throws(AggregationError) in
                    try coordinator.aggregate(sites.contributions, support: sites.support)
                }
            }
            result.learningSeconds += global.seconds
            switch global.value {
            case .success(let global):
                result.model = global.model
                // Of standard errors a comparison says nothing.
                result.warnings = global.report.warnings.filter { !$0.isOfStandardErrors }.map { .aggregation($0) }
                return (result, global)
            case .failure(let error):
                result.failure = .aggregation(error)
                return (result, nil)
            }
        }
    }

    /// From the local model of the largest shard, with as many experts as the global model is to have.
    private func federate(_ sites: FittedSites, _ result: inout Estimate) {
        var start = sites.largest.local.fitted
        if start.model.expertCount != expertCount {
            guard let shard = sites.shards.first(where: { $0.name == sites.largest.name }) else { return }
            let first = fit(shard.rows)
            guard let local = first.local else {
                result.failure = first.failure
                return
            }
            start = local.fitted
            result.learningSeconds = max(result.learningSeconds, first.seconds)
        }
        let averaging = FederatedAveraging(
            rounds: federatedRounds, options: learning.fitOptions, parallelism: parallelism)
        let federated = averaging.run(from: start, shards: sites.shards.map(\.rows))
        result.rounds = averaging.rounds
        result.bytesSent =
            averaging.rounds * sites.shards.count * federated.model.parameterCount * MemoryLayout<Double>.size
        result.learningSeconds += federated.seconds
        result.model = federated.model
    }

    private func afterRounds(
        _ method: EstimationMethod, _ first: Estimate, from global: GlobalModel, _ sites: FittedSites
    ) -> Estimate {
        var result = Estimate(
            method, rounds: rounds, bytesSent: first.bytesSent, learningSeconds: first.learningSeconds)
        let after = ExtraRounds(
            rounds, options: learning.fitOptions, largestShare: learning.coordinator.options.largestShare,
            parallelism: parallelism
        )
        .run(from: global.fitted, shards: sites.shards)
        // An update that did harm is taken back, to the estimate itself if it was the first.
        result.model = after.rounds.last?.update.fitted.model ?? global.model
        if case .nothingReleased(let reason)? = after.ending { result.failure = .estimation(reason.wrappedValue) }
        result.bytesSent += after.bytesSent
        result.learningSeconds += after.seconds
        result.warnings = after.rounds.flatMap(\.warnings).map { .round($0) }
        if let ending = after.ending { result.warnings.append(.ending(title: method.title, ending)) }
        return result
    }

    /// Experts of the global models.
    private var expertCount: Int { learning.coordinator.options.expertCount ?? learning.fitOptions.expertCount }

    private struct TimedFit {
        var local: LocalModel?
        var failure: Estimate.Absence?
        var seconds: Double
    }

    /// With as many experts as the global model is to have.
    private func fit(_ rows: ShardRows) -> TimedFit {
        var options = learning.fitOptions
        options.expertCount = expertCount
        // For comparison alone; no standard errors of it are shown.
        options.standardErrors = .none
        let fit = LocalFit(
            design: learning.design, family: learning.family, options: options, parallelism: parallelism)
        let outcome = Stopwatch.measure { Swift.Result { () throws(EstimationError) in try fit.fit(rows) } }
        switch outcome.value {
        case .success(let local): return TimedFit(local: local, failure: nil, seconds: outcome.seconds)
        case .failure(let error): return TimedFit(local: nil, failure: .estimation(error), seconds: outcome.seconds)
        }
    }
}
