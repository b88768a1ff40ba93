import Estimation
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
        /// Of whom each row is; nil where rows are counted.
        var subjects: [String]?
    }

    /// The rows of one shard before any is held back.
    private struct Divided {
        var name: String
        var rows: ShardRows
        var dropped: Int
        var subjects: [String]?

        var mostRowsOfASubject: Int {
            (subjects ?? []).reduce(into: [:]) { $0[$1, default: 0] += 1 }.values.max() ?? 1
        }
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
        let ids = columnsOfSites(divided.map(\.rows), selection)
        guard !ids.isEmpty else { return try shards(divided, dropped: dropped, selection) }
        notices(.columnsOfSites(ids, source: input.source))
        let others = Set(ids).union([shardColumn].compactMap { $0 })
        var without = try columns.selection(for: tables[0], study: study, notCovariates: others) { _ in }
        without.response = selection.response
        let kept = selection.design.covariates.indices.filter { !others.contains(selection.design.covariates[$0]) }
        return try shards(
            divided.map {
                var shard = $0
                shard.rows = shard.rows.withCovariates(kept)
                return shard
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
        if let subject = selection.subject {
            let all = try table.subjects(subject)
            part.subjects = selected.kept.map { all[$0] }
        }
        guard let shardColumn else { return part }
        // A name, compared as those of levels are.
        let all = try table.text(shardColumn).map { $0.trimmingBlanks.levelName }
        part.labels = selected.kept.map { all[$0] }
        let kept = Set(selected.kept)
        part.droppedLabels = selected.dropped == 0 ? [] : all.indices.filter { !kept.contains($0) }.map { all[$0] }
        return part
    }

    private func shards(_ divided: [Divided], dropped: Int, _ selection: RowSelection) throws -> ShardSet {
        var shards = ShardSet(
            selection: selection, training: [], heldOut: [], records: [], dropped: dropped)
        for (index, shard) in divided.enumerated() {
            let split = heldBack(shard.rows, index)
            let (rows, record) = try filled(split.training, of: shard, selection)
            ReadingNotice.of(record, source: shard.name).forEach(notices)
            shards.training.append(
                DistributedLearning.Shard(
                    name: shard.name, rows: rows,
                    rowsOfASubject: SubjectRule.rowsOfASubject(most: shard.mostRowsOfASubject)))
            shards.heldOut.append(split.heldOut)
            shards.records.append(record)
        }
        return shards
    }

    /// Gaps filled in with the means of the shard, as the site would.
    private func filled(
        _ training: ShardRows, of shard: Divided, _ selection: RowSelection
    ) throws -> (rows: ShardRows, record: ReadingRecord) {
        var selection = selection
        var known = MeanImputation(selection)
        if !known.isEmpty {
            known.add(training)
            let means = try known.means(atLeast: leastKnown, source: shard.name)
            selection.fill.merge(means) { fixed, _ in fixed }
        }
        var record = ReadingRecord(selection)
        record.rowsLeftOut = .exact(shard.dropped)
        record.addGaps(in: training.covariates, selection)
        return (training.filled(selection), record)
    }

    private static let withoutLabel = "(empty)"

    /// - Throws: ``RequestRefusal/duplicatedSite(_:)`` where a shard is called as rows without a name are.
    private func divided(_ parts: [Part]) throws(RequestRefusal) -> [Divided] {
        guard division != .files else {
            return zip(input.labels, parts).map { name, part in
                Divided(name: name, rows: part.rows, dropped: part.dropped, subjects: part.subjects)
            }
        }
        let all = ShardRows.concatenation(parts.map(\.rows))
        let subjects = parts.first?.subjects.map { _ in parts.flatMap { $0.subjects ?? [] } }
        func shard(_ name: String, _ rows: [Int], _ dropped: Int) -> Divided {
            Divided(
                name: name, rows: all.subset(rows), dropped: dropped,
                subjects: subjects.map { subjects in rows.map { subjects[$0] } })
        }
        guard case .random(let count) = division else { return try byColumn(parts, shard) }
        var random = RandomNumbers(seed: seed).split(-3)
        let order = random.permutation(all.rowCount)
        return (0..<count).map { index in
            let range = all.rowCount * index / count..<all.rowCount * (index + 1) / count
            return shard("shard \(index + 1)", order[range].sorted(), 0)
        }
    }

    private func byColumn(
        _ parts: [Part], _ shard: (_ name: String, _ rows: [Int], _ dropped: Int) -> Divided
    ) throws(RequestRefusal) -> [Divided] {
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
                return shard(name, rows, dropped[label] ?? 0)
            }
    }

    /// The same rows for the same seed and the same shards.
    private func heldBack(_ rows: ShardRows, _ index: Int) -> (training: ShardRows, heldOut: ShardRows) {
        guard holdout > 0 else { return (rows, rows.subset([])) }
        var random = RandomNumbers(seed: seed).split(-4).split(index)
        let order = random.permutation(rows.rowCount)
        let count = Int((Double(rows.rowCount) * holdout).rounded())
        return (rows.subset(order.dropFirst(count).sorted()), rows.subset(order.prefix(count).sorted()))
    }
}

extension ShardRows {
    fileprivate func withCovariates(_ columns: [Int]) -> ShardRows {
        ShardRows(
            covariates: Matrix(columns: columns.map { Array(covariates.column($0)) }), responses: responses,
            weights: weights)
    }
}
