import Estimation
import TestSupport
import Testing

@Suite struct QuasiNewtonTests {
    /// What the Hessian is wrong by on the whole shows in the first step: it costs hardly more steps, and leads to the same place.
    @Test(arguments: [0.3, 0.5, 2, 4]) func aHessianOfAnotherScaleServesAsWell(factor: Double) throws {
        let rows = RandomData.easyRows(2000, seed: 3)
        let algorithm = GeneralisedEM(rows: rows, options: FitOptions(expertCount: 2), parallelism: .serial)
        let optimum = algorithm.run(from: algorithm.state(RandomData.easyModel), iterations: 200, tolerance: 1e-13)
        var start = optimum.state.model
        for expert in start.experts.indices { start.experts[expert].coefficients[1] += 0.1 }
        let system = algorithm.newtonSystem(optimum.state.model)
        func run(_ factor: Double) throws -> (result: QuasiNewton.Result, steps: Int) {
            var trace = [Double]()
            let newton = try #require(QuasiNewton(algorithm, metric: system, weight: rows.totalWeight / factor))
            let result = newton.run(from: start, steps: 50, tolerance: 1e-9, trace: &trace)
            return (result, trace.count)
        }
        let (exact, scaled) = (try run(1), try run(factor))
        #expect(exact.result.converged && scaled.result.converged)
        #expect(abs(scaled.result.objective - exact.result.objective) < 1e-8 * rows.totalWeight)
        #expect(scaled.steps <= exact.steps + 3, "\(scaled.steps) steps for \(exact.steps)")
    }
}
