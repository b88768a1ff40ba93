import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// What a fit ends at is a maximum, by the gradient and the Hessian on all rows.
@Suite struct MaximumTests {
    private static func algorithm(_ rows: ShardRows, experts: Int) -> GeneralisedEM {
        GeneralisedEM(rows: rows, options: FitOptions(expertCount: experts), parallelism: .serial)
    }

    /// Gradient and decrement, per row in standard units.
    ///
    /// More rows than starts are compared on.
    @Test(arguments: FamilyModel.all, [1, 2]) func nothingPullsAtTheEnd(of family: FamilyModel, experts: Int) throws {
        let rows = family.rows(9000, seed: 5)
        let local = try LocalModel.fitted(rows, experts: experts, family: family.model.family) {
            $0.slopePrior = .none
        }
        try #require(local.report.stopReason == .converged)
        let kept: Set<Int> = family.model.family.standardisesResponses ? [] : [2]
        let standardisation = Standardisation(rows, keeping: kept)
        let inside = standardisation.standardised(rows)
        let system = Self.algorithm(inside, experts: local.model.expertCount)
            .newtonSystem(standardisation.standardised(local.model))
        #expect(system.gradient.allSatisfy { abs($0) < 1e-4 * Double(rows.rowCount) })
        let factor = try #require(Cholesky(system.negativeHessian), "no direction is convex")
        #expect(0.5 * dot(system.gradient, factor.solve(system.gradient)) < 1e-9 * Double(rows.rowCount))
    }

    /// To the last digits, wherever it began: what is left of the gradient is rounding.
    @Test(arguments: FamilyModel.all) func aWeightOfTwoIsTheRowTwice(family: FamilyModel) {
        let rows = family.rows(1500, seed: 5)
        let weights = (0..<1500).map { $0.isMultiple(of: 3) ? 2.0 : 1 }
        let near = family.perturbed { expert in
            for index in expert.coefficients.indices {
                expert.coefficients[index] += index.isMultiple(of: 2) ? 0.02 : -0.01
            }
        }
        func maximum(_ rows: ShardRows, from start: MixtureModel) -> MixtureModel {
            let options = FitOptions(expertCount: start.expertCount)
            let found = Refinement(options: options, rows: rows, weight: rows.totalWeight, parallelism: .serial)
                .optimum(from: start, emIterations: 5)
            #expect(found.converged)
            return found.model
        }
        let weighted = maximum(rows.weighted(weights), from: family.model)
        let copies = maximum(
            rows.subset(weights.indices.flatMap { Array(repeating: $0, count: Int(weights[$0])) }), from: near)
        #expect(
            difference(weighted.experts.flatMap(\.coefficients), copies.experts.flatMap(\.coefficients)) < 1e-8)
        #expect(difference(weighted.gate.coefficients.storage, copies.gate.coefficients.storage) < 1e-8)
        #expect(difference(weighted.experts.map(\.dispersion), copies.experts.map(\.dispersion)) < 1e-8)
    }

    /// More experts describe the rows no worse, and one no worse than a mean.
    @Test(arguments: FamilyModel.all, [1, 2, 3] as [UInt64]) func anExpertMoreLosesNothing(
        of family: FamilyModel, seed: UInt64
    ) throws {
        let rows = family.rows(900, seed: seed)
        // A single start finds poor optima. A prior takes a little of the likelihood.
        var options = FitOptions(expertCount: 1, starts: 1, seed: seed, standardErrors: .none)
        options.slopePrior = .none
        let local = try ExpertCountPath(
            design: RandomData.design(2), family: family.model.family,
            options: options, experts: 1...4
        ).fit(rows)
        let points = try #require(local.report.expertCounts).points
        #expect(points.count == 4)
        for (fewer, more) in zip(points, points.dropFirst()) where more.experts == fewer.experts + 1 {
            #expect(more.logLikelihood > fewer.logLikelihood - 1e-4, "\(more.experts) experts")
        }
    }

    /// Equal experts are a saddle: the gradient says nothing, the curvature does.
    @Test func equalExpertsAreNoMaximum() {
        let rows = RandomData.easyRows(800, seed: 4)
        let inside = Standardisation(rows).standardised(rows)
        let one = Refinement(options: FitOptions(expertCount: 1), rows: inside, weight: 800, parallelism: .serial)
            .optimum(
                from: MixtureModel(
                    design: RandomData.design(2), family: GaussianFamily(),
                    ungated: [Expert(coefficients: [0, 0, 0], dispersion: 1)]), emIterations: 5)
        let two = MixtureModel(
            design: RandomData.design(2), gate: SoftmaxGate(expertCount: 2, covariateCount: 2),
            experts: [one.model.experts[0], one.model.experts[0]])
        let found = Refinement(options: FitOptions(expertCount: 2), rows: inside, weight: 800, parallelism: .serial)
            .optimum(from: two, emIterations: 5)
        #expect(found.statistics.logLikelihood > one.statistics.logLikelihood + 100)
        #expect(found.converged)
    }

    /// From slopes that leave no information: a step of Newton's method is as long as it is useless.
    @Test(arguments: [FamilyModel.twoClasses, .fourClasses, .poisson]) func startsFarAwayArrive(family: FamilyModel) {
        let rows = family.rows(2000, seed: 3)
        let far = family.perturbed { expert in
            for index in expert.coefficients.indices { expert.coefficients[index] -= index.isMultiple(of: 3) ? 2 : 25 }
        }
        let refinement = Refinement(
            options: FitOptions(expertCount: 1), rows: rows, weight: 2000, parallelism: .serial)
        func optimum(_ expert: Expert) -> Refinement.Candidate {
            refinement.optimum(
                from: MixtureModel(design: RandomData.design(2), family: family.model.family, ungated: [expert]),
                emIterations: 5)
        }
        let near = optimum(family.model.experts[0])
        let found = optimum(far.experts[0])
        #expect(found.converged && near.converged)
        #expect(abs(found.statistics.logLikelihood - near.statistics.logLikelihood) < 1e-5)
    }
}
