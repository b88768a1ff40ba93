import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

@Suite struct GeneralisedEMTests {
    /// A start and the rows of another model.
    private struct Problem {
        let start: MixtureModel
        let rows: ShardRows
        var options: FitOptions

        init(seed: UInt64, experts: Int = 3, family: any ExpertFamily = GaussianFamily()) {
            var random = RandomNumbers(seed: seed)
            let design = RandomData.design(3, expert: [0, 1], gate: [1, 2])
            start = RandomData.model(design, experts: experts, family: family, using: &random)
            let truth = RandomData.model(design, experts: experts, using: &random)
            let weights = seed.isMultiple(of: 2) ? (0..<300).map { _ in random.uniform() } : nil
            rows = RandomData.rows(truth, count: 300, weights: weights, using: &random)
            options = FitOptions(expertCount: experts)
        }

        /// A third of the rows exactly on one line: an expert collapses onto it.
        var collapsing: Problem {
            var responses = rows.responses
            for row in stride(from: 0, to: 300, by: 3) {
                responses[row] = 2 - rows.covariates[row, 0] + 0.5 * rows.covariates[row, 1]
            }
            return Problem(
                start: start,
                rows: ShardRows(covariates: rows.covariates, responses: responses, weights: rows.weights),
                options: options)
        }

        private init(start: MixtureModel, rows: ShardRows, options: FitOptions) {
            self.start = start
            self.rows = rows
            self.options = options
        }

        var algorithm: GeneralisedEM { GeneralisedEM(rows: rows, options: options, parallelism: .serial) }
    }

    @Test(arguments: 1...6) func theObjectiveNeverFalls(seed: UInt64) {
        let algorithm = Problem(seed: seed).algorithm
        let first = algorithm.state(Problem(seed: seed).start)
        let (state, _, trace) = algorithm.run(from: first, iterations: 60, tolerance: 0)
        #expect(trace.count > 10)
        #expect(neverFalls(trace + [state.objective]))
        #expect(state.objective > first.objective + 1)
    }

    @Test(arguments: 1...6) func norWhereAnExpertCollapses(seed: UInt64) {
        let problem = Problem(seed: seed).collapsing
        let algorithm = problem.algorithm
        // Started near the line, so that the expert finds it.
        var start = problem.start
        start.experts[0] = Expert(coefficients: [2.01, -1.01, 0.5], dispersion: 0.01)
        let (state, _, trace) = algorithm.run(from: algorithm.state(start), iterations: 80, tolerance: 0)
        #expect(neverFalls(trace + [state.objective]))
        #expect(state.model.experts[0].dispersion == problem.options.varianceFloor)
    }

    @Test(arguments: 1...3) func norInATrivialFamily(seed: UInt64) {
        let problem = Problem(seed: seed, family: TrivialFamily())
        let (state, _, trace) = problem.algorithm.run(
            from: problem.algorithm.state(problem.start), iterations: 60, tolerance: 0)
        #expect(trace.count > 10)
        #expect(neverFalls(trace + [state.objective]))
    }

    @Test(arguments: 1...6) func newtonNeverLowersIt(seed: UInt64) {
        let problem = seed.isMultiple(of: 3) ? Problem(seed: seed).collapsing : Problem(seed: seed)
        let algorithm = problem.algorithm
        let polish = NewtonPolish(algorithm: algorithm)
        var model = problem.start
        var objectives = [algorithm.state(model).objective]
        for _ in 0..<40 {
            guard let next = polish.step(from: model, objective: objectives[objectives.count - 1]) else { break }
            model = next.model
            objectives.append(next.objective)
            #expect(difference(algorithm.state(model).objective, next.objective) < 1e-12)
        }
        #expect(objectives.count > 3)
        #expect(neverFalls(objectives))
        #expect(objectives[objectives.count - 1] > objectives[0] + 1)
    }

    /// From a point that EM has brought near, Newton's method squares the distance in every step.
    @Test func newtonConvergesFast() {
        let rows = RandomData.easyRows(500, seed: 3)
        let options = FitOptions(expertCount: 2)
        let algorithm = GeneralisedEM(rows: rows, options: options, parallelism: .serial)
        let polish = NewtonPolish(algorithm: algorithm)
        var model = algorithm.run(
            from: algorithm.state(RandomData.easyModel), iterations: 3, tolerance: 0
        ).state.model
        for _ in 0..<5 {
            model = polish.step(from: model, objective: algorithm.state(model).objective)?.model ?? model
        }
        let system = NewtonSystem(model.statistics(of: rows, level: .newton), model: model, algorithm: algorithm)
        #expect(system.gradient.allSatisfy { abs($0) < 1e-8 * 500 })
    }

    @Test func stopsWhereNothingChanges() {
        let algorithm = GeneralisedEM(
            rows: RandomData.easyRows(500, seed: 4), options: FitOptions(expertCount: 2), parallelism: .serial)
        let result = algorithm.run(from: algorithm.state(RandomData.easyModel), iterations: 200, tolerance: 1e-8)
        #expect(result.converged)
        #expect(result.trace.count < 200)
        let next = algorithm.step(from: result.state)
        #expect(next.objective - result.state.objective < 1e-8 * 500)
    }

    @Test func threadsDoNotMatter() {
        var random = RandomNumbers(seed: 5)
        let rows = RandomData.rows(RandomData.easyModel, count: 3000, using: &random)
        let states = [1, 2].map { threads in
            let algorithm = GeneralisedEM(
                rows: rows, options: FitOptions(expertCount: 2), parallelism: Parallelism(threads: threads))
            return algorithm.run(from: algorithm.state(RandomData.easyModel), iterations: 5, tolerance: 0).state
        }
        #expect(states[0].model == states[1].model)
        #expect(states[0].objective == states[1].objective)
    }
}
