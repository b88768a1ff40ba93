import Messages
import MixtureOfExperts
import ModelFiles
import Numerics
import Tables

/// Every estimator of the field on the same shards, scored on the same rows.
package struct CompareJob: Sendable {
    package var shards: ShardChoices
    package var aggregation = AggregationChoices()
    /// Names of ``EstimationMethod``, in the order wanted; nil for all.
    package var methods: [String]?
    /// Extra rounds of distributed EM from every estimate.
    package var rounds = 0
    /// Of federated averaging.
    package var federatedRounds = 10
    /// Column of the test rows with their true group.
    package var groups: String?

    package init(_ shards: ShardChoices) { self.shards = shards }

    /// Rows to score on.
    package typealias TestInput = (paths: [String], options: TableOptions)

    /// - Parameter hasTest: whether test rows are given.
    /// - Throws: ``RequestRefusal``.
    package func check(hasSupport: Bool = false, hasTest: Bool) throws(RequestRefusal) {
        try shards.check()
        try aggregation.check(hasSupport: hasSupport, expertsOption: .globalExperts)
        if hasTest, shards.holdout > 0 { throw .conflict(.test, .holdout, .twoSourcesOfTestRows) }
        if !hasTest, shards.holdout == 0 { throw .missing(.test, or: .holdout) }
        if shards.holdout > 0, groups != nil { throw .noEffect(.groups, .groupsOfTestRows) }
        try RequestOption.rounds.check(rounds)
        try RequestOption.federatedRounds.check(federatedRounds)
        for name in methods ?? [] where EstimationMethod.named(name) == nil {
            throw .unknownName(.methods, given: name, known: EstimationMethod.all.map(\.name))
        }
        try RequestOption.methods.check(names: methods)
    }

    /// What came of it.
    package struct Outcome: Sendable {
        package var result: EstimatorComparison.Result
        package var design: Design
        /// Of the global models.
        package var experts: Int
        package var trainingRows: Int
        package var testRows: Int
        package var seed: UInt64
    }

    /// - Parameters:
    ///   - truth: the true model, where the data are simulated, with what messages call it.
    ///   - progress: called before each piece of work.
    /// - Throws: ``RequestRefusal``, ``StudyError``, ``TableError``, ``JobFailure``, ``DistributedLearning/Failure``.
    package func run(
        _ input: ShardInput, test: TestInput?, truth: (file: ModelFile, path: String)? = nil,
        support: SupportInput? = nil, parallelism: Parallelism = Parallelism(),
        progress: (@Sendable (_ title: String) -> Void)? = nil, notices: @escaping ReadingNotice.Handler = { _ in }
    ) throws -> Outcome {
        try check(hasSupport: support != nil, hasTest: test != nil)
        let setting = try shards.resolved()
        let read = try shards.read(
            input, setting.study, seed: setting.seed, parallelism: parallelism, notices: notices)
        let scored = try testRows(test, read, parallelism, notices)
        let design = read.selection.design
        let trueModel = try truth.map { truth in
            guard let model = truth.file.model.arranged(as: design) else {
                throw JobFailure.otherColumns(path: truth.path)
            }
            return model
        }
        let learning = DistributedLearning(
            design: design, family: shards.columns.expertFamily(read.selection),
            fitOptions: shards.fit.options(experts: setting.experts, seed: setting.seed, aggregated: true),
            coordinator: aggregation.coordinator(
                localExperts: setting.experts, studySeed: setting.seed, parallelism: parallelism),
            rowsPerParameter: shards.rowsPerParameter, parallelism: parallelism)
        let comparison = EstimatorComparison(
            learning, methods: methods?.compactMap(EstimationMethod.named) ?? EstimationMethod.all, rounds: rounds,
            federatedRounds: federatedRounds, parallelism: parallelism, progress: progress)
        let result = try comparison.run(
            read.training, support: try support?.given(read.selection(), parallelism: parallelism, notices: notices),
            test: scored.rows, truth: trueModel, groups: scored.groups)
        return Outcome(
            result: result, design: design, experts: learning.coordinator.options.expertCount ?? setting.experts,
            trainingRows: read.training.reduce(0) { $0 + $1.rows.rowCount }, testRows: scored.rows.rowCount,
            seed: setting.seed)
    }

    private func testRows(
        _ test: TestInput?, _ shards: ShardSet, _ parallelism: Parallelism, _ notices: ReadingNotice.Handler
    ) throws -> (rows: ShardRows, groups: [Int]?) {
        let selection = shards.selection()
        var parts = test == nil ? shards.heldOut : []
        var labels = [String]()
        for path in test?.paths ?? [] {
            var options = test?.options ?? TableOptions()
            options.textColumns = selection.textColumns.union([groups].compactMap { $0 })
            options.parallelism = parallelism
            let table = try DataTable.read(path: path, options: options)
            let selected = try selection.rows(of: table)
            if selected.dropped > 0 { notices(.rowsLeftOut(selected.dropped, of: table.rowCount, source: path)) }
            parts.append(selected.rows)
            guard let groups else { continue }
            let all = try table.text(groups)
            labels += selected.kept.map { all[$0] }
        }
        let rows = ShardRows.concatenation(parts).filled(selection)
        guard rows.totalWeight > 0 else {
            throw JobFailure.nothingToScore(source: test?.paths.joined(separator: ", ") ?? "held-out rows")
        }
        guard groups != nil else { return (rows, nil) }
        let numbers = Dictionary(uniqueKeysWithValues: Set(labels).sorted().enumerated().map { ($1, $0) })
        return (rows, labels.map { numbers[$0] ?? 0 })
    }
}
