import Aggregation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// What an aggregation computes block by block, against the formula and for every instruction set.
@Suite struct TransportBlockTests {
    private static let lanes = RowBlock.capacity

    private static func numbers(_ count: Int, seed: UInt64) -> [Double] {
        var random = RandomNumbers(seed: seed)
        return (0..<count * lanes).map { _ in random.uniform() }
    }

    private struct Sums: Equatable {
        var received = [Double](repeating: 0, count: 3 * 4 * lanes)
        var objective = [Double](repeating: 0, count: lanes)
        var products = [0.0, 0, 0]

        /// Two components, three experts; two of the costs are the same everywhere.
        init(_ instructionSet: InstructionSet) {
            let block = RowBlock(momentCount: 3, instructionSet: instructionSet)
            for component in [0, 1] as [UInt64] {
                let (costs, masses, values) = TransportBlockTests.component(component)
                block.addToNearest(
                    costs: costs, count: 3, masses: masses, values: values, valueCount: 3, sums: &received,
                    objective: &objective)
                block.addProducts(costs, count: 3, weights: masses, into: &products)
            }
        }
    }

    private static func component(_ seed: UInt64) -> (costs: [Double], masses: [Double], values: [Double]) {
        let costs = numbers(2, seed: 10 + seed)
        return (costs + costs.suffix(lanes), numbers(1, seed: 20 + seed), numbers(3, seed: 30 + seed))
    }

    @Test(arguments: InstructionSet.available) func theNearestReceives(instructionSet: InstructionSet) {
        let sums = Sums(instructionSet)
        for lane in 0..<Self.lanes {
            var expected = [Double](repeating: 0, count: 3 * 4)
            var objective = 0.0
            for component in [0, 1] as [UInt64] {
                let (costs, masses, values) = Self.component(component)
                // Of equal costs the first wins: nothing goes to the last expert.
                let nearest = costs[lane] <= costs[Self.lanes + lane] ? 0 : 1
                let mass = masses[lane]
                objective += mass * costs[nearest * Self.lanes + lane]
                expected[4 * nearest] += mass
                for value in 0..<3 {
                    expected[4 * nearest + 1 + value] += mass * values[value * Self.lanes + lane]
                }
            }
            #expect(difference(sums.objective[lane], objective) < 1e-15)
            #expect(difference((0..<12).map { sums.received[$0 * Self.lanes + lane] }, expected) < 1e-15)
        }
    }

    @Test func fusedInstructionSetsAgreeToTheBit() {
        let fused = InstructionSet.available.filter { $0 != .portable }.map { Sums($0) }
        #expect(fused.dropFirst().allSatisfy { $0 == fused[0] })
    }

    @Test func productsAreSummed() {
        let sums = Sums(.best)
        for expert in 0..<3 {
            let expected = ([0, 1] as [UInt64]).reduce(0.0) { sum, seed in
                let (costs, masses, _) = Self.component(seed)
                return sum + dot(costs[expert * Self.lanes..<(expert + 1) * Self.lanes], masses)
            }
            #expect(difference(sums.products[expert], expected) < 1e-13)
        }
    }

    /// Draws at one point have the mean of f̂^W there; which thread weighs the sites does not matter.
    @Test func drawsFollowTheMixture() {
        let mixture = LocalMixture(sites: (1...5).map { LocalModels.disturbed($0) }, siteWeights: .density)
        let points = Matrix(columns: [
            [Double](repeating: 0.3, count: 20_000), [Double](repeating: -0.5, count: 20_000),
        ])
        var (random, again) = (RandomNumbers(seed: 1), RandomNumbers(seed: 1))
        let draws = mixture.sampleResponses(points, using: &random)
        #expect(mixture.sampleResponses(points, using: &again, Parallelism(threads: 2)) == draws)
        let masses = mixture.masses(points.rows([0])).row(0)
        let mean = zip(masses, mixture.components).reduce(0) { sum, part in
            sum + part.0 * dot(part.1.expert.coefficients, [1, 0.3, -0.5])
        }
        let deviation = (draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000).squareRoot()
        #expect(abs(draws.reduce(0, +) / 20_000 - mean) < 4 * deviation / 20_000.squareRoot())
    }

    /// More models than starts are screened on: the optimum is that of all of them.
    @Test func manyModels() throws {
        let contributions = LocalModels.disturbed(1...250)
        let options = AggregationOptions(supportSize: 1500, gateTarget: .label)
        let global = try Coordinator(options: options, parallelism: Parallelism(threads: 2))
            .aggregate(contributions)
        let serial = try Coordinator(options: options).aggregate(contributions.reversed())
        #expect(serial == global)
        for truth in RandomData.easyModel.experts {
            let distance = global.model.experts.map { difference($0.coefficients, truth.coefficients) }.min()
            #expect(try #require(distance) < 0.03)
        }
        #expect(global.report.converged && global.report.sites.allSatisfy { Set($0.labels) == [0, 1] })
    }
}
