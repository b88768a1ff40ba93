import Estimation
import Messages
import MixtureOfExperts
import ModelFiles
import Numerics

/// Rounds of generalised EM after a one-shot aggregation, where the sites allow them: what `dmoe statistics` and `dmoe update` do
/// over files, in one process.
package struct ExtraRounds: Sendable {
    package let rounds: Int
    let options: FitOptions
    let largestShare: Double?
    let parallelism: Parallelism

    /// - Parameters:
    ///   - options: `minRows`, `varianceFloor` and the ridges count.
    ///   - largestShare: of a site in the weight of all; nil for no bound.
    package init(
        _ rounds: Int, options: FitOptions, largestShare: Double? = nil, parallelism: Parallelism = .serial
    ) {
        self.rounds = rounds
        self.options = options
        self.largestShare = largestShare
        self.parallelism = parallelism
    }

    /// One round: what the coordinator made of the statistics.
    package struct Round: Sendable {
        package var update: GeneralisedEMRound.Update
        /// Sites that released something.
        package var sites: Int
        package var warnings: [RoundWarning]
        /// Whether it takes the place of the update before it.
        var isAgain = false

        package init(update: GeneralisedEMRound.Update, sites: Int, warnings: [RoundWarning]) {
            self.update = update
            self.sites = sites
            self.warnings = warnings
        }
    }

    package struct Result: Sendable {
        package var rounds: [Round]
        /// Statistics of all sites in all rounds, as files.
        package var bytesSent: Int
        /// Slowest site and update, summed over the rounds.
        package var seconds: Double
        /// Why there are fewer rounds than asked for.
        package var ending: Ending?
    }

    /// What ends the rounds early.
    package enum Ending: Sendable, Equatable, Codable, DoorMessage {
        /// No site can release anything.
        case nothingReleased(reason: Coded<EstimationError>)
        /// The likelihood of the sites fell: the last update is taken back. It may where sites withhold small experts.
        case likelihoodFell(from: Double, to: Double)

        package func text(_ style: OptionStyle) -> String {
            switch self {
            case .nothingReleased(let reason): reason.wrappedValue.text(style)
            case .likelihoodFell(let before, let after):
                "the log-likelihood fell from \(before) to \(after) per row with the last update, which is taken back"
            }
        }
    }

    /// A site that cannot release anything is left out of a round.
    ///
    /// After the last round the sites release their log-likelihood once more, so that no update is kept that did harm. In the place of a joint step that
    /// did comes one of generalised EM from the same statistics.
    package func run(from start: FittedMixture, shards: [DistributedLearning.Shard]) -> Result {
        var result = Result(rounds: [], bytesSent: 0, seconds: 0)
        guard rounds > 0 else { return result }
        var last: Taken?
        for number in 0...rounds {
            let round = GeneralisedEMRound(at: last?.made.update.fitted ?? start, options: options)
            let (released, bytes, slowest) = collect(round, shards)
            let outcome = Stopwatch.measure {
                let outcome = released.outcome(
                    of: round, after: last?.before, isLast: number == rounds, largestShare: largestShare)
                guard case .takenBack = outcome, number < rounds, let again = last?.again(largestShare) else {
                    return outcome
                }
                return again
            }
            if number < rounds {
                result.bytesSent += bytes
                result.seconds += slowest + outcome.seconds
            }
            switch outcome.value {
            case .updated(let next):
                if next.isAgain {
                    result.rounds.removeLast()
                    last?.made = next
                } else {
                    last = Taken(made: next, round: round, released: released, after: last?.before)
                }
                result.rounds.append(next)
            case .kept: break
            case .takenBack(let ending):
                result.rounds.removeLast()
                result.ending = ending
                return result
            case .ended(let ending):
                result.ending = ending
                return result
            }
        }
        return result
    }

    /// The last update with what it was made of.
    private struct Taken {
        var made: Round
        let round: GeneralisedEMRound
        let released: ReleasedStatistics
        let after: ReleasedStatistics.Before?

        var before: ReleasedStatistics.Before {
            ReleasedStatistics.Before(
                sites: made.sites, logLikelihoodPerRow: made.update.logLikelihoodPerRow, promise: made.update.promise)
        }

        /// The update without a joint step; nil where it was none.
        func again(_ largestShare: Double?) -> ReleasedStatistics.Outcome? {
            guard made.update.isJoint,
                case .updated(var next) = released.outcome(
                    of: round, after: after, isLast: false, largestShare: largestShare, isJointAllowed: false)
            else { return nil }
            next.isAgain = true
            return .updated(next)
        }
    }

    private func collect(
        _ round: GeneralisedEMRound, _ shards: [DistributedLearning.Shard]
    ) -> (released: ReleasedStatistics, bytes: Int, slowest: Double) {
        let sites = parallelism.map(count: shards.count) { index in
            Stopwatch.measure {
                Swift.Result { () throws(EstimationError) in try round.statistics(of: shards[index].rows) }
            }
        }
        var released = ReleasedStatistics()
        var bytes = 0
        for (shard, site) in zip(shards, sites) {
            switch site.value {
            case .success(let (statistics, own)):
                let file = StatisticsFile(statistics, at: round.global, warnings: own)
                released.add(statistics, of: shard.name, warnings: own)
                bytes += (try? file.text(path: shard.name).utf8.count) ?? 0
            case .failure(let error): released.leaveOut(shard.name, reason: error)
            }
        }
        return (released, bytes, sites.map(\.seconds).max() ?? 0)
    }
}
