import Numerics

/// Product, factor, solution and eigenvectors of dense matrices of one size, with the kernels of each instruction set.
struct MatrixWork: Work {
    var size: Int
    var repeats: Int

    func perform() throws -> [Measurement] {
        var random = RandomNumbers(seed: 1)
        var root = Matrix(rowCount: size, columnCount: size)
        for index in root.storage.indices { root.storage[index] = random.normal() }
        var matrix = root * root.transposed()
        for index in 0..<size { matrix[index, index] += 1 }
        return InstructionSet.available.reversed().flatMap { measure(matrix, $0) }
    }

    private func measure(_ matrix: Matrix, _ instructionSet: InstructionSet) -> [Measurement] {
        let cubed = Double(size * size * size)
        let right = Array(matrix.column(0))
        let factor = Cholesky(matrix, instructionSet: instructionSet)
        return [
            measurement("product", instructionSet, cost: cubed, operations: 2 * cubed) {
                matrix.multiplied(by: matrix, instructionSet: instructionSet).storage.count
            },
            measurement("Cholesky", instructionSet, cost: cubed, operations: cubed / 3) {
                Cholesky(matrix, instructionSet: instructionSet)?.factor.rowCount ?? 0
            },
            measurement("solution", instructionSet, cost: 10 * Double(size * size), operations: nil) {
                factor?.solve(right).count ?? 0
            },
            measurement("eigenvectors", instructionSet, cost: 10 * cubed, operations: nil) {
                symmetricEigen(matrix, instructionSet: instructionSet).values.count
            },
        ]
    }

    /// - Parameters:
    ///   - cost: about as many operations; small sizes are repeated until there is something to be timed.
    ///   - operations: for the rate.
    private func measurement(
        _ what: String, _ instructionSet: InstructionSet, cost: Double, operations: Double?, _ work: () -> Int
    ) -> Measurement {
        let calls = max(1, Int(2e7 / (cost + 4000)))
        var sizes = 0
        let times = Stopwatch.processorTimes(repeats) { for _ in 0..<calls { sizes += work() } }
        let seconds = times.median / Double(calls)
        var figures = ["µs": 1e6 * seconds]
        if let operations { figures["GFLOP/s"] = operations / seconds / 1e9 }
        return Measurement(
            what: "\(what) \(instructionSet.rawValue)", sizes: ["n": size, "threads": 1], seconds: seconds,
            repeats: repeats, figures: figures, note: sizes > 0 ? nil : "no result")
    }
}
