import Messages
import Simulation

/// A synthetic benchmark: rows in shards, test rows and the true model.
package struct SimulateJob: Sendable, Equatable {
    package var family = SyntheticBenchmark.Responses.gaussian
    package var profile = SyntheticBenchmark.Profile.balanced
    /// In all shards together.
    package var rows = 100_000
    package var shards = 16
    /// Groups that a shard sees; nil for all.
    package var capacity: Int?
    /// Whether each shard leans to a region of x of its own.
    package var shift = false
    package var testRows = 20_000
    /// nil: 1.
    package var seed: UInt64?

    package init() {}

    package func check() throws(RequestRefusal) {
        try RequestOption.shards.check(shards)
        try RequestOption.rows.check(rows)
        try RequestOption.testRows.check(testRows)
        guard rows >= shards else { throw .outOfBounds(.rows, .atLeast(shards)) }
        let groups = family.expertCount
        let capacity = capacity ?? groups
        guard (1...groups).contains(capacity) else { throw .outOfBounds(.capacity, .integers(1...groups)) }
        guard !shift || capacity == groups else { throw .conflict(.shift, .capacity, .noKnownGate) }
        guard shards + capacity > groups else { throw .unseenGroup(shards: shards, capacity: capacity) }
    }

    /// - Throws: ``RequestRefusal``.
    package func benchmark() throws(RequestRefusal) -> SyntheticBenchmark {
        try check()
        return SyntheticBenchmark(
            family, profile: profile, shardCount: shards, capacity: capacity, shift: shift ? 1 : 0, seed: seed ?? 1)
    }

    /// How many rows a shard gets; all together ``rows``.
    package func rowCount(ofShard index: Int) -> Int { rows * (index + 1) / shards - rows * index / shards }
}
