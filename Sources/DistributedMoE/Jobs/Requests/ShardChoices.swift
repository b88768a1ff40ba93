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
    /// Whether local models keep the rules that sites would keep, though all rows are in one owner's hands.
    public var asSites = false
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

    /// Of the fits of the shards.
    var fitting: FitChoices {
        var settings = fit
        settings.isReleased = asSites
        return settings
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
