import Estimation
import LinearAlgebra
import MixtureOfExperts
import ShardData

/// Rounds of generalised EM after a one-shot aggregation, where the sites allow them: what `dmoe statistics` and `dmoe update` do
/// over files, in one process.
public struct ExtraRounds: Sendable {
    public let rounds: Int
    let options: FitOptions
    let parallelism: Parallelism

    /// - Parameter options: `minRows`, `varianceFloor` and `gateRidge` count.
    public init(_ rounds: Int, options: FitOptions, parallelism: Parallelism = .serial) {
        self.rounds = rounds
        self.options = options
        self.parallelism = parallelism
    }

    /// One round: what the coordinator made of the statistics.
    public struct Round: Sendable {
        public var update: GeneralisedEMRound.Update
        /// Sites that told something.
        public var sites: Int
        public var warnings: [String]
    }

    public struct Result: Sendable {
        public var rounds: [Round]
        /// Statistics of all sites in all rounds, as files.
        public var bytesSent: Int
        /// Slowest site and update, summed over the rounds.
        public var seconds: Double
    }

    /// - Throws: ``EstimationError`` where no site can tell anything. A site that cannot is left out of the round.
    public func run(
        from start: FittedMixture, shards: [DistributedLearning.Shard]
    ) throws(EstimationError) -> Result {
        var result = Result(rounds: [], bytesSent: 0, seconds: 0)
        for _ in 0..<rounds {
            let current = result.rounds.last?.update.fitted ?? start
            let round = GeneralisedEMRound(at: current, options: options)
            let sites = parallelism.map(count: shards.count) { index in
                Stopwatch.measure {
                    Swift.Result { () throws(EstimationError) in try round.statistics(of: shards[index].rows) }
                }
            }
            var told = [RoundStatistics]()
            var warnings = [String]()
            for (shard, site) in zip(shards, sites) {
                switch site.value {
                case .success(let (statistics, own)):
                    told.append(statistics)
                    warnings += own.map { "\(shard.name): \($0)" }
                    let file = StatisticsFile(statistics, at: current, warnings: own)
                    result.bytesSent += (try? file.text(path: shard.name).utf8.count) ?? 0
                case .failure(let error): warnings.append("\(shard.name) is left out of a round: \(error)")
                }
            }
            let update = Stopwatch.measure {
                Swift.Result { () throws(EstimationError) in try round.update(told) }
            }
            result.rounds.append(Round(update: try update.value.get(), sites: told.count, warnings: warnings))
            result.seconds += (sites.map(\.seconds).max() ?? 0) + update.seconds
        }
        return result
    }
}
