import Aggregation
import Estimation
import Messages
import Numerics
import StudyData

/// What both the whole path and a comparison fit: shards, each with a model of its own.
public struct ShardChoices: Sendable, Equatable {
    /// Which columns of the tables are what.
    public var columns: ColumnRequest
    /// nil: the number of the study.
    public var experts: ExpertNumbers?
    /// How the rows of each shard are fitted.
    public var fit = FitChoices()
    /// Where one shard ends and the next begins.
    public var division = ShardDivision.files
    /// A shard with fewer rows for each free parameter gets fewer experts, down to one.
    public var rowsPerParameter = Capacity.rowsPerParameter
    /// Share of each shard's rows that is kept back and scored.
    public var holdout = 0.0
    /// nil: that of the study, or 1.
    public var seed: UInt64?

    /// Shards of one design, fitted with the usual choices.
    public init(columns: ColumnRequest, experts: Int? = nil) {
        self.columns = columns
        self.experts = experts.map { ExpertNumbers($0) }
    }

    func check() throws(RequestRefusal) {
        try columns.check()
        if columns.study == nil, experts == nil { throw .missing(.experts) }
        try experts?.check()
        if experts != nil, experts?.single == nil { throw .noEffect(.experts, .rangeOfOneFit) }
        try fit.check()
        if case .random(let count) = division { try RequestOption.shards.check(count) }
        try RequestOption.rowsPerParameter.check(rowsPerParameter)
        try RequestOption.holdout.check(holdout)
    }

    /// - Throws: ``RequestRefusal`` where one table is given and nothing divides it.
    package func check(tables: Int) throws(RequestRefusal) {
        if tables == 1, division == .files { throw .oneShard }
    }

    /// What request and study say together.
    func resolved() throws -> (study: Study?, experts: Int, seed: UInt64) {
        let study = try columns.readStudy()
        guard let experts = experts?.last ?? study?.experts else {
            throw RequestRefusal.missingInStudyToo(.experts)
        }
        return (study, experts, seed ?? study?.seed ?? 1)
    }

    func read(
        _ input: ShardInput, _ study: Study?, seed: UInt64, parallelism: Parallelism,
        notices: @escaping ReadingNotice.Handler
    ) throws -> ShardSet {
        try check(tables: input.count)
        return try ShardReader(
            input: input, columns: columns, study: study, leastKnown: fit.leastKnown, division: division,
            holdout: holdout, seed: seed, parallelism: parallelism, notices: notices
        ).read()
    }
}

/// The whole path on one machine: fit every shard, aggregate, score.
public struct LearnJob: Sendable, Equatable {
    /// What is fitted, and how.
    public var shards: ShardChoices
    /// How the local models become one.
    public var aggregation = AggregationChoices()
    /// Extra rounds of distributed EM after the aggregation.
    public var rounds = 0

    /// The usual aggregation of these shards.
    public init(_ shards: ShardChoices) { self.shards = shards }

    /// - Throws: what can be said before a file is read.
    package func check(hasSupport: Bool = false) throws(RequestRefusal) {
        try shards.check()
        try aggregation.check(hasSupport: hasSupport, expertsOption: .globalExperts)
        if aggregation.isMixture {
            throw .unknownName(.method, given: aggregation.method ?? "", known: Aggregators.all.map(\.name))
        }
        try RequestOption.rounds.check(rounds)
        if rounds > 0, shards.fit.lasso != .none { throw .noEffect(.rounds, .roundsKeepNoZeros) }
    }

    /// Hears of a running job, from any thread.
    package struct Observer: Sendable {
        package var rowsRead: @Sendable (Int) -> Void = { _ in }
        package var progress: @Sendable (_ shard: String, FitProgress) -> Void = { _, _ in }
        package var finished: @Sendable (_ shard: DistributedLearning.Shard) -> Void = { _ in }

        package init() {}
    }

    /// - Throws: ``RequestRefusal``, ``StudyError``, ``TableError``, ``DistributedLearning/Failure``.
    package func run(
        _ input: ShardInput, support: SupportInput? = nil, parallelism: Parallelism = Parallelism(),
        observer: Observer = Observer(), notices: @escaping ReadingNotice.Handler = { _ in }
    ) throws -> LearnedModel {
        try check(hasSupport: support != nil)
        let setting = try shards.resolved()
        let read = try shards.read(
            input, setting.study, seed: setting.seed, parallelism: parallelism, notices: notices)
        try RequestOption.largestShare.check(aggregation.largestShare, sites: read.training.count)
        observer.rowsRead(read.training.reduce(0) { $0 + $1.rows.rowCount })
        let learning = DistributedLearning(
            design: read.selection.design, family: shards.columns.expertFamily(read.selection),
            fitOptions: shards.fit.options(experts: setting.experts, seed: setting.seed, aggregated: true),
            coordinator: aggregation.coordinator(
                localExperts: setting.experts, studySeed: setting.seed, parallelism: parallelism),
            rounds: rounds, rowsPerParameter: shards.rowsPerParameter, parallelism: parallelism,
            progress: observer.progress, finished: observer.finished)
        let given = try support?.given(read.selection(), parallelism: parallelism, notices: notices)
        return LearnedModel(
            try learning.learn(read.training, support: given), read, learning, holdout: shards.holdout,
            parallelism: parallelism)
    }
}
