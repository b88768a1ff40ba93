import Foundation

/// A call of `dmoe learn` with a fifth of the rows held out, beside the pooled fit in the same run.
struct LearnCall {
    var paths: [String]
    var experts: Int
    var threads: Int
    var more: [String] = []

    func arguments(output: String) -> [String] {
        ["learn"] + paths + [
            "--target", "y", "--experts", String(experts), "--holdout", "0.2", "--pooled", "--quiet", "--json",
            "--threads", String(threads), "-o", output,
        ] + more
    }

    /// - Parameters:
    ///   - family: goes before what was measured.
    ///   - sizes: without the threads.
    func measurements(
        family: String? = nil, _ sizes: [String: Int], _ outcome: ChildProcess.Outcome
    ) throws -> [Measurement] {
        let sizes = sizes.merging(["threads": threads]) { $1 }
        let prefix = family.map { $0 + ": " } ?? ""
        let summary = try JSONDecoder().decode(Summary.self, from: Data(outcome.output.utf8))
        let pooled = summary.pooled
        return [
            Measurement(
                what: prefix + "slowest shard + merge", sizes: sizes, seconds: summary.learningSeconds,
                score: summary.heldOut.score,
                figures: [
                    "s merge": summary.aggregationSeconds,
                    "x pooled": summary.learningSeconds / pooled.learningSeconds,
                    "held-out below pooled":
                        pooled.heldOut.logLikelihoodPerRow - summary.heldOut.logLikelihoodPerRow,
                ]),
            Measurement(
                what: prefix + "pooled", sizes: sizes, seconds: pooled.learningSeconds, score: pooled.heldOut.score),
            // Reading, all shards on this machine, the pooled fit and the scores: the process as a whole.
            Measurement(
                what: prefix + "wall, pooled included", sizes: sizes, seconds: outcome.seconds, peakMB: outcome.peakMB,
                figures: ["s without pooled": summary.wallSeconds]),
        ]
    }

    private struct Summary: Decodable {
        var learningSeconds: Double
        var aggregationSeconds: Double
        var wallSeconds: Double
        var heldOut: HeldOut
        var pooled: Pooled
    }

    private struct Pooled: Decodable {
        var learningSeconds: Double
        var heldOut: HeldOut
    }

    private struct HeldOut: Decodable {
        var logLikelihoodPerRow: Double
        var score: Measurement.Score { .init(name: "held-out", value: logLikelihoodPerRow) }
    }
}
