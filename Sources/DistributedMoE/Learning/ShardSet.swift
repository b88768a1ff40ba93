import MixtureOfExperts
import StudyData

/// The rows of shards, some held back for scoring, and how they were read.
package struct ShardSet: Sendable {
    package var selection: RowSelection
    package var training: [DistributedLearning.Shard]
    /// Gaps that a mean fills are still open: the global model says with what.
    package var heldOut: [ShardRows]
    /// What became of missing values, shard by shard.
    package var records: [ReadingRecord]
    package var dropped: Int
}

extension ShardSet {
    /// The selection of the model that these shards made: gaps get the mean of what the shards put there.
    ///
    /// - Parameter names: of the shards that are in it; nil for all.
    package func selection(of names: Set<String>? = nil) -> RowSelection {
        var selection = selection
        let members = zip(training, records).filter { names?.contains($0.0.name) ?? true }
        let merged = ReadingRecord.merged(members.map { ($1, $0.rows.totalWeight) })
        selection.fill.merge(merged?.fill ?? [:]) { fixed, _ in fixed }
        return selection
    }
}
