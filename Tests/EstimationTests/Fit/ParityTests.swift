import Estimation
import MixtureOfExperts
import Testing

/// Small data sets with known maxima (`Resources/parity`).
@Suite struct ParityTests {
    private static func fit(_ known: ParityCase, _ rule: SlopePriorRule? = nil) throws -> LocalModel {
        var options = FitOptions(expertCount: known.experts)
        if let rule { options.slopePrior = rule }
        return try LocalFit(design: known.design, family: known.expertFamily(), options: options).fit(known.rows())
    }

    @Test(arguments: [
        "faithful_k2.csv", "npreg_k2.csv", "npreg_poisson_k2.csv", "patent_poisson_k3.csv", "binomial_k2.csv",
        "negative_binomial_k2.csv",
    ])
    func reachesTheKnownMaximum(file: String) throws {
        let known = try ParityCase.read(file)
        let local = try Self.fit(known)
        let value = try #require(known.logLikelihood)
        #expect(local.report.logLikelihood >= value - 1e-4)
        // Classes have narrow optima above the known one; else higher only by collapse, which would be warned of.
        if known.family != "multinomial" { #expect(local.report.logLikelihood < value + 1e-3) }
        #expect(local.warnings.isEmpty)
        #expect(local.fitted.prior == nil)
    }

    /// Their maxima are at infinity: a gate between two years, and a plane that a class is on one side of.
    ///
    /// Twice as steep is no less likely.
    @Test(arguments: ["tempanomalies_k2.csv", "multinomial3_k2.csv"]) func reachesTheKnownSupremum(file: String) throws
    {
        let known = try ParityCase.read(file)
        let (local, value) = (try Self.fit(known, SlopePriorRule.none), try #require(known.logLikelihood))
        #expect(local.report.logLikelihood >= value - 1e-4)
        var steeper = local.model
        if known.family == "multinomial" {
            let steepest = try #require(
                steeper.experts.indices.max { left, right in
                    Self.steepness(steeper.experts[left]) < Self.steepness(steeper.experts[right])
                })
            // The predictor of the last class.
            for index in 3..<6 { steeper.experts[steepest].coefficients[index] *= 2 }
        } else {
            for index in steeper.gate.coefficients.storage.indices { steeper.gate.coefficients.storage[index] *= 2 }
        }
        let rows = try known.rows()
        let there = steeper.logDensities(rows.covariates, responses: rows.responses).reduce(0, +)
        #expect(there > local.report.logLikelihood - 1e-6)
        let isNamed = local.warnings.contains { warning in
            switch warning {
            case .separatedGate: known.family != "multinomial"
            case .separatedSlopes: known.family == "multinomial"
            default: false
            }
        }
        #expect(isNamed)
        // By default they are finite, at the price of the prior.
        let usual = try Self.fit(known)
        #expect(usual.fitted.prior != nil)
        #expect(usual.model.experts.allSatisfy { Self.steepness($0) < 10 })
        #expect(usual.model.gate.coefficients.storage.allSatisfy { abs($0) < 10 })
        #expect(usual.report.logLikelihood > value - 7)
    }

    private static func steepness(_ expert: Expert) -> Double { expert.coefficients.reduce(0) { max($0, abs($1)) } }

    @Test(arguments: ["2", "10", "30"]) func reachesTheKnownMaximumWithALasso(weight: String) throws {
        let known = try ParityCase.read("lasso_k2.csv")
        let lasso = try #require(Double(weight))
        let value = try #require(known.penalisedLogLikelihood?[weight])
        let options = FitOptions(expertCount: known.experts, lasso: .weights(gate: lasso, experts: lasso))
        let local = try LocalFit(design: known.design, options: options).fit(known.rows())
        let report = try #require(local.report.lasso)
        #expect(report.penalisedLogLikelihood >= value - 1e-4)
        #expect(local.warnings.isEmpty)
    }
}
