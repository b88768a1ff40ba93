/// A file that need not fit in memory, beside the same fit with all rows in memory.
struct OutOfCoreBenchmark: Benchmark {
    let name = "out-of-core"
    let abstract = "dmoe fit of a .npy file of 20 covariates, K=5, with and without --out-of-core"

    func run(_ session: Session) throws {
        let rows = session.size(10_000_000, quick: 100_000)
        guard let path = try session.rowFile(.npy, rows: rows) else { return }
        for (word, more) in [("in memory", []), ("out of core", ["--out-of-core"])] {
            let fit = FitCall(path: path, experts: 5, threads: session.threads, more: more)
            let arguments = fit.arguments(output: try session.data.scratch("fit.json"))
            guard let outcome = try session.dmoe(word, arguments) else { continue }
            var measurement = try fit.measurement(word, rows: rows, outcome)
            measurement.figures["MB of rows"] = Double(rows * 21 * 8) / 1e6
            session.record(measurement)
        }
    }
}
