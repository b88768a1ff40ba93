import Numerics

/// The pass over the rows, on which all fitting stands.
struct PassBenchmark: Benchmark {
    let name = "pass"
    let abstract = "statistics of rows in memory, against a measured product of matrices"

    func run(_ session: Session) throws {
        for columns in session.size([5, 10, 21, 50, 100], quick: [5, 21]) {
            for experts in session.size([2, 3, 5, 10], quick: [2, 5]) {
                let work = PassWork(
                    columns: columns, experts: experts, threads: session.threads > 1 ? [1, session.threads] : [1],
                    budget: session.size(2e9, quick: 4e8), repeats: session.size(5, quick: 3))
                // One process measures many things: its memory is that of none.
                try session.measure("p=\(columns) K=\(experts)", .pass(work), isAlone: false)
            }
        }
    }
}
