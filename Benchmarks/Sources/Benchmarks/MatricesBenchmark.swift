/// The dense matrices on the way to a model.
struct MatricesBenchmark: Benchmark {
    let name = "matrices"
    let abstract = "product, Cholesky factor, solution and eigenvectors of dense matrices, one thread"

    func run(_ session: Session) throws {
        for size in session.size([5, 20, 60, 150, 400, 1000], quick: [5, 20, 150]) {
            let work = MatrixWork(size: size, repeats: session.size(7, quick: 3))
            try session.measure("n=\(size)", .matrices(work), isAlone: false)
        }
    }
}
