import Estimation
import Testing

/// Small data sets with known maxima (`Resources/parity`).
@Suite struct ParityTests {
    @Test(arguments: [
        "tempanomalies_k2.csv", "faithful_k2.csv", "npreg_k2.csv", "npreg_poisson_k2.csv", "patent_poisson_k3.csv",
        "binomial_k2.csv", "multinomial3_k2.csv",
    ])
    func reachesTheKnownMaximum(file: String) throws {
        let known = try ParityCase.read(file)
        var options = FitOptions(expertCount: known.experts)
        // The known values are those of maximum likelihood, that of three classes at slopes without end.
        options.slopePrior = .none
        let local = try LocalFit(design: known.design, family: known.expertFamily(), options: options)
            .fit(known.rows())
        let value = try #require(known.logLikelihood)
        #expect(local.report.logLikelihood >= value - 1e-4)
        // Classes have narrow optima above the known one; else higher only by collapse, which would be warned of.
        if known.family != "multinomial" { #expect(local.report.logLikelihood < value + 1e-3) }
        // In some the regions do not overlap.
        let others = local.warnings.filter {
            switch $0 {
            case .separatedGate, .separatedSlopes: false
            default: true
            }
        }
        #expect(others.isEmpty)
    }

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
