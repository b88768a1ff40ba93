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
        /// Why there are fewer rounds than asked for.
        public var ending: Ending?
    }

    /// What ends the rounds early.
    public enum Ending: Sendable, CustomStringConvertible {
        /// No site can tell anything.
        case nothingTold(EstimationError)
        /// The likelihood of the sites fell: the last update is taken back. It may where sites tell nothing of small experts.
        case likelihoodFell(from: Double, to: Double)

        public var description: String {
            switch self {
            case .nothingTold(let error): error.description
            case .likelihoodFell(let before, let after):
                "the log-likelihood fell from \(before) to \(after) a row with the last update, which is taken back"
            }
        }
    }

    /// A site that cannot tell anything is left out of a round. After the last round the sites tell their log-likelihood once
    /// more, so that no update is kept that did harm.
    public func run(from start: FittedMixture, shards: [DistributedLearning.Shard]) -> Result {
        var result = Result(rounds: [], bytesSent: 0, seconds: 0)
        guard rounds > 0 else { return result }
        for number in 0...rounds {
            let current = result.rounds.last?.update.fitted ?? start
            let round = GeneralisedEMRound(at: current, options: options)
            let told = collect(round, shards)
            if let before = result.rounds.last, told.statistics.count == before.sites {
                let (previous, now) = (before.update.logLikelihoodPerRow, told.logLikelihoodPerRow)
                if now < previous - max(1e-9 * abs(previous), told.rounding(minRows: options.minRows)) {
                    result.rounds.removeLast()
                    result.ending = .likelihoodFell(from: previous, to: now)
                    return result
                }
            }
            guard number < rounds else { break }
            result.bytesSent += told.bytes
            let update = Stopwatch.measure {
                Swift.Result { () throws(EstimationError) in try round.update(told.statistics) }
            }
            result.seconds += told.slowest + update.seconds
            switch update.value {
            case .success(let next):
                result.rounds.append(Round(update: next, sites: told.statistics.count, warnings: told.warnings))
            case .failure(let error):
                result.ending = .nothingTold(error)
                return result
            }
        }
        return result
    }

    /// What the sites tell at one mixture.
    private struct Told {
        var statistics = [RoundStatistics]()
        var warnings = [String]()
        var bytes = 0
        var slowest = 0.0

        /// What the log-likelihood a row may be off by: a site that keeps something back rounds its own.
        func rounding(minRows: Double) -> Double {
            warnings.isEmpty
                ? 0 : minRows * Double(statistics.count) / statistics.reduce(0) { $0 + $1.weight }
        }

        var logLikelihoodPerRow: Double {
            statistics.reduce(0) { $0 + $1.logLikelihood } / statistics.reduce(0) { $0 + $1.weight }
        }
    }

    private func collect(_ round: GeneralisedEMRound, _ shards: [DistributedLearning.Shard]) -> Told {
        let sites = parallelism.map(count: shards.count) { index in
            Stopwatch.measure {
                Swift.Result { () throws(EstimationError) in try round.statistics(of: shards[index].rows) }
            }
        }
        var told = Told()
        told.slowest = sites.map(\.seconds).max() ?? 0
        for (shard, site) in zip(shards, sites) {
            switch site.value {
            case .success(let (statistics, own)):
                told.statistics.append(statistics)
                told.warnings += own.map { "\(shard.name): \($0)" }
                let file = StatisticsFile(statistics, at: round.global, warnings: own)
                told.bytes += (try? file.text(path: shard.name).utf8.count) ?? 0
            case .failure(let error): told.warnings.append("\(shard.name) is left out of a round: \(error)")
            }
        }
        return told
    }
}
