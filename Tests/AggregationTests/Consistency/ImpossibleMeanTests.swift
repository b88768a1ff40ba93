import Aggregation
import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// The mean of an expert of counts against its information.
@Suite struct ImpossibleMeanTests {
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
            if !isWithinReach { #expect(ImpossibleModel(changed) == .mean(expert: 1), "\(name)") }
        }
    }
}
