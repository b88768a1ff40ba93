import Messages
import MixtureOfExperts
import Numerics
import StudyData
import Tables

/// Reads tables and cuts them into shards, with rows held back for scoring.
struct ShardReader {
    let input: ShardInput
    let columns: ColumnRequest
    let study: Study?
    /// Values that a mean must stand for where it fills gaps.
    let leastKnown: Int
    let division: ShardDivision
    let holdout: Double
    let seed: UInt64
    let parallelism: Parallelism
    let notices: ReadingNotice.Handler

    /// The rows of one file.
    private struct Part {
        var rows: ShardRows
        var labels: [String]?
        var dropped: Int
        /// The labels of the rows left out.
        var droppedLabels: [String]
    }

    func read() throws -> ShardSet {
        guard input.count > 0 else { throw RequestRefusal.nothingGiven(.rows) }
        try input.refuseRepeatedFiles()
        if division == .files {
            var labels = Set<String>()
            for label in input.labels where !labels.insert(label).inserted {
                throw RequestRefusal.duplicatedSite(label)
            }
        }
        var tables = [try table(0)]
        var selection = try columns.selection(
            for: tables[0], study: study, notCovariates: Set([shardColumn].compactMap { $0 }), notices: notices)
        if let shardColumn, names(selection).contains(shardColumn) { notices(.shardColumnIsCovariate(shardColumn)) }
        if selection.findsClasses {
            for index in 1..<input.count { tables.append(try table(index)) }
            try selection.findClasses(in: tables, source: input.source)
        }
        var parts = [Part]()
        for index in 0..<input.count {
            parts.append(try part(index < tables.count ? tables[index] : table(index), selection))
        }
        let divided = try divided(parts)
        let dropped = parts.reduce(0) { $0 + $1.dropped }
        let ids = columnsOfSites(divided.map(\.shard.rows), selection)
        guard !ids.isEmpty else { return try shards(divided, dropped: dropped, selection) }
        notices(.columnsOfSites(ids, source: input.source))
        let others = Set(ids).union([shardColumn].compactMap { $0 })
        var without = try columns.selection(for: tables[0], study: study, notCovariates: others) { _ in }
        without.response = selection.response
        let kept = selection.design.covariates.indices.filter { !others.contains(selection.design.covariates[$0]) }
        return try shards(
            divided.map { shard, dropped in
                (DistributedLearning.Shard(name: shard.name, rows: shard.rows.withCovariates(kept)), dropped)
            }, dropped: dropped, without)
    }

    /// Columns that nobody named and that name the shards.
    private func columnsOfSites(_ shards: [ShardRows], _ selection: RowSelection) -> [String] {
        guard study == nil, columns.features == nil, shards.count > 1, shards.allSatisfy({ $0.rowCount > 0 }) else {
            return []
        }
        if case .random = division { return [] }
        let named = Set(columns.gateFeatures ?? [])
        let names = selection.design.covariates.enumerated().filter { index, name in
            guard !named.contains(name), index != selection.design.offset else { return false }
            return Self.namesShards(shards.lazy.map { $0.covariates.column(index) })
        }.map(\.element)
        // A model needs one.
        return names.count < selection.design.covariateCount ? names : []
    }

    private static func namesShards(_ columns: some Sequence<some Sequence<Double>>) -> Bool {
        var naming = SiteNaming<Double>()
        for column in columns {
            naming.beginSite()
            for value in column {
                naming.add(value)
                if !naming.isPossible { return false }
            }
        }
        return naming.holds
    }

    /// Of the columns that covariates are made of.
    private func names(_ selection: RowSelection) -> [String] {
        study?.covariates.map(\.name) ?? selection.design.covariates
    }

    private var shardColumn: String? { if case .column(let name) = division { name } else { nil } }

    private func table(_ index: Int) throws(TableError) -> DataTable {
        try input.table(
            index, textColumns: columns.textColumns(study).union([shardColumn].compactMap { $0 }),
            parallelism: parallelism)
    }

    private func part(_ table: DataTable, _ selection: RowSelection) throws -> Part {
        let selected = try selection.rows(of: table)
        ReadingNotice.reportLeftOut(to: notices)(selected.dropped, table.rowCount, table.source)
        var part = Part(rows: selected.rows, dropped: selected.dropped, droppedLabels: [])
        guard let shardColumn else { return part }
        // A name, compared as those of levels are.
        let all = try table.text(shardColumn).map { $0.trimmingBlanks.levelName }
        part.labels = selected.kept.map { all[$0] }
        let kept = Set(selected.kept)
        part.droppedLabels = selected.dropped == 0 ? [] : all.indices.filter { !kept.contains($0) }.map { all[$0] }
        return part
    }

    private func shards(
        _ divided: [(shard: DistributedLearning.Shard, dropped: Int)], dropped: Int, _ selection: RowSelection
    ) throws -> ShardSet {
        var shards = ShardSet(
            selection: selection, training: [], heldOut: [], records: [], dropped: dropped)
        for (index, shard) in divided.enumerated() {
            let split = heldBack(shard.shard, index)
            let (rows, record) = try filled(split.training, dropped: shard.dropped, selection)
            ReadingNotice.of(record, source: shard.shard.name).forEach(notices)
            shards.training.append(DistributedLearning.Shard(name: shard.shard.name, rows: rows))
            shards.heldOut.append(split.heldOut)
            shards.records.append(record)
        }
        return shards
    }

    /// Gaps filled in with the means of the shard, as the site would.
    private func filled(
        _ shard: DistributedLearning.Shard, dropped: Int, _ selection: RowSelection
    ) throws -> (rows: ShardRows, record: ReadingRecord) {
        var selection = selection
        var known = MeanImputation(selection)
        if !known.isEmpty {
            known.add(shard.rows)
            let means = try known.means(atLeast: leastKnown, source: shard.name)
            selection.fill.merge(means) { fixed, _ in fixed }
        }
        var record = ReadingRecord(selection)
        record.rowsLeftOut = .exact(dropped)
        record.addGaps(in: shard.rows.covariates, selection)
        return (shard.rows.filled(selection), record)
    }

    private static let withoutLabel = "(empty)"

    /// - Throws: ``RequestRefusal/duplicatedSite(_:)`` where a shard is called as rows without a name are.
    private func divided(_ parts: [Part]) throws(RequestRefusal) -> [(shard: DistributedLearning.Shard, dropped: Int)] {
        switch division {
        case .files:
            return zip(input.labels, parts).map { name, part in
                (DistributedLearning.Shard(name: name, rows: part.rows), part.dropped)
            }
        case .column:
            let all = ShardRows.concatenation(parts.map(\.rows))
            let labels = parts.flatMap { $0.labels ?? [] }
            let dropped = parts.flatMap(\.droppedLabels).reduce(into: [:]) { $0[$1, default: 0] += 1 }
            let names = Set(labels)
            if names.contains(""), names.contains(Self.withoutLabel) { throw .duplicatedSite(Self.withoutLabel) }
            return Dictionary(grouping: labels.indices) { labels[$0] }
                .sorted { $0.key < $1.key }
                .map { label, rows in
                    let name = label.isEmpty ? Self.withoutLabel : label
                    if label.isEmpty, let shardColumn {
                        notices(.rowsWithoutShard(rows.count, column: shardColumn, shard: name))
                    }
                    return (DistributedLearning.Shard(name: name, rows: all.subset(rows)), dropped[label] ?? 0)
                }
        case .random(let count):
            let all = ShardRows.concatenation(parts.map(\.rows))
            var random = RandomNumbers(seed: seed).split(-3)
            let order = random.permutation(all.rowCount)
            return (0..<count).map { index in
                let range = all.rowCount * index / count..<all.rowCount * (index + 1) / count
                let rows = all.subset(order[range].sorted())
                return (DistributedLearning.Shard(name: "shard \(index + 1)", rows: rows), 0)
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

extension ShardRows {
    fileprivate func withCovariates(_ columns: [Int]) -> ShardRows {
        ShardRows(
            covariates: Matrix(columns: columns.map { Array(covariates.column($0)) }), responses: responses,
            weights: weights)
    }
}
