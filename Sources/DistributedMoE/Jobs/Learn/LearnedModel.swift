import Estimation
import Evaluation
import MixtureOfExperts
import ModelFiles
import Numerics

/// What ``LearnJob`` made: the local models, the global one, and the rows to compare it on.
package struct LearnedModel: Sendable {
    package let result: DistributedLearning.Result
    package let shards: ShardSet
    /// The global model.
    package let file: ModelFile
    /// The local models, in the order of `result.shards`.
    package let locals: [(name: String, file: ModelFile)]
    private let learning: DistributedLearning
    private let holdout: Double
    private let parallelism: Parallelism

    init(
        _ result: DistributedLearning.Result, _ shards: ShardSet, _ learning: DistributedLearning, holdout: Double,
        status: ReleaseStatus, parallelism: Parallelism
    ) {
        self.result = result
        self.shards = shards
        self.learning = learning
        self.holdout = holdout
        self.parallelism = parallelism
        let records = Dictionary(zip(shards.training.map(\.name), shards.records)) { first, _ in first }
        locals = result.shards.map { shard in
            var file = ModelFile(shard.local)
            if let record = records[shard.name] {
                let rules = learning.fitOptions.rules
                file.note(
                    shards.selection, rules.map { record.released(minimum: Int($0.minimumRows)) } ?? record)
            }
            file.note(status, shard.local.report, learning.fitOptions.rules)
            return (shard.name, file)
        }
        var file = ModelFile(result.global, of: Dictionary(locals) { first, _ in first })
        for round in result.rounds?.rounds ?? [] {
            file = ModelFile(round.update, after: file, sites: round.sites, warnings: round.warnings)
        }
        self.file = file
    }

    /// Scores on the rows held out; nil where there are none.
    package var scores: Scores? { scores(result.fitted.model) }

    /// A fit of the pooled rows, for comparison.
    package struct Pooled: Sendable {
        package var local: LocalModel
        package var rows: Int
        package var bytesSent: Int
        package var seconds: Double
        package var scores: Scores?
    }

    /// - Throws: `EstimationError` where the pooled rows cannot be fitted.
    package func pooled(progress: @escaping FitProgressHandler = { _ in }) throws(EstimationError) -> Pooled {
        let rows = ShardRows.concatenation(kept.map(\.0.rows))
        var options = learning.fitOptions
        // For comparison alone: its standard errors are not shown.
        options.standardErrors = .none
        // It stays where the rows are.
        options.rules = nil
        // The aggregated model is one more start: the comparison should be with the best pooled fit to be had.
        if result.fitted.model.expertCount == options.expertCount { options.initialModels = [result.fitted.model] }
        let fit = LocalFit(
            design: learning.design, family: learning.family, options: options, parallelism: parallelism,
            progress: progress)
        let (local, seconds) = try Stopwatch.measure { () throws(EstimationError) in try fit.fit(rows) }
        return Pooled(
            local: local, rows: rows.rowCount,
            bytesSent: rows.rowCount * (learning.design.covariateCount + 1) * MemoryLayout<Double>.size,
            seconds: seconds, scores: scores(local.model))
    }

    /// Without those of inconsistent sites.
    private var kept: [(DistributedLearning.Shard, ShardRows)] {
        let inconsistent = Set(result.global.report.leftOut.map(\.name))
        return Array(zip(shards.training, shards.heldOut).filter { !inconsistent.contains($0.0.name) })
    }

    private func scores(_ model: MixtureModel) -> Scores? {
        guard holdout > 0 else { return nil }
        let selection = shards.selection(of: Set(result.global.report.sites.map(\.name)))
        let rows = ShardRows.concatenation(kept.map(\.1)).filled(selection)
        return rows.totalWeight > 0 ? Scores(model, on: rows, parallelism: parallelism) : nil
    }
}
