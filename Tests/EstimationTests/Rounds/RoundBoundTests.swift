import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// What the statistics of a round may say of the gate: what rows do, whatever the mixture is, and nothing that would take it anywhere.
@Suite struct RoundBoundTests {
    private typealias Problem = RoundTests.Problem

    private func problem(_ problem: Problem, _ change: (GateSums) -> GateSums = { $0 }) throws -> String? {
        var statistics = try problem.round.statistics(of: problem.rows).statistics
        statistics.gate = change(statistics.gate)
        return statistics.gateProblem(problem.global.model.design, problem.round.standardisation)
    }

    /// Mixtures that have nothing to do with the rows, and ones that were fitted to them.
    @Test(arguments: 1...40) func thatOfRowsIsTaken(seed: UInt64) throws {
        let far = Problem(seed: seed, experts: 2 + Int(seed % 4))
        #expect(try problem(far) == nil)
        guard seed < 6 else { return }
        #expect(try problem(far.after(rounds: 10)) == nil)
    }

    @Test(arguments: [0, 1e-200, 1e-30, 1e-12]) func informationThatIsMissingIsRefused(factor: Double) throws {
        for seed in 1...5 as ClosedRange<UInt64> {
            let far = Problem(seed: seed)
            let refusal = try problem(far) { GateSums(gradient: $0.gradient, pairs: $0.pairs.map { factor * $0 }) }
            #expect(try #require(refusal).contains("more than the information supports"))
        }
    }

    /// Along one direction, or of one pair.
    @Test func informationThatIsMissingInPartIsRefused() throws {
        let far = Problem(seed: 3)
        #expect(
            try problem(far) { gate in
                GateSums(
                    gradient: gate.gradient,
                    pairs: gate.pairs.map { pair in
                        var pair = pair
                        for other in 0..<pair.size { pair[1, other] = 0 }
                        return pair
                    })
            } != nil)
        #expect(
            try problem(far) { gate in
                GateSums(
                    gradient: gate.gradient,
                    pairs: gate.pairs.enumerated().map { index, pair in index == 0 ? pair : 0 * pair })
            } != nil)
    }

    /// Both withheld: nothing is to be said.
    @Test func noGateIsTaken() throws {
        #expect(
            try problem(Problem(seed: 4)) { gate in
                GateSums(
                    gradient: gate.gradient.map { $0.map { _ in 0 } }, pairs: gate.pairs.map { 0 * $0 })
            } == nil)
    }

    /// Whatever is let pass, log odds change by no more than the lemma covers.
    @Test func noStepGoesBeyondReach() throws {
        let far = Problem(seed: 5)
        var statistics = try far.round.statistics(of: far.rows).statistics
        statistics.gate = GateSums(gradient: statistics.gate.gradient, pairs: statistics.gate.pairs.map { 0 * $0 })
        let next = try far.round.update([statistics]).fitted.model
        let rows = far.rows
        let odds = { (model: MixtureModel) in
            Prediction(model, covariates: rows.covariates).gates.storage.map { max($0, 1e-30) }
        }
        let (before, after) = (odds(far.global.model), odds(next))
        let squares = (0..<rows.rowCount).map { row -> Double in
            let own = { (gates: [Double]) in log(gates[row] / gates[row + rows.rowCount]) }
            let change = own(after) - own(before)
            return change * change
        }
        #expect((squares.reduce(0, +) / Double(rows.rowCount)).squareRoot() < 10)
    }
}
