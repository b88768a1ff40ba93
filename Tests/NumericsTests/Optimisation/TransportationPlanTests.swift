import Foundation
import Numerics
import TestSupport
import Testing

@Suite struct TransportationPlanTests {
    private struct Problem {
        var costs: Matrix
        var sources: [Double]
        var sinks: [Double]

        var plan: TransportationPlan { TransportationPlan(costs: costs, sources: sources, sinks: sinks) }

        /// Sums of masses are 1; a third of them are 0.
        init(_ sourceCount: Int, _ sinkCount: Int, seed: UInt64) {
            var random = RandomNumbers(seed: seed)
            func shares(_ count: Int) -> [Double] {
                let masses = (0..<count).map { $0 % 3 == 1 ? 0 : random.uniform() }
                return masses.map { $0 / masses.reduce(0, +) }
            }
            costs = Matrix(
                rowCount: sourceCount, columnCount: sinkCount,
                storage: RandomData.vector(sourceCount * sinkCount, using: &random).map { $0 * $0 })
            (sources, sinks) = (shares(sourceCount), shares(sinkCount))
        }

        init(costs: Matrix, sources: [Double], sinks: [Double]) {
            (self.costs, self.sources, self.sinks) = (costs, sources, sinks)
        }
    }

    static let sizes = [(1, 1), (1, 4), (5, 1), (3, 3), (4, 7), (40, 5), (300, 8), (1000, 12)]

    @Test(arguments: sizes) func marginalsAreTheMasses(size: (Int, Int)) {
        let problem = Problem(size.0, size.1, seed: 1)
        let flows = problem.plan.flows
        #expect(flows.storage.allSatisfy { $0 >= 0 })
        #expect(difference((0..<size.0).map { flows.row($0).reduce(0, +) }, problem.sources) < 1e-14)
        #expect(difference((0..<size.1).map { flows.column($0).reduce(0, +) }, problem.sinks) < 1e-13)
    }

    /// The dual is as large as the plan costs: no plan costs less.
    ///
    /// Every source sends where c - v is least.
    @Test(arguments: sizes) func potentialsProveOptimality(size: (Int, Int)) {
        for seed in 1...5 as ClosedRange<UInt64> {
            let problem = Problem(size.0, size.1, seed: seed)
            let plan = problem.plan
            var dual = dot(problem.sinks, plan.sinkPotentials)
            for source in 0..<size.0 {
                let reduced = zip(problem.costs.row(source), plan.sinkPotentials).map(-)
                let least = reduced.min() ?? .infinity
                dual += problem.sources[source] * least
                for sink in 0..<size.1 where plan.flows[source, sink] > 0 { #expect(reduced[sink] - least < 1e-12) }
            }
            #expect(difference(plan.cost, dual) < 1e-13)
            #expect(difference(plan.cost, dot(plan.flows.storage, problem.costs.storage)) < 1e-14)
        }
    }

    /// With whole masses it is the assignment of unit masses.
    @Test(arguments: [(3, 3), (6, 4), (2, 5), (9, 3)]) func wholeMassesAreAnAssignment(size: (Int, Int)) {
        for seed in 1...10 as ClosedRange<UInt64> {
            var random = RandomNumbers(seed: seed)
            var problem = Problem(size.0, size.1, seed: seed)
            problem.sources = (0..<size.0).map { _ in Double(random.index(below: 4)) }
            problem.sources[0] += 1
            let total = Int(problem.sources.reduce(0, +))
            problem.sinks = [Double](repeating: 0, count: size.1)
            for _ in 0..<total { problem.sinks[random.index(below: size.1)] += 1 }
            func units(_ masses: [Double]) -> [Int] {
                masses.indices.flatMap { [Int](repeating: $0, count: Int(masses[$0])) }
            }
            let (rows, columns) = (units(problem.sources), units(problem.sinks))
            let single = Matrix(columns: columns.map { sink in rows.map { problem.costs[$0, sink] } })
            #expect(difference(problem.plan.cost, LinearAssignment(single).cost) < 1e-13)
        }
    }

    /// Powerco, three plants and four cities: Winston, Operations Research, section 7.1; the optimum is 1020.
    @Test func textbookExample() {
        let plan = TransportationPlan(
            costs: Matrix(columns: [[8, 9, 14], [6, 12, 9], [10, 13, 16], [9, 7, 5]]), sources: [35, 50, 40],
            sinks: [45, 20, 30, 30])
        #expect(plan.cost == 1020)
    }

    @Test func theOrderOfSourcesAndSinksDoesNotMatter() {
        let problem = Problem(60, 6, seed: 4)
        var random = RandomNumbers(seed: 5)
        let (rows, columns) = (random.permutation(60), random.permutation(6))
        let other = Problem(
            costs: Matrix(columns: columns.map { column in rows.map { problem.costs[$0, column] } }),
            sources: rows.map { problem.sources[$0] }, sinks: columns.map { problem.sinks[$0] })
        #expect(difference(other.plan.cost, problem.plan.cost) < 1e-14)
    }

    /// Many equal costs, so many paths of one length.
    @Test func tiesEnd() {
        var random = RandomNumbers(seed: 6)
        var problem = Problem(200, 7, seed: 6)
        for index in problem.costs.storage.indices { problem.costs.storage[index] = Double(random.index(below: 3)) }
        let flows = problem.plan.flows
        #expect(difference((0..<7).map { flows.column($0).reduce(0, +) }, problem.sinks) < 1e-13)
    }

    /// Sources in groups of nearly equal costs, as many models of one truth: ties up to rounding, of large costs.
    @Test(arguments: [1, 1e4, 1e8] as [Double]) func groupsOfSources(_ scale: Double) {
        for seed in 1...50 as ClosedRange<UInt64> {
            var random = RandomNumbers(seed: seed)
            let group = (0..<5).map { _ in scale * random.uniform() }
            let shares = (0..<5).map { _ in pow(random.uniform(), 8) }
            let sources = (0..<80).map { shares[$0 % 5] * (1 + 0.05 * random.uniform()) }
            let sinks = shares.map { $0 * sources.reduce(0, +) / shares.reduce(0, +) }
            let positions = (0..<80).map { group[$0 % 5] + 0.05 * scale * random.uniform() }
            let costs = Matrix(columns: group.map { sink in positions.map { ($0 - sink) * ($0 - sink) } })
            let plan = TransportationPlan(costs: costs, sources: sources, sinks: sinks)
            let dual = sources.indices.reduce(dot(sinks, plan.sinkPotentials)) { sum, source in
                sum + sources[source] * (zip(costs.row(source), plan.sinkPotentials).map(-).min() ?? 0)
            }
            #expect(abs(plan.cost - dual) < 1e-13 * scale * scale)
        }
    }

    /// Masses of all sizes, and sums that differ by more than rounding: sinks are scaled.
    @Test func massesOfAllSizes() {
        var problem = Problem(50, 5, seed: 8)
        for index in problem.sources.indices { problem.sources[index] *= [1, 1e-8, 1e-17, 1e-300][index % 4] }
        let total = problem.sources.reduce(0, +)
        let flows = problem.plan.flows
        #expect(difference((0..<5).map { flows.column($0).reduce(0, +) / total }, problem.sinks) < 1e-13)
    }

    @Test func noMassCostsNothing() {
        let costs = Matrix(columns: [[1, 2], [3, 4]])
        #expect(TransportationPlan(costs: costs, sources: [0, 0], sinks: [1, 0]).cost == 0)
    }
}
