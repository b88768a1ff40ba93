import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Rounds of generalised EM over sites, where all may be released.
@Suite struct RoundTests {
    /// A mixture with its statistics on all rows, far from their optimum and in units far from standard.
    struct Problem {
        let rows: ShardRows
        var global: FittedMixture
        var options: FitOptions

        init(seed: UInt64, experts: Int = 3, count: Int = 600) {
            var random = RandomNumbers(seed: seed)
            let design = RandomData.design(3, expert: [0, 1], gate: [1, 2])
            let model = RandomData.model(design, experts: experts, using: &random)
            let truth = RandomData.model(design, experts: experts, using: &random)
            let weights = seed.isMultiple(of: 2) ? (0..<count).map { _ in 0.2 + random.uniform() } : nil
            let plain = RandomData.rows(truth, count: count, weights: weights, using: &random)
            let units = Standardisation(center: [3, -20, 0.5, 7], scale: [0.1, 5, 2, 30])
            rows = ShardRows(
                covariates: Matrix(
                    columns: (0..<3).map { column in
                        plain.covariates.column(column).map { units.center[column] + units.scale[column] * $0 }
                    }), responses: plain.responses.map { 7 + 30 * $0 }, weights: weights)
            global = Self.fitted(units.inUserUnits(model), rows)
            options = FitOptions(expertCount: experts)
            options.minRows = 3
        }

        var round: GeneralisedEMRound { GeneralisedEMRound(at: global, options: options) }

        func after(rounds: Int) throws -> Problem {
            var result = self
            for _ in 0..<rounds {
                result.global = try result.round.update([result.round.statistics(of: rows).statistics]).fitted
                result.global = Self.fitted(result.global.model, rows)
            }
            return result
        }

        static func fitted(_ model: MixtureModel, _ rows: ShardRows) -> FittedMixture {
            FittedMixture(
                model: model, moments: model.statistics(of: rows, level: .expectationMaximization).expertMoments,
                rowCount: rows.rowCount, weight: rows.totalWeight)
        }

        func sites(_ count: Int) -> [ShardRows] {
            (0..<count).map { site in rows.subset((0..<rows.rowCount).filter { $0 % count == site }) }
        }
    }

    static func gap(_ left: RoundStatistics, _ right: RoundStatistics) -> Double {
        let moments = zip(left.moments, right.moments).map { left, right in
            difference(
                [left.weight] + left.mean + left.scatter.storage, [right.weight] + right.mean + right.scatter.storage)
        }
        return
            ([
                difference(left.logLikelihood, right.logLikelihood),
                difference(left.weight, right.weight),
                difference(Array(left.gate.gradient.joined()), Array(right.gate.gradient.joined())),
                difference(left.gate.pairs.flatMap(\.storage), right.gate.pairs.flatMap(\.storage)),
            ] + moments).max() ?? .infinity
    }

    @Test(arguments: 1...6) func aRoundIsAStepOfGeneralisedEM(seed: UInt64) throws {
        // From where the whole step of the gate is taken.
        let problem = try Problem(seed: seed).after(rounds: 5)
        let round = problem.round
        let update = try round.update([round.statistics(of: problem.rows).statistics])
        let algorithm = GeneralisedEM(
            rows: round.standardisation.standardised(problem.rows), options: problem.options, parallelism: .serial)
        let state = algorithm.state(round.standardisation.standardised(problem.global.model))
        let next = Problem.fitted(
            round.standardisation.inUserUnits(algorithm.step(from: state).model), problem.rows)
        let expected = next.model
        #expect(update.gateStep == 1)
        for (expert, other) in zip(update.fitted.model.experts, expected.experts) {
            #expect(difference(expert.coefficients, other.coefficients) < 1e-9)
            #expect(relativeError(expert.dispersion, other.dispersion) < 1e-9)
        }
        #expect(
            difference(update.fitted.model.gate.coefficients.storage, expected.gate.coefficients.storage) < 1e-9)
        let logLikelihood = problem.global.model.statistics(of: problem.rows, level: .likelihood).logLikelihood
        #expect(relativeError(update.logLikelihoodPerRow, logLikelihood / problem.rows.totalWeight) < 1e-12)
    }

    @Test(arguments: 1...4) func sitesAddUpToTheirRowsTogether(seed: UInt64) throws {
        let problem = Problem(seed: seed)
        let sites = try problem.sites(3).map { try problem.round.statistics(of: $0).statistics }
        var merged = sites[0]
        for site in sites.dropFirst() { merged.merge(site) }
        let pooled = try problem.round.statistics(of: problem.rows).statistics
        #expect(Self.gap(merged, pooled) < 1e-11)
        #expect(merged.rowCount == pooled.rowCount)
    }

    @Test func weightTwoIsARowTwiceAndWeightZeroNone() throws {
        let problem = Problem(seed: 3)
        let weights = (0..<problem.rows.rowCount).map { Double($0 % 3) }
        let repeated = problem.rows.subset(weights.indices.flatMap { [Int](repeating: $0, count: Int(weights[$0])) })
        let weighted = try problem.round.statistics(of: problem.rows.weighted(weights)).statistics
        let plain = try problem.round.statistics(of: repeated).statistics
        #expect(Self.gap(weighted, plain) < 1e-11)
        #expect(weighted.rowCount == weights.filter { $0 > 0 }.count)
    }

    @Test func neitherOrderOfSitesNorThreadsMatter() throws {
        let problem = Problem(seed: 4, count: 3000)
        let sites = try problem.sites(5).map { try problem.round.statistics(of: $0).statistics }
        let first = try problem.round.update(sites)
        #expect(try problem.round.update(sites.reversed()) == first)
        let threaded = GeneralisedEMRound(
            at: problem.global, options: problem.options, parallelism: Parallelism(threads: 2))
        #expect(try problem.sites(5).map { try threaded.statistics(of: $0).statistics } == sites)
    }

    @Test(arguments: 1...8) func theLikelihoodNeverFallsFromRoundToRound(seed: UInt64) throws {
        let problem = Problem(seed: seed, experts: 4)
        let trace = try consecutiveRounds(25, over: problem.sites(3), from: problem.global, problem.options)
            .map(\.logLikelihoodPerRow)
        #expect(neverFalls(trace))
        #expect(trace[24] > trace[0] + 0.01)
    }

    /// A whole Newton step from a gate that is sure of the wrong thing goes anywhere.
    @Test(arguments: 1...8) func aGateFarOffIsCorrectedWithCare(seed: UInt64) throws {
        var random = RandomNumbers(seed: seed)
        let rows = RandomData.easyRows(400, seed: seed)
        var model = RandomData.easyModel
        model.gate = SoftmaxGate(
            coefficients: Matrix(columns: [RandomData.vector(3, using: &random).map { 6 * $0 }, [0, 0, 0]]))
        var options = FitOptions(expertCount: 2)
        options.minRows = 3
        let updates = try consecutiveRounds(20, over: [rows], from: Problem.fitted(model, rows), options)
        let (trace, steps) = (updates.map(\.logLikelihoodPerRow), updates.map(\.gateStep))
        #expect(neverFalls(trace), "\(trace) \(steps)")
        #expect(steps[0] < 1)
        #expect(steps[19] == 1)
    }

    @Test func statisticsOfAnotherShapeAreRefused() throws {
        let problem = Problem(seed: 1)
        let other = Problem(seed: 1, experts: 2)
        let statistics = try other.round.statistics(of: other.rows).statistics
        #expect(throws: EstimationError.self) { try problem.round.update([statistics]) }
        #expect(throws: EstimationError.self) { try problem.round.update([]) }
        let empty = RoundStatistics(
            rowCount: 0, weight: 0, logLikelihood: 0, moments: [], gate: GateSums(gradient: [], pairs: []))
        #expect(throws: EstimationError.self) { try problem.round.update([empty, empty]) }
        var impossible = try problem.round.statistics(of: problem.rows).statistics
        impossible.logLikelihood = .infinity
        #expect(throws: EstimationError.self) { try problem.round.update([impossible]) }
    }

    /// The last expert is the reference: with nothing released of it, the others keep their mean against it.
    @Test(arguments: 0..<3) func expertsThatNoSiteReleasesStayAsTheyAre(withheld: Int) throws {
        let problem = Problem(seed: 1)
        let before = problem.round.standardisation.standardised(problem.global.model).gate.coefficients
        var statistics = try problem.round.statistics(of: problem.rows).statistics
        var gradient = [[Double]](repeating: [0, 0, 0], count: 3)
        var pairs = [PackedSymmetric](repeating: PackedSymmetric(size: 3), count: 3)
        let released = (0..<3).filter { $0 != withheld }
        // Of the two that are left.
        let pair = released[1] == 1 ? 0 : released[0] == 0 ? 1 : 2
        pairs[pair] = statistics.gate.pairs[pair]
        gradient[released[0]] = statistics.gate.gradient[released[0]]
        gradient[released[1]] = gradient[released[0]].map { -$0 }
        statistics.gate = GateSums(gradient: gradient, pairs: pairs)
        let update = try problem.round.update([statistics, statistics])
        let after = problem.round.standardisation.standardised(update.fitted.model).gate.coefficients
        let changes = (0..<3).map { expert in zip(after.column(expert), before.column(expert)).map(-) }
        if withheld == 2 {
            #expect(difference(changes[0], changes[1].map { -$0 }) < 1e-9)
        } else {
            #expect(changes[withheld].allSatisfy { abs($0) < 1e-9 })
        }
        #expect(changes[released[0]].contains { abs($0) > 1e-3 })
    }
}
