import Foundation

/// The whole path by the command line, against the fit of the pooled rows in the same run.
struct LearnBenchmark: Benchmark {
    let name = "learn"
    let abstract = "dmoe learn on random shards of a CSV file, a fifth held out, against the pooled fit"

    func run(_ session: Session) throws {
        for rows in session.size([100_000, 1_000_000], quick: [20_000]) {
            guard let path = try session.rowFile(.csv, rows: rows) else { continue }
            for shards in session.size([4, 16, 64, 128], quick: [4, 16]) {
                try learn(session, path, rows: rows, shards: shards)
            }
        }
    }

    private func learn(_ session: Session, _ path: String, rows: Int, shards: Int) throws {
        let sizes = ["rows": rows, "M": shards, "threads": session.threads]
        let arguments = [
            "learn", path, "--target", "y", "--experts", "5", "--shards", String(shards), "--holdout", "0.2",
            "--pooled", "--quiet", "--json", "--threads", String(session.threads), "-o",
            try session.data.scratch("learned.json"),
        ]
        guard let outcome = try session.dmoe("M=\(shards) rows=\(rows)", arguments) else { return }
        let summary = try JSONDecoder().decode(Summary.self, from: Data(outcome.output.utf8))
        let pooled = summary.pooled
        session.record(
            Measurement(
                what: "slowest shard + merge", sizes: sizes, seconds: summary.learningSeconds,
                score: summary.heldOut.score,
                figures: [
                    "s merge": summary.aggregationSeconds,
                    "x pooled": summary.learningSeconds / pooled.learningSeconds,
                    "held-out below pooled":
                        pooled.heldOut.logLikelihoodPerRow - summary.heldOut.logLikelihoodPerRow,
                ]))
        session.record(
            Measurement(
                what: "pooled", sizes: sizes, seconds: pooled.learningSeconds, score: pooled.heldOut.score))
        // Reading, all shards on this machine, the pooled fit and the scores: the process as a whole.
        session.record(
            Measurement(
                what: "wall, pooled included", sizes: sizes, seconds: outcome.seconds, peakMB: outcome.peakMB,
                figures: ["s without pooled": summary.wallSeconds]))
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
