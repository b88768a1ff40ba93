import Estimation
import MixtureOfExperts

/// The updates of rounds one after the other, each over the same sites.
func consecutiveRounds(
    _ count: Int, over sites: [ShardRows], from start: FittedMixture, _ options: FitOptions
) throws -> [GeneralisedEMRound.Update] {
    var updates = [GeneralisedEMRound.Update]()
    for _ in 0..<count {
        let round = GeneralisedEMRound(at: updates.last?.fitted ?? start, options: options)
        updates.append(try round.update(sites.map { try round.statistics(of: $0).statistics }))
    }
    return updates
}
