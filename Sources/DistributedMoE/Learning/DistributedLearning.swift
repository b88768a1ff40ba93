import Aggregation
import Estimation
import Messages
import MixtureOfExperts
import Numerics

/// The whole path on one machine: a local fit for every shard, then one aggregation of what they would have sent.
package struct DistributedLearning: Sendable {
    /// The rows of one place, and what to call it.
    package struct Shard: Sendable {
        package var name: String
        package var rows: ShardRows
        /// Bounds of rows are so many times those of subjects; 1 where rows are counted.
        package var rowsOfASubject: Int

        package init(name: String, rows: ShardRows, rowsOfASubject: Int = 1) {
            self.name = name
            self.rows = rows
            self.rowsOfASubject = rowsOfASubject
        }
    }

    /// A shard that was fitted, and how long that took on the threads that it had.
    package struct FittedShard: Sendable {
        package var name: String
        package var local: LocalModel
        package var seconds: Double

        var contribution: Contribution {
            Contribution(
                name: name, fitted: local.fitted, warnings: local.report.warnings.map(ModelWarning.fit))
        }
    }

    /// A shard that was left out.
    package struct LeftOutShard: DoorMessage {
        package var name: String
        package var rowCount: Int
        package var reason: EstimationError

        package func text(_ style: OptionStyle) -> String { "\(name) is left out: \(reason.text(style))" }
    }

    package struct Result: Sendable {
        package var shards: [FittedShard]
        package var leftOut: [LeftOutShard]
        /// Of one shot.
        package var global: GlobalModel
        /// nil where none was asked for.
        package var rounds: ExtraRounds.Result?
        package var aggregationSeconds: Double

        /// The mixture after the last round, or of one shot.
        package var fitted: FittedMixture { rounds?.rounds.last?.update.fitted ?? global.fitted }

        /// As the paper counts: the sites work at the same time.
        package var learningSeconds: Double {
            (shards.map(\.seconds).max() ?? 0) + aggregationSeconds + (rounds?.seconds ?? 0)
        }
    }

    package let design: Design
    package let family: any ExpertFamily
    package let fitOptions: FitOptions
    package let coordinator: Coordinator
    /// Extra rounds of distributed EM after the aggregation.
    package let rounds: Int
    package let rowsPerParameter: Int
    package let parallelism: Parallelism
    private let progress: (@Sendable (_ shard: String, FitProgress) -> Void)?
    private let finished: (@Sendable (_ shard: Shard) -> Void)?

    /// - Parameters:
    ///   - design: target and covariates, the same for all shards.
    ///   - family: of the experts.
    ///   - fitOptions: `expertCount` is what a shard gets if its rows support it.
    ///   - coordinator: how the local models become one.
    ///   - rounds: extra rounds of distributed EM after the aggregation.
    ///   - rowsPerParameter: a shard with fewer rows for each free parameter gets fewer experts.
    ///   - parallelism: over shards where there are many, else over the blocks of each.
    ///   - progress: called from any thread while a shard is fitted.
    ///   - finished: called from any thread when a shard is done.
    package init(
        design: Design, family: any ExpertFamily = GaussianFamily(), fitOptions: FitOptions,
        coordinator: Coordinator = Coordinator(),
        rounds: Int = 0, rowsPerParameter: Int = Capacity.rowsPerParameter, parallelism: Parallelism = Parallelism(),
        progress: (@Sendable (_ shard: String, FitProgress) -> Void)? = nil,
        finished: (@Sendable (_ shard: Shard) -> Void)? = nil
    ) {
        self.design = design
        self.family = family
        self.fitOptions = fitOptions
        self.coordinator = coordinator
        self.rounds = rounds
        self.rowsPerParameter = rowsPerParameter
        self.parallelism = parallelism
        self.progress = progress
        self.finished = finished
    }

    /// - Throws: ``JobFailure`` where no shard can be fitted or the local models cannot be aggregated. A shard that
    ///   cannot be fitted is left out and listed.
    package func learn(
        _ shards: [Shard], support: GivenSupport? = nil
    ) throws(JobFailure) -> Result {
        let (fitted, leftOut) = fitShards(shards)
        guard !fitted.isEmpty else { throw .noShardFitted(name: leftOut.first?.name, leftOut.first?.reason) }
        let contributions = fitted.map(\.contribution)
        let global: GlobalModel
        let seconds: Double
        do throws(AggregationError) {
            (global, seconds) = try Stopwatch.measure { () throws(AggregationError) in
                try coordinator.aggregate(contributions, support: support)
            }
        } catch { throw .aggregation(error) }
        return Result(
            shards: fitted, leftOut: leftOut, global: global, rounds: extraRounds(global, shards, fitted),
            aggregationSeconds: seconds)
    }

    /// Among the sites that are in the global model.
    private func extraRounds(
        _ global: GlobalModel, _ shards: [Shard], _ fitted: [FittedShard]
    ) -> ExtraRounds.Result? {
        guard rounds > 0 else { return nil }
        let names = Set(fitted.map(\.name))
        var options = fitOptions.counting(rowsOfASubject: shards.map(\.rowsOfASubject).max() ?? 1)
        options.siteRule = coordinator.options.siteRule
        return ExtraRounds(
            rounds, options: options,
            largestShare: coordinator.options.largestShare, parallelism: parallelism
        ).run(from: global.fitted, shards: global.participants(shards.filter { names.contains($0.name) }))
    }

    /// The fit of one shard with as many experts as its rows support.
    package func fit(_ shard: Shard, parallelism: Parallelism) throws(EstimationError) -> LocalModel {
        var observer: FitProgressHandler?
        if let progress { observer = { progress(shard.name, $0) } }
        let site = SiteFit(
            design: design, family: family, options: fitOptions.counting(rowsOfASubject: shard.rowsOfASubject),
            rowsPerParameter: rowsPerParameter)
        return try site.fit(
            shard.rows.withoutWeightlessRows() as any RowSource, parallelism: parallelism, progress: observer)
    }

    /// The local models of shards, those that cannot be fitted apart, both in the order given.
    ///
    /// Many shards: one a thread, the largest first. Few: one after the other, their blocks on all threads.
    package func fitShards(_ shards: [Shard]) -> (fitted: [FittedShard], leftOut: [LeftOutShard]) {
        let many = shards.count >= 2 * parallelism.threads
        let inner = many ? Parallelism.serial : parallelism
        let outer = many ? parallelism : Parallelism.serial
        let order = shards.indices.sorted { (shards[$0].rows.rowCount, $1) > (shards[$1].rows.rowCount, $0) }
        let outcomes = outer.map(count: shards.count) { rank in
            let shard = shards[order[rank]]
            let fitted = Stopwatch.measure {
                Swift.Result { () throws(EstimationError) in try fit(shard, parallelism: inner) }
            }
            finished?(shard)
            return (fitted.value, fitted.seconds)
        }
        var fitted = [FittedShard]()
        var leftOut = [LeftOutShard]()
        let rankOf = Dictionary(uniqueKeysWithValues: zip(order, order.indices))
        for (index, shard) in shards.enumerated() {
            guard let rank = rankOf[index] else { continue }
            let (outcome, seconds) = outcomes[rank]
            switch outcome {
            case .success(let local): fitted.append(FittedShard(name: shard.name, local: local, seconds: seconds))
            case .failure(let reason):
                leftOut.append(LeftOutShard(name: shard.name, rowCount: shard.rows.rowCount, reason: reason))
            }
        }
        return (fitted, leftOut)
    }
}

extension FitOptions {
    /// Bounds of rows in place of those of subjects.
    func counting(rowsOfASubject factor: Int) -> FitOptions {
        guard factor > 1 else { return self }
        var options = self
        options.minRows *= Double(factor)
        options.rules = rules.map { DisclosureRules(minimumRows: $0.minimumRows * Double(factor)) }
        return options
    }
}

extension Duration {
    package var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}

extension GlobalModel {
    /// The shards whose local models are in it: not those left out as inconsistent.
    func participants(_ shards: [DistributedLearning.Shard]) -> [DistributedLearning.Shard] {
        let inconsistent = Set(report.leftOut.map(\.name))
        return shards.filter { !inconsistent.contains($0.name) }
    }
}
