import DistributedMoE
import Evaluation
import Messages
import ModelFiles

/// What the global model gained at every shard by its own gate: a part of the --json object of `dmoe learn`.
struct AdaptedSummary: Encodable {
    struct Shard: Encodable {
        var name: String
        var rows: Int
        var priorPrecision: ModelFile.PrecisionRecord?
        var effectiveParameters: Double
        var parameters: Int
        /// Over the shared model, on the rows of the shard held out.
        var heldOut: GainSummary?
    }

    var shards: [Shard]
    /// Shards with rows that have no density under the global model.
    var leftOut: [LeftOut]
    /// Of all shards.
    var heldOut: GainSummary?

    init(_ learned: LearnedModel) {
        shards = learned.adapted.map { shard in
            let record = shard.file.adaptation
            return Shard(
                name: shard.name, rows: shard.file.rows,
                priorPrecision: record?.priorPrecision,
                effectiveParameters: record?.effectiveParameters ?? 0, parameters: record?.parameters ?? 0,
                heldOut: shard.gain.map(GainSummary.init))
        }
        leftOut = learned.notAdapted.map(LeftOut.init)
        heldOut = PairedGain.sum(learned.adapted.compactMap(\.gain)).map(GainSummary.init)
    }
}

/// The gain in log-likelihood of one model over another on the same rows.
struct GainSummary: Encodable {
    var rows: Int
    var logLikelihoodPerRow: Double
    var otherLogLikelihoodPerRow: Double
    var gain: Double
    /// Of a paired comparison; absent for a single row.
    var standardError: Double?

    init(_ gain: PairedGain) {
        rows = gain.rows
        logLikelihoodPerRow = gain.logLikelihoodPerRow
        otherLogLikelihoodPerRow = gain.otherLogLikelihoodPerRow
        self.gain = gain.gain
        standardError = gain.standardError
    }

    var text: String {
        Format.number(gain, digits: 5) + (standardError.map { " ± " + Format.number($0, digits: 5) } ?? "")
    }
}

/// The part of the text of `dmoe learn` about adapted models.
struct AdaptedReport {
    let summary: AdaptedSummary
    /// Over the pooled fit.
    let pooled: GainSummary?

    init(_ summary: AdaptedSummary, pooled: GainSummary?) {
        self.summary = summary
        self.pooled = pooled
    }

    var text: String {
        let isScored = summary.heldOut != nil
        var table = TextTable(
            header: ["adapted at the shard", "rows", "precision of the prior", "parameters decided by rows"]
                + (isScored ? ["held-out rows", "gain over shared per row"] : []))
        for shard in summary.shards {
            let precisions = [
                shard.priorPrecision?.gate, shard.priorPrecision?.intercepts, shard.priorPrecision?.dispersions,
            ].compactMap { $0 }.map(Format.short)
            table.append(
                [
                    shard.name, Format.count(shard.rows),
                    precisions.isEmpty ? "as shared" : precisions.joined(separator: ", "),
                    "\(Format.number(shard.effectiveParameters, digits: 1)) of \(shard.parameters)",
                ] + (isScored ? [Format.count(shard.heldOut?.rows ?? 0), shard.heldOut?.text ?? ""] : []))
        }
        guard let all = summary.heldOut else { return table.text }
        table.append(["all shards", "", "", "", Format.count(all.rows), all.text])
        if let pooled { table.append(["over the pooled fit", "", "", "", Format.count(pooled.rows), pooled.text]) }
        return table.text
            + "\nlog-likelihood per held-out row: adapted \(Format.number(all.logLikelihoodPerRow, digits: 5)), shared "
            + Format.number(all.otherLogLikelihoodPerRow, digits: 5)
            + (pooled.map { ", pooled \(Format.number($0.otherLogLikelihoodPerRow, digits: 5))" } ?? "")
            + "; ± is the standard error of the paired difference"
    }
}
