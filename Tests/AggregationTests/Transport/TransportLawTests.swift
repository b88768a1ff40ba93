import Aggregation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Laws of the mixture of local models, of the plan and of the MM algorithm, on random problems.
@Suite struct TransportLawTests {
    private struct Problem {
        let mixture: LocalMixture
        let support: SupportSample
        let transport: TransportProblem
        let start: [Expert]

        init(seed: UInt64, siteWeights: AggregationOptions.SiteWeights = .density, experts: Int = 3) {
            var random = RandomNumbers(seed: seed)
            let design = RandomData.design(3, expert: [0, 1], gate: [1, 2])
            let sites = (0..<5).map { site in
                let model = RandomData.model(design, experts: 2 + site % 2, using: &random)
                let rows = RandomData.rows(model, count: 100 + 30 * site, using: &random)
                return LocalModels.fitted(model, on: rows)
            }
            mixture = LocalMixture(sites: sites, siteWeights: siteWeights)
            support = SupportSample.drawn(from: mixture.sketch, count: 250, using: &random)
            transport = TransportProblem(mixture, support: support)
            start = RandomData.model(design, experts: experts, using: &random).experts
        }
    }

    @Test(arguments: 1...8) func theObjectiveNeverRises(seed: UInt64) throws {
        let problem = Problem(seed: seed)
        let result = TransportReduction.run(
            problem.transport, from: problem.start, tolerance: 1e-12, maxIterations: 200)
        #expect(result.objectives.count > 2)
        #expect(result.converged)
        #expect(zip(result.objectives, result.objectives.dropFirst()).allSatisfy { $0.1 <= $0.0 })
        let last = try #require(result.objectives.last)
        #expect(difference(TransportPlan(problem.transport, experts: result.experts).objective, last) < 1e-14)
        #expect(last > 0)
    }

    @Test func boundedIterations() {
        let problem = Problem(seed: 1)
        let result = TransportReduction.run(problem.transport, from: problem.start, tolerance: 0, maxIterations: 2)
        #expect(!result.converged)
        #expect(result.objectives.count == 3)
    }

    @Test(arguments: AggregationOptions.SiteWeights.allCases)
    func massesSumToOne(siteWeights: AggregationOptions.SiteWeights) {
        let problem = Problem(seed: 2, siteWeights: siteWeights)
        let masses = problem.mixture.masses(problem.support.points)
        for row in 0..<masses.rowCount {
            #expect(difference(masses.row(row).reduce(0, +), 1) < 1e-12)
        }
        #expect(masses.storage.allSatisfy { $0 >= 0 })
        #expect(difference(problem.transport.masses.storage.reduce(0, +), 1) < 1e-12)
    }

    /// Far from every site the densities underflow; their ratio does not.
    @Test func massesFarOut() {
        let problem = Problem(seed: 2)
        let masses = problem.mixture.masses(Matrix(columns: [[1e3, -1e3], [1e3, 0], [0, 1e3]]))
        for row in 0..<2 { #expect(difference(masses.row(row).reduce(0, +), 1) < 1e-12) }
    }

    /// Constant weights are the shares of the rows: λ_m = N_m / N.
    @Test func constantWeights() {
        let problem = Problem(seed: 3, siteWeights: .constant)
        let masses = problem.mixture.masses(problem.support.points)
        let total = Double(100 + 130 + 160 + 190 + 220)
        for row in 0..<masses.rowCount {
            // The sites have 2, 3, 2, 3 and 2 experts.
            let values = masses.row(row)
            #expect(difference(values[0..<2].reduce(0, +), 100 / total) < 1e-12)
            #expect(difference(values[7..<10].reduce(0, +), 190 / total) < 1e-12)
        }
    }

    /// Where two sites are far apart, each weighs everything at home.
    @Test func densityWeights() {
        var random = RandomNumbers(seed: 4)
        let model = RandomData.easyModel
        let sites = [-10.0, 10].map { origin in
            var covariates = RandomData.matrix(200, 2, using: &random)
            for row in 0..<200 { covariates[row, 0] += origin }
            let rows = ShardRows(covariates: covariates, responses: model.sample(covariates, using: &random))
            return LocalModels.fitted(model, on: rows)
        }
        let masses = LocalMixture(sites: sites, siteWeights: .density).masses(
            Matrix(columns: [[-10, 10], [0, 0]]))
        #expect(masses.row(0)[0..<2].reduce(0, +) > 1 - 1e-9)
        #expect(masses.row(1)[2..<4].reduce(0, +) > 1 - 1e-9)
    }

    /// Where sites see the same covariates, their shares of the rows decide.
    @Test func densityWeightsOfSitesAtOnePlace() {
        let rows = RandomData.easyRows(200, seed: 5)
        let sites = [1.0, 3].map {
            LocalModels.fitted(RandomData.easyModel, on: rows.weighted([Double](repeating: $0, count: 200)))
        }
        let masses = LocalMixture(sites: sites, siteWeights: .density).masses(rows.covariates)
        for row in 0..<200 { #expect(difference(masses.row(row)[0..<2].reduce(0, +), 0.25) < 0.05) }
    }

    @Test(arguments: 1...4) func thePlanKeepsTheMasses(seed: UInt64) {
        let problem = Problem(seed: seed)
        let plan = TransportPlan(problem.transport, experts: problem.start)
        for row in 0..<250 {
            let sent = problem.transport.masses.row(row).reduce(0, +)
            #expect(difference(plan.masses.row(row).reduce(0, +), sent) < 1e-14)
        }
    }

    /// Points x experts.
    private func predictors(_ experts: [Expert], _ problem: Problem) -> Matrix {
        let design = RandomData.design(3, expert: [0, 1], gate: [1, 2])
        return Matrix(
            columns: experts.map { expert in
                (0..<problem.support.points.rowCount).map { row in
                    let point = problem.support.points.row(row)
                    return dot(expert.coefficients, [1] + design.expertCovariates.map { point[$0] })
                }
            })
    }

    /// Sending every component to the expert of least divergence costs no more than any fixed assignment.
    @Test(arguments: 1...4) func thePlanIsOptimal(seed: UInt64) {
        let problem = Problem(seed: seed)
        let plan = TransportPlan(problem.transport, experts: problem.start)
        let sources = predictors(problem.transport.components, problem)
        let targets = predictors(problem.start, problem)
        let family = GaussianFamily()
        var (cheapest, byLabel) = (0.0, 0.0)
        let labels = problem.transport.labels(for: problem.start)
        var fixed = [Double](repeating: 0, count: 3)
        for component in 0..<labels.count {
            for point in 0..<250 {
                let costs = (0..<3).map { expert in
                    family.divergence(
                        [sources[point, component]], problem.transport.components[component].dispersion,
                        to: [targets[point, expert]], problem.start[expert].dispersion)
                }
                let mass = problem.transport.masses[point, component]
                cheapest += mass * (costs.min() ?? 0)
                byLabel += mass * costs[labels[component]]
                for expert in 0..<3 { fixed[expert] += mass * costs[expert] }
            }
        }
        #expect(difference(plan.objective, cheapest) < 1e-12)
        #expect(plan.objective <= byLabel)
        #expect(fixed.allSatisfy { byLabel <= $0 + 1e-12 })
    }

    /// As many experts as components, started at them: nothing has to move.
    @Test func nothingToReduce() {
        let problem = Problem(seed: 5)
        let experts = problem.mixture.components.map(\.expert)
        let result = TransportReduction.run(problem.transport, from: experts, tolerance: 1e-12, maxIterations: 50)
        #expect(result.objectives[0] < 1e-15)
        #expect(difference(result.experts.flatMap(\.coefficients), experts.flatMap(\.coefficients)) < 1e-8)
    }
}
