import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Rounds of families whose weighted fit is not closed, where all may be released.
@Suite struct FamilyRoundTests {
    static let families = FamilyModel.all.filter { $0.name != "gaussian" }

    /// A mixture off the one that drew the rows, in units far from standard.
    struct Problem {
        let rows: ShardRows
        let global: FittedMixture
        var options = FitOptions(expertCount: 2)

        init(_ family: FamilyModel, seed: UInt64 = 1, count: Int = 600, step: Double = 0.1) {
            let plain = family.rows(
                count, seed: seed, weights: (0..<count).map { 0.5 + Double(($0 * 7) % 10) / 10 })
            let units = Standardisation(center: [3, -20, 0], scale: [0.1, 5, 1])
            rows = ShardRows(
                covariates: Matrix(
                    columns: (0..<2).map { column in
                        plain.covariates.column(column).map { units.center[column] + units.scale[column] * $0 }
                    }), responses: plain.responses, weights: plain.weights)
            var model = family.perturbed { expert in
                for index in expert.coefficients.indices { expert.coefficients[index] += index % 2 == 0 ? step : -step }
                if family.model.family.hasDispersion { expert.dispersion *= exp(step) }
            }
            model.gate.coefficients[1, 0] -= step
            global = Self.fitted(units.inUserUnits(model), rows)
            options.minRows = 1
        }

        var round: GeneralisedEMRound { GeneralisedEMRound(at: global, options: options) }

        /// The rows in the units of the round.
        var standard: ShardRows { round.standardisation.standardised(rows) }

        func sites(_ count: Int) -> [ShardRows] {
            (0..<count).map { site in rows.subset((0..<rows.rowCount).filter { $0 % count == site }) }
        }

        static func fitted(_ model: MixtureModel, _ rows: ShardRows) -> FittedMixture {
            let statistics = model.statistics(of: rows, level: .expectationMaximization)
            return FittedMixture(
                model: model, moments: statistics.expertMoments,
                information: model.experts.indices.map {
                    statistics.expertInformation($0, model.design.expertPositions)
                }, rowCount: rows.rowCount, weight: rows.totalWeight)
        }
    }

    private static func numbers(_ statistics: RoundStatistics) -> [Double] {
        statistics.coefficients.flatMap {
            $0.score + $0.information.storage + [$0.dispersionScore, $0.dispersionInformation]
        } + (statistics.jointInformation?.storage ?? []) + statistics.gate.gradient.joined()
    }

    @Test(arguments: families) func sitesAddUpToTheirRowsTogether(_ family: FamilyModel) throws {
        let problem = Problem(family)
        let sites = try problem.sites(3).map { try problem.round.statistics(of: $0).statistics }
        var merged = sites[0]
        for site in sites.dropFirst() { merged.merge(site) }
        let pooled = try problem.round.statistics(of: problem.rows)
        #expect(pooled.warnings.isEmpty)
        #expect(merged.jointInformation != nil)
        #expect(difference(Self.numbers(merged), Self.numbers(pooled.statistics)) < 1e-8)
        let (one, other) = (try problem.round.update(sites), try problem.round.update([pooled.statistics]))
        #expect(
            difference(
                one.fitted.model.experts.flatMap(\.coefficients), other.fitted.model.experts.flatMap(\.coefficients))
                < 1e-9)
    }

    @Test(arguments: families) func neitherOrderOfSitesNorThreadsMatter(_ family: FamilyModel) throws {
        let problem = Problem(family, count: 900)
        let sites = try problem.sites(5).map { try problem.round.statistics(of: $0).statistics }
        let first = try problem.round.update(sites)
        #expect(try problem.round.update(sites.reversed()) == first)
        let threaded = GeneralisedEMRound(
            at: problem.global, options: problem.options, parallelism: Parallelism(threads: 2))
        #expect(try problem.sites(5).map { try threaded.statistics(of: $0).statistics } == sites)
    }

    /// Along any line of the parameters, gates but the last, coefficients, log dispersions.
    @Test(arguments: families) func scoresAndInformationAreDerivativesOfTheLogLikelihood(_ family: FamilyModel) throws {
        let problem = Problem(family)
        let (model, rows) = (problem.round.standardisation.standardised(problem.global.model), problem.standard)
        let released = try problem.round.statistics(of: problem.rows).statistics
        let joint = try #require(released.jointInformation)
        let gradient =
            released.gate.gradient.dropLast().flatMap { $0 } + released.coefficients.flatMap(\.score)
            + (model.family.hasDispersion ? released.coefficients.map(\.dispersionScore) : [])
        #expect(gradient.count == joint.size)
        var random = RandomNumbers(seed: 5)
        for _ in 0..<5 {
            let direction = RandomData.vector(gradient.count, using: &random)
            func value(_ length: Double) -> Double {
                Self.moved(model, direction.map { length * $0 }).statistics(of: rows, level: .likelihood).logLikelihood
            }
            let step = 1e-4
            let (before, here, after) = (value(-step), value(0), value(step))
            let slope = dot(gradient, direction)
            let scale = (dot(gradient, gradient) * dot(direction, direction)).squareRoot() + 1
            #expect(abs((after - before) / (2 * step) - slope) < 1e-5 * scale)
            let curvature = dot(direction, joint * direction)
            #expect(
                abs((after - 2 * here + before) / (step * step) + curvature)
                    < 1e-3 * joint.storage.reduce(0) { max($0, abs($1)) } * dot(direction, direction))
        }
    }

    private static func moved(_ model: MixtureModel, _ step: [Double]) -> MixtureModel {
        var result = model
        var rest = step[...]
        for gate in 0..<model.expertCount - 1 {
            for row in 0..<model.gate.coefficients.rowCount {
                result.gate.coefficients[row, gate] += rest.removeFirst()
            }
        }
        for expert in model.experts.indices {
            for index in model.experts[expert].coefficients.indices {
                result.experts[expert].coefficients[index] += rest.removeFirst()
            }
        }
        guard model.family.hasDispersion else { return result }
        for expert in model.experts.indices { result.experts[expert].dispersion *= exp(rest.removeFirst()) }
        return result
    }

    /// From a mixture near an optimum in eight rounds, each of which raises the likelihood; there scores vanish.
    @Test(arguments: families) func eightRoundsReachTheOptimum(_ family: FamilyModel) throws {
        let problem = Problem(family, count: 6000, step: 0.03)
        let updates = try consecutiveRounds(8, over: problem.sites(3), from: problem.global, problem.options)
        let trace = updates.map(\.logLikelihoodPerRow)
        let global = updates[7].fitted
        var options = FitOptions(expertCount: 2, starts: 1, tolerance: 1e-13)
        options.initialModels = [global.model]
        options.minRows = 1
        let pooled = try LocalFit(design: family.model.design, family: family.model.family, options: options)
            .fit(problem.rows)
        let best = pooled.fitted.model.statistics(of: problem.rows, level: .likelihood).logLikelihood
        let last = global.model.statistics(of: problem.rows, level: .likelihood).logLikelihood
        #expect(neverFalls(trace), "\(trace)")
        // Two experts that share all covariates are next to undetermined by classes: a flat ridge with optima beside each other.
        guard family.model.family.response.classes == nil else { return }
        #expect(abs(best - last) / problem.rows.totalWeight < 1e-6, "\(trace) \(last / problem.rows.totalWeight)")
        let end = try GeneralisedEMRound(at: global, options: problem.options).statistics(of: problem.rows).statistics
        for sums in end.coefficients {
            #expect(sums.score.allSatisfy { abs($0) < 0.02 * problem.rows.totalWeight.squareRoot() })
        }
    }

    /// With one expert rounds are scoring steps of a generalised linear model.
    @Test(arguments: families) func oneExpertBecomesTheRegressionOfAllRows(_ family: FamilyModel) throws {
        let problem = Problem(family, count: 1500)
        let expert = problem.global.model.experts[0]
        let model = MixtureModel(design: family.model.design, family: family.model.family, ungated: [expert])
        var options = FitOptions(expertCount: 1)
        options.minRows = 1
        let start = Problem.fitted(model, problem.rows)
        let global = try consecutiveRounds(12, over: problem.sites(4), from: start, options)[11].fitted
        var fit = options
        fit.tolerance = 1e-13
        let pooled = try LocalFit(design: family.model.design, family: family.model.family, options: fit)
            .fit(problem.rows)
        let best = pooled.fitted.model.statistics(of: problem.rows, level: .likelihood).logLikelihood
        let last = global.model.statistics(of: problem.rows, level: .likelihood).logLikelihood
        #expect(abs(best - last) / problem.rows.totalWeight < 1e-8)
    }

    /// An outlying row of a covariate, and a model that is far off.
    @Test(arguments: families, [3.0, 30]) func aStepNeverLeavesTheNumbers(_ family: FamilyModel, step: Double) throws {
        let problem = Problem(family, count: 300, step: step)
        var columns = (0..<2).map { Array(problem.rows.covariates.column($0)) }
        columns[0][0] = 1e4
        let rows = ShardRows(covariates: Matrix(columns: columns), responses: problem.rows.responses)
        var global = problem.global
        for _ in 0..<5 {
            let round = GeneralisedEMRound(at: global, options: problem.options)
            guard let released = try? round.statistics(of: rows).statistics, let update = try? round.update([released])
            else { break }
            global = update.fitted
            let numbers =
                global.model.experts.flatMap { $0.coefficients + [$0.dispersion] }
                + global.model.gate.coefficients.storage
            #expect(!numbers.contains { !$0.isFinite })
            #expect(update.logLikelihoodPerRow.isFinite)
        }
    }

    /// Rows behind an offset: the exposure enters as it is.
    @Test func exposuresAreKept() throws {
        let design = Design(target: "y", expertFeatures: ["x"], gateFeatures: ["x"], offset: "log exposure")
        let truth = MixtureModel(
            design: design, family: PoissonFamily(),
            gate: SoftmaxGate(coefficients: Matrix(columns: [[0, 1], [0, 0]])),
            experts: [Expert(coefficients: [0, 0.5], dispersion: 1), Expert(coefficients: [2, -0.3], dispersion: 1)])
        var random = RandomNumbers(seed: 3)
        let rows = RandomData.rows(truth, count: 2000, using: &random)
        var start = truth
        start.experts[0].coefficients[0] = 0.3
        let global = try consecutiveRounds(
            8, over: [rows], from: Problem.fitted(start, rows), FitOptions(expertCount: 2))[7].fitted
        #expect(abs(global.model.experts[0].coefficients[0]) < 0.15)
        #expect(abs(global.model.experts[1].coefficients[0] - 2) < 0.1)
    }
}
