import Messages
import ModelFiles
import Simulation
import Tables

/// A synthetic benchmark: rows in shards, test rows and the true model.
public struct SimulateJob: Sendable, Equatable {
    /// Of the responses, and with it the number of covariates and groups.
    public var family = SyntheticBenchmark.Responses.gaussian
    /// Shares of the groups.
    public var profile = SyntheticBenchmark.Profile.balanced
    /// In all shards together: from one for each shard to 10⁹.
    public var rows = 100_000
    /// From 1 to 100,000.
    public var shards = 16
    /// Groups that a shard sees, from 1 to all of them; nil for all.
    public var capacity: Int?
    /// Whether each shard leans to a region of x of its own; only where all shards see all groups.
    public var shift = false
    /// From 1 to 10⁹.
    public var testRows = 20_000
    /// nil: 1.
    public var seed: UInt64?

    /// 100,000 Gaussian rows in 16 shards alike.
    public init() {}

    /// - Throws: ``RequestRefusal`` for a number out of its bounds, or for shards that leave a group to none of them.
    public func check() throws(RequestRefusal) {
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

    /// What is simulated, shard by shard, so that they need not be in memory together.
    public struct Outcome: Sendable {
        private let benchmark: SyntheticBenchmark
        private let job: SimulateJob

        fileprivate init(_ benchmark: SyntheticBenchmark, _ job: SimulateJob) {
            self.benchmark = benchmark
            self.job = job
        }

        /// Covariates and response of a shard, the same whenever it is asked for.
        ///
        /// - Parameter index: from 0, below the number of shards.
        public func shard(_ index: Int) -> DataTable {
            precondition((0..<job.shards).contains(index), "there is no shard \(index)")
            let count = job.rows * (index + 1) / job.shards - job.rows * index / job.shards
            return table("shard \(index + 1)", benchmark.shard(index, rowCount: count), isLabelled: false)
        }

        /// Rows of the pooled population, independent of all shards, with a column `group`: the true expert, from 1.
        public var testRows: DataTable { table("test rows", benchmark.testRows(job.testRows), isLabelled: true) }

        /// The true model of the pooled rows.
        public var truth: ModelFile { ModelFile(reference: benchmark.trueModel) }

        private func table(
            _ source: String, _ data: SyntheticBenchmark.LabelledRows, isLabelled: Bool
        ) -> DataTable {
            let (rows, design) = (data.rows, benchmark.design)
            var columns = design.covariates.enumerated().map { index, name in
                TableColumn(name: name, content: .numbers(Array(rows.covariates.column(index))))
            }
            let classes = benchmark.responses.family.response.classes
            columns.append(
                TableColumn(
                    name: design.target,
                    content: classes.map { names in .text(rows.responses.map { names[Int($0)] }) }
                        ?? .numbers(rows.responses)))
            if isLabelled {
                columns.append(
                    TableColumn(name: "group", content: .numbers(data.labels.map { Double($0 + 1) })))
            }
            return DataTable(source: source, columns: columns)
        }
    }

    /// The benchmark; nothing is drawn yet.
    ///
    /// - Throws: ``RequestRefusal``, as ``check()``.
    public func run() throws(RequestRefusal) -> Outcome {
        try check()
        return Outcome(
            SyntheticBenchmark(
                family, profile: profile, shardCount: shards, capacity: capacity, shift: shift ? 1 : 0,
                seed: seed ?? 1),
            self)
    }
}
