import Messages
import MixtureOfExperts
import ModelFiles
import Numerics
import Tables

/// Every estimator of the field on the same shards, scored on the same rows.
public struct CompareJob: Sendable, Equatable {
    /// What is fitted, and how; of `holdout` the rows to score on where none are given.
    public var shards: ShardChoices
    /// How local models become one, whatever the method: `method` and `gate` have no effect here.
    public var aggregation = AggregationChoices()
    /// Names of estimators, in the order wanted and each once: `pooled`, `mixture`, `federated`, and those of aggregators; nil for all.
    public var methods: [String]?
    /// Extra rounds of distributed EM from every estimate, from 0 to 1000.
    public var rounds = 0
    /// Rounds of federated averaging, from 1 to 10,000, where that is among the methods; nil for ``usualFederatedRounds``.
    public var federatedRounds: Int?
    /// Column of the test rows with their true group; needs test rows.
    public var groups: String?

    /// The ``federatedRounds`` of a request that names none.
    public static let usualFederatedRounds = 10

    /// All estimators on these shards.
    public init(_ shards: ShardChoices) { self.shards = shards }

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
        if federatedRounds != nil, let methods, !methods.contains(EstimationMethod.federated.name) {
            throw .noEffect(.federatedRounds, .otherMethods(EstimationMethod.federated.name))
        }
    }

    /// What came of it.
    public struct Outcome: Sendable {
        package var result: EstimatorComparison.Result
        package var design: Design
        /// Experts of the global models.
        public var experts: Int
        /// Of all shards together.
        public var trainingRows: Int
        /// Scored on.
        public var testRows: Int
        /// Of the random numbers.
        public var seed: UInt64

        /// In the order of the methods, each followed by what extra rounds made of it.
        public var estimates: [Estimate] { result.estimates }
        /// Shards that could not be fitted, and sites whose local models are impossible or inconsistent.
        public var leftOut: [LeftOut] { result.leftOut.map(LeftOut.init) + result.excluded.map(LeftOut.init) }
    }

    /// - Parameters:
    ///   - truth: the true model, where the data are simulated, with what messages call it.
    ///   - progress: called before each piece of work.
    /// - Throws: ``RequestRefusal``, ``StudyError``, ``TableError``, ``JobFailure``.
    package func run(
        _ input: ShardInput, test: ShardInput?, truth: (file: ModelFile, path: String)? = nil,
        support: SupportInput? = nil, parallelism: Parallelism = Parallelism(),
        progress: (@Sendable (_ title: String) -> Void)? = nil, notices: @escaping ReadingNotice.Handler = { _ in }
    ) throws -> Outcome {
        try check(hasSupport: support != nil, hasTest: test != nil)
        try parallelism.check()
        let setting = try shards.resolved()
        let read = try shards.read(
            input, setting.study, seed: setting.seed, parallelism: parallelism, notices: notices)
        try RequestOption.largestShare.check(aggregation.largestShare, sites: read.training.count)
        try read.selection.refuseFixedExperts([(.methods, true)])
        let scored = try testRows(test, read, parallelism, notices)
        let design = read.selection.design
        let family = shards.columns.expertFamily(read.selection)
        let trueModel = try truth.map { truth in
            guard let model = truth.file.model.arranged(as: design) else {
                throw JobFailure.otherColumns(path: truth.path)
            }
            guard model.family.isSame(as: family) else {
                throw JobFailure.otherFamily(path: truth.path, family: model.family.name, data: family.name)
            }
            return model
        }
        let learning = DistributedLearning(
            design: design, family: family,
            fitOptions: shards.fitting.options(experts: setting.experts, seed: setting.seed, aggregated: true),
            coordinator: aggregation.coordinator(
                localExperts: setting.experts, studySeed: setting.seed, parallelism: parallelism),
            rowsPerParameter: shards.rowsPerParameter, parallelism: parallelism)
        let comparison = EstimatorComparison(
            learning, methods: methods?.compactMap(EstimationMethod.named) ?? EstimationMethod.all, rounds: rounds,
            federatedRounds: federatedRounds ?? Self.usualFederatedRounds, parallelism: parallelism, progress: progress)
        let result = try comparison.run(
            read.training, support: try support?.given(read.selection(), parallelism: parallelism, notices: notices),
            test: scored.rows, truth: trueModel, groups: scored.groups)
        return Outcome(
            result: result, design: design, experts: learning.coordinator.options.expertCount ?? setting.experts,
            trainingRows: read.training.reduce(0) { $0 + $1.rows.rowCount }, testRows: scored.rows.rowCount,
            seed: setting.seed)
    }

    private func testRows(
        _ test: ShardInput?, _ shards: ShardSet, _ parallelism: Parallelism, _ notices: @escaping ReadingNotice.Handler
    ) throws -> (rows: ShardRows, groups: [Int]?) {
        let selection = shards.selection()
        try test?.refuseRepeatedFiles()
        var parts = test == nil ? shards.heldOut : []
        var labels = [String]()
        for index in 0..<(test?.count ?? 0) {
            guard
                let table = try test?.table(
                    index, textColumns: selection.textColumns.union([groups].compactMap { $0 }),
                    parallelism: parallelism)
            else { continue }
            let selected = try selection.rows(of: table)
            ReadingNotice.reportLeftOut(to: notices)(selected.dropped, table.rowCount, table.source)
            parts.append(selected.rows)
            guard let groups else { continue }
            let all = try table.text(groups)
            labels += selected.kept.map { all[$0] }
        }
        let rows = ShardRows.concatenation(parts).filled(selection)
        guard rows.totalWeight > 0 else {
            throw JobFailure.nothingToScore(source: test?.source ?? "held-out rows")
        }
        guard groups != nil else { return (rows, nil) }
        let numbers = Dictionary(uniqueKeysWithValues: Set(labels).sorted().enumerated().map { ($1, $0) })
        return (rows, labels.map { numbers[$0] ?? 0 })
    }
}
