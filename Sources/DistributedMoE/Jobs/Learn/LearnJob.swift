import Aggregation
import Estimation
import Messages
import Numerics
import StudyData

/// The whole path on one machine: fit every shard, aggregate, score.
public struct LearnJob: Sendable, Equatable {
    /// What is fitted, and how.
    public var shards: ShardChoices
    /// How the local models become one.
    public var aggregation = AggregationChoices()
    /// Extra rounds of distributed EM after the aggregation.
    public var rounds = 0
    /// Whether the global model is adapted to every shard.
    public var adapts = false
    /// How it is adapted.
    public var adaptation = AdaptationChoices()

    /// The usual aggregation of these shards.
    public init(_ shards: ShardChoices) { self.shards = shards }

    /// - Throws: what can be said before a file is read.
    package func check(hasSupport: Bool = false) throws(RequestRefusal) {
        try shards.check()
        try aggregation.check(hasSupport: hasSupport, expertsOption: .globalExperts)
        try aggregation.checkSingleModel()
        try RequestOption.rounds.check(rounds)
        if !adapts {
            if adaptation.priorPrecision != nil { throw .noEffect(.priorPrecision, .nothingIsAdapted) }
            if adaptation.adapted != nil { throw .noEffect(.adapted, .nothingIsAdapted) }
        }
        try adaptation.check()
        if rounds > 0, aggregation.errors != .model { throw .noEffect(.aggregateErrors, .roundsHaveNoErrors) }
        if rounds > 0, shards.fit.lasso != .none { throw .noEffect(.rounds, .roundsKeepNoZeros) }
    }

    /// Hears of a running job, from any thread.
    package struct Observer: Sendable {
        package var rowsRead: @Sendable (Int) -> Void = { _ in }
        package var progress: @Sendable (_ shard: String, FitProgress) -> Void = { _, _ in }
        package var finished: @Sendable (_ shard: DistributedLearning.Shard) -> Void = { _ in }

        package init() {}
    }

    /// - Throws: ``RequestRefusal``, ``StudyError``, ``TableError``, ``JobFailure``.
    package func run(
        _ input: ShardInput, support: SupportInput? = nil, parallelism: Parallelism = Parallelism(),
        observer: Observer = Observer(), notices: @escaping ReadingNotice.Handler = { _ in }
    ) throws -> LearnedModel {
        try check(hasSupport: support != nil)
        try parallelism.check()
        let setting = try shards.resolved()
        let read = try shards.read(
            input, setting.study, seed: setting.seed, parallelism: parallelism, notices: notices)
        try RequestOption.largestShare.check(aggregation.largestShare, sites: read.training.count)
        if shards.holdout > 0, read.heldOut.allSatisfy({ $0.rowCount == 0 }) {
            throw JobFailure.nothingToScore(source: "held-out rows")
        }
        try read.selection.refuseFixedExperts([
            (shards.fit.l1Automatic ? .l1 : .l1Gate, shards.fit.lasso != .none), (.rounds, rounds > 0),
            (.adapt, adapts),
        ])
        if read.selection.wantsNoise { throw RequestRefusal.fixedExpert(.noise, .rangeOfOneSite) }
        var fitOptions = shards.fitting.options(experts: setting.experts, seed: setting.seed, aggregated: true)
        fitOptions.addFixedExperts(of: read.selection)
        observer.rowsRead(read.training.reduce(0) { $0 + $1.rows.rowCount })
        let learning = DistributedLearning(
            design: read.selection.design, family: shards.columns.expertFamily(read.selection),
            fitOptions: fitOptions,
            coordinator: aggregation.coordinator(
                localExperts: setting.experts, studySeed: setting.seed,
                siteRule: shards.fitting.status.siteRule(leastSites: setting.study?.leastSites),
                parallelism: parallelism),
            rounds: rounds, rowsPerParameter: shards.rowsPerParameter, parallelism: parallelism,
            progress: observer.progress, finished: observer.finished)
        let given = try support?.given(read.selection(), parallelism: parallelism, notices: notices)
        var learned = LearnedModel(
            try learning.learn(read.training, support: given), read, learning, holdout: shards.holdout,
            status: shards.fitting.status, parallelism: parallelism)
        if adapts { try learned.adapt(adaptation) }
        return learned
    }
}
