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
        let call = LearnCall(
            paths: [path], experts: 5, threads: session.threads, more: ["--shards", String(shards)])
        let arguments = call.arguments(output: try session.data.scratch("learned.json"))
        guard let outcome = try session.dmoe("M=\(shards) rows=\(rows)", arguments) else { return }
        for measurement in try call.measurements(["rows": rows, "M": shards], outcome) { session.record(measurement) }
    }
}
