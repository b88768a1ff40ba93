/// Local models into one, by their number.
struct AggregationBenchmark: Benchmark {
    let name = "aggregation"
    let abstract = "local models of one truth (K=5, d=20, 1,000 rows each) into one, S=5,000"

    func run(_ session: Session) throws {
        for models in session.size([10, 100, 1000, 10_000], quick: [10, 100]) {
            try session.measure("M=\(models)", .aggregation(AggregationWork(models: models, threads: session.threads)))
        }
    }
}
