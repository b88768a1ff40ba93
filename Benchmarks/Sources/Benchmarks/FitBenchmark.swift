import Messages

/// `dmoe fit` as a user starts it: reading, all starts, writing.
struct FitBenchmark: Benchmark {
    let name = "fit"
    let abstract = "dmoe fit with its usual starts, reading and writing included"

    func run(_ session: Session) throws {
        let rows = session.size(100_000, quick: 20_000)
        for (format, word) in [(DataWork.Format.csv, "csv"), (.npy, "npy")] {
            guard let path = try session.rowFile(format, rows: rows) else { continue }
            let fit = FitCall(path: path, experts: 5, threads: session.threads)
            guard let outcome = try session.dmoe(word, fit.arguments(output: try session.data.scratch("fit.json")))
            else { continue }
            session.record(try fit.measurement(word, rows: rows, outcome))
        }
    }
}
