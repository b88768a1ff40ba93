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
    /// The global model adapted to each shard, in their order; empty where that was not asked for.
    package private(set) var adapted = [AdaptedShard]()
    /// Shards with rows that have no density under the global model.
    package private(set) var notAdapted = [DistributedLearning.LeftOutShard]()
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
        let factors = Dictionary(shards.training.map { ($0.name, $0.rowsOfASubject) }) { first, _ in first }
        locals = result.shards.map { shard in
            var file = ModelFile(shard.local)
            if let record = records[shard.name] { file.note(shards.selection, record) }
            let factor = factors[shard.name] ?? 1
            file.note(
                status, shard.local.report, learning.fitOptions.counting(rowsOfASubject: factor).rules,
                rowsPerSubject: shards.selection.subject.map { _ in factor })
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

    /// Log-likelihood per row of the rows that shards were fitted to, those of inconsistent sites too: no test, but all there is where no
    /// rows are held out.
    package var trainingLogLikelihoodPerRow: Double {
        let selection = shards.selection(of: Set(result.global.report.sites.map(\.name)))
        let (model, training) = (result.fitted.model, shards.training)
        let parts = parallelism.map(count: training.count) { index -> (sum: Double, weight: Double) in
            let rows = training[index].rows.refilled(selection).withoutWeightlessRows()
            let logDensities = model.logDensities(rows.covariates, responses: rows.responses)
            return (logDensities.indices.reduce(0) { $0 + rows.weight($1) * logDensities[$1] }, rows.totalWeight)
        }
        return parts.reduce(0) { $0 + $1.sum } / parts.reduce(0) { $0 + $1.weight }
    }

    /// A fit of the pooled rows of all shards, for comparison.
    package struct Pooled: Sendable {
        package var local: LocalModel
        package var rows: Int
        package var bytesSent: Int
        package var seconds: Double
        package var scores: Scores?
    }

    /// - Throws: `EstimationError` where the pooled rows cannot be fitted.
    package func pooled(progress: @escaping FitProgressHandler = { _ in }) throws(EstimationError) -> Pooled {
        let rows = ShardRows.concatenation(shards.training.map(\.rows))
        var options = learning.fitOptions
        // For comparison alone: its standard errors are not shown.
        options.standardErrors = .none
        // It stays where the rows are.
        options.rules = nil
        // The aggregated model is one more start: the comparison should be with the best pooled fit to be had.
        if result.fitted.model.regressionCount == options.expertCount { options.initialModels = [result.fitted.model] }
        let fit = LocalFit(
            design: learning.design, family: learning.family, options: options, parallelism: parallelism,
            progress: progress)
        let (local, seconds) = try Stopwatch.measure { () throws(EstimationError) in try fit.fit(rows) }
        return Pooled(
            local: local, rows: rows.rowCount,
            bytesSent: rows.rowCount * (learning.design.covariateCount + 1) * MemoryLayout<Double>.size,
            seconds: seconds, scores: scores(local.model))
    }

    /// Adapts the global model to every shard that has rows, also to those that could not be fitted.
    ///
    /// - Throws: ``RequestRefusal`` for the gate of one expert.
    mutating func adapt(_ choices: AdaptationChoices) throws(RequestRefusal) {
        let selection = shards.selection(of: Set(result.global.report.sites.map(\.name)))
        let fit = try choices.fit(result.fitted, .serial)
        let rows = shards.training.map { $0.rows.refilled(selection).withoutWeightlessRows() }
        let file = file
        let outcomes = parallelism.map(count: rows.count) { index -> Result<AdaptedModel, EstimationError>? in
            rows[index].rowCount == 0 ? nil : Result { () throws(EstimationError) in try fit.fit(rows[index]) }
        }
        for (index, outcome) in outcomes.enumerated() {
            guard let outcome else { continue }
            let shard = shards.training[index]
            let model: AdaptedModel
            do throws(EstimationError) { model = try outcome.get() } catch {
                notAdapted.append(
                    DistributedLearning.LeftOutShard(
                        name: shard.name, rowCount: rows[index].rowCount, reason: error))
                continue
            }
            var own = ModelFile(model, of: file)
            own.note(selection, shards.records[index])
            let heldOut = holdout > 0 ? shards.heldOut[index].filled(selection) : nil
            adapted.append(
                AdaptedShard(
                    name: shard.name, file: own,
                    gain: heldOut.flatMap { PairedGain(of: model.model, over: result.fitted.model, on: $0) }))
        }
    }

    /// What the adapted models gain over a model of all shards; nil where no rows are held out.
    package func adaptationGain(over model: MixtureModel) -> PairedGain? {
        guard holdout > 0, !adapted.isEmpty else { return nil }
        let selection = shards.selection(of: Set(result.global.report.sites.map(\.name)))
        let rows = Dictionary(zip(shards.training.map(\.name), shards.heldOut)) { first, _ in first }
        return PairedGain.sum(
            adapted.compactMap { shard in
                rows[shard.name].flatMap { PairedGain(of: shard.file.model, over: model, on: $0.filled(selection)) }
            })
    }

    private func scores(_ model: MixtureModel) -> Scores? {
        guard holdout > 0 else { return nil }
        let selection = shards.selection(of: Set(result.global.report.sites.map(\.name)))
        // What an inconsistent site holds is no measure of a model that was made without it.
        let inconsistent = Set(result.global.report.leftOut.map(\.name))
        let heldOut = zip(shards.training, shards.heldOut).filter { !inconsistent.contains($0.0.name) }.map(\.1)
        let rows = ShardRows.concatenation(heldOut).filled(selection)
        return rows.totalWeight > 0 ? Scores(model, on: rows, parallelism: parallelism) : nil
    }
}
