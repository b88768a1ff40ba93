import Aggregation
import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// A gate against the covariates and weights of its experts.
@Suite struct ImpossibleGateTests {
    /// Columns that are far from normal, and responses of two experts that lie to both sides of a value of them, or nearly so.
    private static let columns: [(name: String, draw: @Sendable (inout RandomNumbers) -> Double)] = [
        ("normal", { $0.normal() }), ("year", { 2000 + ($0.uniform() * 20).rounded() }),
        ("log-normal", { exp(2 * $0.normal()) }), ("Cauchy", { $0.normal() / $0.normal() }),
        ("binary", { $0.uniform() < 0.2 ? 1 : 0 }), ("mostly 0", { $0.uniform() < 0.9 ? 0 : 100 * $0.uniform() }),
        ("far values", { $0.uniform() < 0.01 ? 1e6 * $0.normal() : $0.normal() }),
    ]

    private static func fit(_ draw: (inout RandomNumbers) -> Double, isSharp: Bool, _ options: FitOptions) throws
        -> FittedMixture
    {
        var random = RandomNumbers(seed: 3)
        let column = (0..<300).map { _ in draw(&random) }
        let other = (0..<300).map { _ in random.normal() }
        let middle = column.sorted()[200]
        let responses = column.map { value in
            let isAbove = isSharp || random.uniform() < 0.8 ? value > middle : random.uniform() < 0.5
            return (isAbove ? 5 : -5) + 0.3 * random.normal()
        }
        return try LocalFit(design: RandomData.design(2), options: options)
            .fit(ShardRows(covariates: Matrix(columns: [column, other]), responses: responses)).fitted
    }

    private static let fits = Result {
        try columns.flatMap { column in
            try [true, false].flatMap { isSharp in
                try [1, 2, 3].flatMap { experts in
                    try [Lasso.none, .weights(gate: 2, experts: 2)].map { lasso in
                        var options = FitOptions(expertCount: experts, starts: 3, standardErrors: .observed)
                        options.lasso = lasso
                        let fitted = try fit(column.draw, isSharp: isSharp, options)
                        return Contribution(
                            name: "\(column.name), \(isSharp), \(experts) experts, \(lasso)", fitted: fitted)
                    }
                }
            }
        }
    }

    @Test func honestGatesArePossible() throws {
        for site in try Self.fits.get() { #expect(ImpossibleModel(site.fitted) != .gate, "\(site.name)") }
    }

    /// In any coefficient, also where a file has no standard errors.
    @Test(arguments: [9e15, -9e15, 1e30, -1e30, 1e99]) func gatesBeyondAllScalesAreNot(value: Double) throws {
        for site in try Self.fits.get() where site.fitted.model.expertCount > 1 {
            var fitted = site.fitted
            fitted.errors = nil
            let gate = fitted.model.gate.coefficients
            for column in 0..<gate.columnCount - 1 {
                // A column of years or of far values has no row at 0; the other lies about it.
                for row in [0, 2] {
                    var changed = gate
                    changed[row, column] = value
                    fitted.model.gate = SoftmaxGate(coefficients: changed)
                    #expect(ImpossibleModel(fitted) == .gate, "\(site.name), [\(row), \(column)]")
                }
            }
        }
    }

    /// A slope that is more standard errors from 0 than the rows have information.
    @Test func slopesOfImpossiblePrecisionAreNot() throws {
        let sites = try Self.fits.get().filter {
            $0.fitted.model.expertCount > 1 && $0.fitted.errors?.gate.standardError(2) != nil
        }
        try #require(!sites.isEmpty)
        for site in sites {
            var fitted = site.fitted
            var gate = fitted.model.gate.coefficients
            let error = try #require(fitted.errors?.gate.standardError(2))
            gate[2, 0] = 1000 * error
            fitted.model.gate = SoftmaxGate(coefficients: gate)
            #expect(ImpossibleModel(fitted) == .gate, "\(site.name)")
        }
    }
}
