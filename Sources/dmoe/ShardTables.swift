import DistributedMoE

/// Reads the data of `dmoe learn` and cuts it into shards, with rows held back for scoring.
struct ShardTables {
    /// Where one shard ends and the next begins.
    enum Division {
        case files
        case column(String)
        case random(Int)
    }

    let files: [String]
    let columns: ColumnOptions
    let data: DataOptions
    let division: Division
    let holdout: Double
    let seed: UInt64
    let quiet: Bool
    let parallelism: Parallelism

    struct Shards {
        var selection: RowSelection
        var training: [DistributedLearning.Shard]
        var heldOut: [ShardRows]
        var dropped: Int
    }

    func read() throws -> Shards {
        var selection: RowSelection?
        var dropped = 0
        var parts = [(rows: ShardRows, labels: [String]?)]()
        let shardColumn: String? = if case .column(let name) = division { name } else { nil }
        for path in files {
            let table = try data.read(
                path, textColumns: Set([shardColumn].compactMap { $0 }), parallelism: parallelism)
            let current =
                try selection ?? columns.selection(for: table, missing: data.missing, shardColumn: shardColumn)
            selection = current
            let selected = try current.rows(of: table)
            data.report(dropped: selected.dropped, of: table.rowCount, source: path, quiet: quiet)
            dropped += selected.dropped
            let labels = try shardColumn.map { name in
                let all = try table.text(name)
                return selected.kept.map { all[$0] }
            }
            parts.append((selected.rows, labels))
        }
        guard let selection else { throw CommandFailure("no data") }
        let shards = divided(parts)
        let split = shards.enumerated().map { index, shard in heldBack(shard, index) }
        return Shards(
            selection: selection, training: split.map(\.training), heldOut: split.map(\.heldOut), dropped: dropped)
    }

    private func divided(_ parts: [(rows: ShardRows, labels: [String]?)]) -> [DistributedLearning.Shard] {
        switch division {
        case .files:
            return zip(FileNames.labels(files), parts).map { DistributedLearning.Shard(name: $0, rows: $1.rows) }
        case .column:
            let all = ShardRows.concatenation(parts.map(\.rows))
            let labels = parts.flatMap { $0.labels ?? [] }
            return Dictionary(grouping: labels.indices) { labels[$0] }
                .sorted { $0.key < $1.key }
                .map {
                    DistributedLearning.Shard(name: $0.key.isEmpty ? "(empty)" : $0.key, rows: all.subset($0.value))
                }
        case .random(let count):
            let all = ShardRows.concatenation(parts.map(\.rows))
            var random = RandomNumbers(seed: seed).split(-3)
            let order = random.permutation(all.rowCount)
            return (0..<count).map { index in
                let range = all.rowCount * index / count..<all.rowCount * (index + 1) / count
                return DistributedLearning.Shard(name: "shard \(index + 1)", rows: all.subset(order[range].sorted()))
            }
        }
    }

    /// The same rows for the same seed and the same shards.
    private func heldBack(
        _ shard: DistributedLearning.Shard, _ index: Int
    ) -> (training: DistributedLearning.Shard, heldOut: ShardRows) {
        guard holdout > 0 else { return (shard, shard.rows.subset([])) }
        var random = RandomNumbers(seed: seed).split(-4).split(index)
        let order = random.permutation(shard.rows.rowCount)
        let count = Int((Double(shard.rows.rowCount) * holdout).rounded())
        return (
            DistributedLearning.Shard(name: shard.name, rows: shard.rows.subset(order.dropFirst(count).sorted())),
            shard.rows.subset(order.prefix(count).sorted())
        )
    }
}
