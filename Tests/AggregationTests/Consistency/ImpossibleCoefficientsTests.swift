import Aggregation
import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Coefficients of an expert against its information.
@Suite struct ImpossibleCoefficientsTests {
    private static let design = Design(target: "y", covariates: ["skewed", "flag", "normal"])

    /// Covariates of every shape, and slopes that make the largest counts the few rows of a tail.
    private static func rows(_ count: Int, seed: UInt64, tail: Double) -> ShardRows {
        var random = RandomNumbers(seed: seed)
        let skewed = (0..<count).map { _ in exp(random.normal()) }
        let flags = (0..<count).map { _ in random.uniform() < 0.05 ? 1.0 : 0 }
        let normal = (0..<count).map { _ in random.normal() }
        let responses = (0..<count).map { row in
            PoissonFamily().sample(
                [0.2 + tail * min(skewed[row], 8) - 2 * flags[row] + 0.4 * normal[row]], dispersion: 1, using: &random)
        }
        return ShardRows(covariates: Matrix(columns: [skewed, flags, normal]), responses: responses)
    }

    private static func fits() throws -> [(name: String, fitted: FittedMixture)] {
        try [Lasso.none, .weights(gate: 5, experts: 5)].flatMap { lasso in
            try [1, 2].flatMap { experts in
                try [0.05, 0.5].map { tail in
                    var options = FitOptions(expertCount: experts, starts: 3)
                    options.lasso = lasso
                    let fit = LocalFit(design: design, family: PoissonFamily(), options: options)
                    return (
                        "\(lasso), \(experts) experts, \(tail)", try fit.fit(rows(400, seed: 3, tail: tail)).fitted
                    )
                }
            }
        }
    }

    @Test func honestSitesArePossible() throws {
        for (name, fitted) in try Self.fits() { #expect(ImpossibleModel(fitted) == nil, "\(name)") }
    }

    @Test(arguments: [-1e30, -40, -1, 1, 40, 600]) func otherInterceptsAreNot(shift: Double) throws {
        for (name, fitted) in try Self.fits() {
            var changed = fitted
            let own = fitted.model.experts[0]
            var experts = fitted.model.experts
            experts[0] = Expert(
                coefficients: [own.coefficients[0] + shift] + own.coefficients.dropFirst(), dispersion: own.dispersion)
            changed.model = MixtureModel(
                design: fitted.model.design, family: fitted.model.family, gate: fitted.model.gate, experts: experts)
            // What slopes do to the mean is known up to the whole of it.
            let isWithinReach = abs(shift) == 1 && name.hasSuffix("0.5")
            if !isWithinReach { #expect(ImpossibleModel(changed) == .coefficients(expert: 1), "\(name)") }
        }
    }

    /// Separated classes, whose slopes a prior keeps finite, among them.
    @Test(arguments: FamilyModel.classes) func coefficientsOfClasses(_ family: FamilyModel) throws {
        for (separates, prior) in [(false, SlopePriorRule.separated), (true, .separated), (true, .none)] {
            var rows = family.rows(400, seed: 5)
            if separates {
                let first = rows.covariates.column(0)
                rows = ShardRows(
                    covariates: rows.covariates, responses: zip(first, rows.responses).map { $0 > 0.5 ? 1 : $1 })
            }
            var options = FitOptions(expertCount: 2, starts: 3)
            options.slopePrior = prior
            let fitted = try LocalFit(design: family.model.design, family: family.model.family, options: options)
                .fit(rows).fitted
            #expect(ImpossibleModel(fitted) == nil)
            // Of separated rows there is next to no information that could contradict.
            guard !separates,
                let known = fitted.information.indices.max(by: {
                    fitted.information[$0][0, 0] < fitted.information[$1][0, 0]
                })
            else { continue }
            for (position, factor) in [(0, 1e4), (1, -1e6), (2, 1e30)] {
                var changed = fitted
                var experts = fitted.model.experts
                experts[known].coefficients[position] = factor
                changed.model = MixtureModel(
                    design: fitted.model.design, family: fitted.model.family, gate: fitted.model.gate, experts: experts)
                #expect(ImpossibleModel(changed) == .coefficients(expert: known + 1), "\(position) \(factor)")
            }
        }
    }
}
