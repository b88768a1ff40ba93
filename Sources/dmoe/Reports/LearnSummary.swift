import DistributedMoE
import Estimation
import Evaluation
import Messages
import ModelFiles
import StudyData

/// The --json object of `dmoe learn`.
struct LearnSummary: Encodable {
    struct Shard: Encodable {
        var name: String
        var rows: Int
        var experts: Int
        var logLikelihoodPerRow: Double
        var iterations: Int
        var stopReason: FitReport.StopReason
        var seconds: Double
        @CodedList var warnings: [FitWarning]
    }

    struct Filled: Encodable {
        var covariate: String
        var missing: Int
    }

    var output: String
    var target: String
    var experts: Int
    var shards: [Shard]
    /// Shards that could not be fitted, and inconsistent sites.
    var leftOut: [LeftOut]
    /// Where the number of experts was chosen: all that were tried.
    var expertCounts: [ModelFile.ExpertCountRecord]?
    /// Training log-likelihood per row before each extra round.
    var rounds: [Double]
    /// For missing values.
    var rowsLeftOut: Int
    /// Missing values, all shards together.
    var filled: [Filled]
    var bytesSent: Int
    /// Slowest shard + aggregation.
    var learningSeconds: Double
    var aggregationSeconds: Double
    /// From reading to the global model.
    var wallSeconds: Double
    /// Of the global model, on the rows of all shards; nil where rows are held out to score it.
    var trainingLogLikelihoodPerRow: Double?
    var heldOut: Scores?
    var pooled: PooledSummary?
    var adapted: AdaptedSummary?

    init(
        _ result: DistributedLearning.Result, output: String, bytesSent: Int, wallSeconds: Double, rowsLeftOut: Int,
        filled: [ReadingRecord.Filled], trainingLogLikelihoodPerRow: Double?, heldOut: Scores?, pooled: PooledSummary?,
        adapted: AdaptedSummary?
    ) {
        self.output = output
        target = result.global.model.design.target
        experts = result.fitted.model.expertCount
        shards = result.shards.map { shard in
            let report = shard.local.report
            return Shard(
                name: shard.name, rows: shard.local.fitted.rowCount, experts: shard.local.model.expertCount,
                logLikelihoodPerRow: report.logLikelihood / shard.local.fitted.weight, iterations: report.iterations,
                stopReason: report.stopReason, seconds: shard.seconds,
                warnings: report.warnings)
        }
        leftOut = result.leftOut.map(LeftOut.init) + result.global.report.leftOut.map(LeftOut.init)
        expertCounts = ModelFile(result.global).aggregation?.expertCounts
        rounds = (result.rounds?.rounds ?? []).map(\.update.logLikelihoodPerRow)
        self.rowsLeftOut = rowsLeftOut
        self.filled = filled.map { Filled(covariate: $0.covariate, missing: $0.missing.known) }
        self.bytesSent = bytesSent
        learningSeconds = result.learningSeconds
        aggregationSeconds = result.aggregationSeconds
        self.wallSeconds = wallSeconds
        self.trainingLogLikelihoodPerRow = trainingLogLikelihoodPerRow
        self.heldOut = heldOut
        self.pooled = pooled
        self.adapted = adapted
    }
}

/// The fit of all rows in one place.
struct PooledSummary: Encodable {
    var rowsPooled: Int
    /// The rows as 8-byte numbers.
    var bytesSent: Int
    var learningSeconds: Double
    var trainingLogLikelihoodPerRow: Double
    var heldOut: Scores?
    /// Of the adapted models over this fit.
    var adaptedGain: GainSummary?
}

/// The text of `dmoe learn`.
struct LearnReport {
    let summary: LearnSummary

    init(_ summary: LearnSummary) { self.summary = summary }

    var text: String {
        [
            shardTable, summary.expertCounts.map { ExpertCountTable($0).text }, comparison,
            summary.adapted.map { AdaptedReport($0, pooled: summary.pooled?.adaptedGain).text },
            "\(summary.output) written (dmoe inspect \(summary.output))",
        ]
        .compactMap { $0 }.joined(separator: "\n\n")
    }

    private var shardTable: String {
        var table = TextTable(header: ["shard", "rows", "experts", "log-likelihood per row", "iterations", "time"])
        let leftOut = Set(summary.leftOut.map(\.name))
        for shard in summary.shards where !leftOut.contains(shard.name) {
            table.append([
                shard.name, Format.count(shard.rows), String(shard.experts),
                Format.number(shard.logLikelihoodPerRow, digits: 5), String(shard.iterations),
                Format.seconds(shard.seconds),
            ])
        }
        for shard in summary.leftOut { table.append([shard.name, Format.count(shard.rows), "left out"]) }
        return table.text
    }

    private var oneShot: String {
        summary.rounds.isEmpty ? "one-shot" : "one-shot + \(Format.plural(summary.rounds.count, "round"))"
    }

    private var comparison: String {
        let pooled = summary.pooled
        var table = TextTable(header: ["", oneShot] + (pooled == nil ? [] : ["pooled"]))
        func line(_ name: String, _ oneShot: String, _ other: @autoclosure () -> String?) {
            table.append([name, oneShot] + (pooled == nil ? [] : [other() ?? ""]))
        }
        line("rows transferred", "0", pooled.map { Format.count($0.rowsPooled) })
        line("bytes sent", Format.count(summary.bytesSent), pooled.map { Format.count($0.bytesSent) })
        line(
            "learning time (slowest shard + aggregation)", Format.seconds(summary.learningSeconds),
            pooled.map { Format.seconds($0.learningSeconds) })
        line("wall time on this machine, reading included", Format.seconds(summary.wallSeconds), nil)
        if !summary.rounds.isEmpty {
            let trace = summary.rounds.map { Format.number($0, digits: 5) }.joined(separator: ", ")
            line("training log-likelihood per row before each round", trace, nil)
        }
        if let training = summary.trainingLogLikelihoodPerRow {
            line(
                "log-likelihood per row, of the rows fitted", Format.number(training, digits: 5),
                pooled.map { Format.number($0.trainingLogLikelihoodPerRow, digits: 5) })
        }
        if let scores = summary.heldOut {
            let other = pooled?.heldOut
            line("held-out rows", Format.count(scores.rows), other.map { Format.count($0.rows) })
            line(
                "log-likelihood per held-out row", Format.number(scores.logLikelihoodPerRow, digits: 5),
                other.map { Format.number($0.logLikelihoodPerRow, digits: 5) })
            for score in [ScoreLine.crps, .mae, .rmse, .rSquared, .accuracy, .brier, .auc] {
                guard let value = score.shortText(scores) else { continue }
                line(score.title, value, other.flatMap(score.shortText))
            }
        }
        return table.text
    }
}
