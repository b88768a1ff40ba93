import Foundation

/// A call of `dmoe fit` on a file of made rows.
struct FitCall {
    var path: String
    var experts: Int
    var threads: Int
    var more: [String] = []

    func arguments(output: String) -> [String] {
        let target = path.hasSuffix(".npy") ? "c20" : "y"
        return [
            "fit", path, "--no-ledger", "--target", target, "--experts", String(experts), "--quiet", "--json",
            "--threads",
            String(threads), "-o", output,
        ] + more
    }

    func measurement(_ what: String, rows: Int, _ outcome: ChildProcess.Outcome) throws -> Measurement {
        let summary = try JSONDecoder().decode(Summary.self, from: Data(outcome.output.utf8))
        return Measurement(
            what: what, sizes: ["rows": rows, "d": 20, "K": experts, "threads": threads], seconds: outcome.seconds,
            peakMB: outcome.peakMB, score: .init(name: "log-likelihood", value: summary.logLikelihood),
            figures: ["iterations": Double(summary.iterations)],
            note: summary.stopReason == "converged" ? nil : "not converged")
    }

    private struct Summary: Decodable {
        var logLikelihood: Double
        var iterations: Int
        var stopReason: String
    }
}
