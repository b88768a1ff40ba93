import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Gradient and Hessian of the penalised log-likelihood against central differences.
@Suite struct NewtonSystemTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var experts: Int
        var expertCovariates: [Int]
        var gateCovariates: [Int]
        var weighted: Bool
        var ridge: Double
        var trivial = false

        var testDescription: String {
            "\(experts) experts on \(expertCovariates), gate on \(gateCovariates), \(weighted ? "weighted, " : "")"
                + "ridge \(ridge), \(trivial ? "trivial" : "gaussian")"
        }
    }

    private static let cases = [
        Case(experts: 1, expertCovariates: [0, 1, 2], gateCovariates: [0, 1, 2], weighted: false, ridge: 0),
        Case(experts: 2, expertCovariates: [0, 1, 2], gateCovariates: [0, 1, 2], weighted: false, ridge: 0),
        Case(experts: 2, expertCovariates: [0], gateCovariates: [1, 2], weighted: true, ridge: 0.1),
        Case(experts: 3, expertCovariates: [0, 1], gateCovariates: [1, 2], weighted: true, ridge: 0.01),
        Case(experts: 3, expertCovariates: [0, 1, 2], gateCovariates: [], weighted: false, ridge: 0.1),
        Case(experts: 3, expertCovariates: [], gateCovariates: [0, 2], weighted: true, ridge: 0),
        Case(experts: 3, expertCovariates: [0, 2], gateCovariates: [1], weighted: true, ridge: 0.01, trivial: true),
    ]

    private struct Problem {
        let model: MixtureModel
        let algorithm: GeneralisedEM
        let rows: ShardRows

        init(_ test: Case) {
            var random = RandomNumbers(seed: 17)
            let design = RandomData.design(3, expert: test.expertCovariates, gate: test.gateCovariates)
            let family: any ExpertFamily = test.trivial ? TrivialFamily() : GaussianFamily()
            model = RandomData.model(design, experts: test.experts, family: family, using: &random)
            let weights = test.weighted ? (0..<200).map { _ in 2 * random.uniform() } : nil
            // Drawn from another model: at its own the gradient is near zero.
            let other = RandomData.model(design, experts: test.experts, using: &random)
            rows = RandomData.rows(other, count: 200, weights: weights, using: &random)
            var options = FitOptions(expertCount: test.experts)
            options.gateRidge = test.ridge
            options.varianceFloor = 1e-9
            algorithm = GeneralisedEM(rows: rows, options: options, parallelism: .serial)
        }

        func system(_ model: MixtureModel) -> NewtonSystem {
            NewtonSystem(model.statistics(of: rows, level: .newton), model: model, algorithm: algorithm)
        }

        func moved(_ index: Int, by step: Double) -> MixtureModel {
            let system = system(model)
            var direction = [Double](repeating: 0, count: system.gradient.count)
            direction[index] = 1
            return system.moved(model, direction, by: step)
        }

        /// Written without the pass over blocks.
        func objective(_ model: MixtureModel) -> Double {
            let densities = model.logDensities(rows.covariates, responses: rows.responses)
            let weights = rows.weights ?? [Double](repeating: 1, count: rows.rowCount)
            return dot(densities, weights)
                - 0.5 * algorithm.ridge * dot(model.gate.coefficients.storage, model.gate.coefficients.storage)
        }
    }

    @Test(arguments: cases) func gradientEqualsFiniteDifferences(test: Case) {
        let problem = Problem(test)
        let gradient = problem.system(problem.model).gradient
        #expect(gradient.count == problem.model.parameterCount)
        let step = 1e-5
        for index in gradient.indices {
            let slope =
                (problem.objective(problem.moved(index, by: step)) - problem.objective(problem.moved(index, by: -step)))
                / (2 * step)
            #expect(difference(gradient[index], slope) < 1e-6, "parameter \(index)")
        }
        #expect(gradient.contains { abs($0) > 1 })
    }

    @Test(arguments: cases) func hessianEqualsFiniteDifferences(test: Case) {
        let problem = Problem(test)
        let hessian = problem.system(problem.model).negativeHessian
        let step = 1e-5
        for column in 0..<hessian.columnCount {
            let ahead = problem.system(problem.moved(column, by: step)).gradient
            let behind = problem.system(problem.moved(column, by: -step)).gradient
            let slopes = zip(ahead, behind).map { -($0 - $1) / (2 * step) }
            #expect(difference(hessian.column(column), slopes) < 1e-7, "parameter \(column)")
        }
        #expect(difference(hessian.storage, hessian.transposed().storage) < 1e-14)
    }

    /// The pass at the level of EM and the one at the level of Newton see the same gate.
    @Test func levelsAgree() {
        let problem = Problem(Self.cases[3])
        let em = problem.model.statistics(of: problem.rows, level: .expectationMaximization)
        let newton = problem.model.statistics(of: problem.rows, level: .newton)
        for gate in 0..<2 {
            #expect(
                difference(
                    em.linearSum(em.layout.gateGradient(gate)), newton.linearSum(newton.layout.gateGradient(gate)))
                    < 1e-13)
        }
        #expect(difference(problem.algorithm.state(problem.model).objective, problem.objective(problem.model)) < 1e-13)
    }

    /// A dispersion at its floor is held there while the gradient pulls it down, and let go when it pulls it up.
    @Test(arguments: [true, false]) func dispersionsAtTheFloor(exact: Bool) {
        let rows = RandomData.easyRows(300, seed: 2)
        let predictions = RandomData.easyModel.predictors(rows.covariates).column(0)
        let close = ShardRows(covariates: rows.covariates, responses: exact ? Array(predictions) : rows.responses)
        var options = FitOptions(expertCount: 1)
        options.varianceFloor = 1e-3
        let algorithm = GeneralisedEM(rows: close, options: options, parallelism: .serial)
        let model = MixtureModel(
            design: RandomData.design(2), gate: SoftmaxGate(expertCount: 1, covariateCount: 2),
            experts: [Expert(coefficients: RandomData.easyModel.experts[0].coefficients, dispersion: 1e-3)])
        let system = NewtonSystem(model.statistics(of: close, level: .newton), model: model, algorithm: algorithm)
        #expect(exact ? system.gradient[3] == 0 : system.gradient[3] > 1)
        #expect(exact ? system.negativeHessian[3, 3] == 1 : system.negativeHessian[3, 3] != 1)
    }
}
