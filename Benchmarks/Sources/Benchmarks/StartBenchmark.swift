/// One start on the rows of one place, beside what others have for the same likelihood.
struct StartBenchmark: Benchmark {
    let name = "start"
    let abstract = "one start to convergence, N=100,000, d=20, K=5, beside peers on the same rows"

    func run(_ session: Session) throws {
        let rows = session.size(100_000, quick: 20_000)
        guard let path = try session.rowFile(.npy, rows: rows) else { return }
        for threads in Set([1, session.threads]).sorted() {
            try session.measure("dmoe", .start(StartWork(path: path, threads: threads)))
        }
        try session.peer(.jax, data: path, rows: rows)
        // flexmix takes minutes for all rows; its time is for few and is to be read as such.
        let few = session.size(6250, quick: 1000)
        guard let sample = try session.rowFile(.npy, rows: few) else { return }
        try session.measure("dmoe", .start(StartWork(path: sample, threads: session.threads)))
        try session.peer(.flexmix, data: sample, rows: few)
    }
}
