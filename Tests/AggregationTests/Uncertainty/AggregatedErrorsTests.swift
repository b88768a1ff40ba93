import Aggregation
import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Standard errors of aggregated models.
@Suite struct AggregatedErrorsTests {
    private static let options = AggregationOptions(supportSize: 1000, inconsistentSites: .keep)

    private static func local(_ seed: UInt64, rows: Int = 800) throws -> FittedMixture {
        try LocalFit(
            design: RandomData.design(2), options: FitOptions(expertCount: 2, starts: 3)
        ).fit(RandomData.easyRows(rows, seed: seed)).fitted
    }

    private static func aggregated(
        _ sites: [FittedMixture], _ aggregator: any Aggregator = TransportAggregator.statistics, threads: Int = 1
    ) throws -> FittedMixture {
        try Coordinator(aggregator: aggregator, options: options, parallelism: Parallelism(threads: threads)).aggregate(
            LocalModels.named(sites)
        ).fitted
    }

    private static func numbers(_ fitted: FittedMixture) throws -> [Double] {
        let errors = try #require(fitted.standardErrors)
        return (errors.coefficients.joined() + errors.logDispersions + errors.gates.joined()).map { $0 ?? -1 }
    }

    /// Of M equal sites the variance is that of one over M; of one site it is its own.
    @Test(arguments: [1, 4, 400]) func equalSites(count: Int) throws {
        let site = try Self.local(1)
        let global = try Self.aggregated([FittedMixture](repeating: site, count: count))
        let (one, all) = (try Self.numbers(site), try Self.numbers(global))
        for (own, other) in zip(one, all) {
            // Of many sites each takes a part of the points.
            #expect(relativeError(other, own / Double(count).squareRoot()) < (count < 200 ? 1e-4 : 0.02))
        }
        #expect(global.errors?.source == .aggregated)
    }

    @Test func orderOfSitesAndThreadsChangeNoBit() throws {
        let sites = try (1...5).map { try Self.local($0, rows: 500 + 50 * Int($0)) }
        let first = try Self.aggregated(sites)
        #expect(first.errors != nil)
        #expect(try Self.aggregated(sites.reversed(), threads: 2) == first)
    }

    /// A site whose experts come in another order says the same.
    @Test func orderOfExperts() throws {
        let sites = try (1...3).map { try Self.local($0) }
        let first = try Self.numbers(Self.aggregated(sites))
        var turned = sites
        turned[1] = turned[1].reordered([1, 0])
        for (own, other) in zip(try Self.numbers(Self.aggregated(turned)), first) {
            #expect(relativeError(own, other) < 1e-5)
        }
    }

    /// One Gaussian expert a site: (Σ G)⁻¹ Σ σ² G (Σ G)⁻¹ from the rows themselves.
    @Test func leastSquaresOfSites() throws {
        let (shards, variances) = try Self.oneExpertSites()
        var total = Matrix(rowCount: 3, columnCount: 3)
        var middle = total
        for (rows, variance) in zip(shards, variances) {
            let design = Matrix(
                columns: [[Double](repeating: 1, count: rows.rowCount)]
                    + (0..<2).map { Array(rows.covariates.column($0)) })
            let gram = design.transposed() * design
            for index in gram.storage.indices {
                total.storage[index] += gram.storage[index]
                let rows = Double(rows.rowCount)
                middle.storage[index] += rows / (rows - 3) * variance * gram.storage[index]
            }
        }
        let inverse = try #require(GeneralisedInverse(total)).inverse
        let covariance = inverse * middle * inverse
        let sites = try shards.map {
            try LocalFit(design: RandomData.design(2), options: FitOptions(expertCount: 1)).fit($0).fitted
        }
        let global = try Self.aggregated(sites)
        let errors = try #require(global.standardErrors)
        for index in 0..<3 {
            #expect(
                relativeError(try #require(errors.coefficients[0][index]), covariance[index, index].squareRoot()) < 1e-5
            )
        }
        let rows = shards.map { Double($0.rowCount) }
        let spread = zip(rows, variances).reduce(0) { $0 + 2 * $1.0 * $1.1 * $1.1 }
        let expected = spread.squareRoot() / (global.model.experts[0].dispersion * rows.reduce(0, +))
        #expect(relativeError(try #require(errors.logDispersions[0]), expected) < 1e-5)
    }

    /// Shards of one regression with different spread, and the mean squared residuals of their own fits.
    private static func oneExpertSites() throws -> (shards: [ShardRows], variances: [Double]) {
        var random = RandomNumbers(seed: 4)
        let shards = [300, 500, 900].map { count in
            let x = RandomData.matrix(count, 2, using: &random)
            let noise = count > 600 ? 1.3 : 1
            return ShardRows(
                covariates: x, responses: (0..<count).map { 1 + 2 * x[$0, 0] - x[$0, 1] + noise * random.normal() })
        }
        let variances = shards.map { rows in
            let moments = Moments.sum(
                (0..<rows.rowCount).map { row in
                    Moments(
                        weight: 1, squaredWeight: 1, mean: rows.covariates.row(row) + [rows.responses[row]],
                        scatter: PackedSymmetric(size: 3))
                }, count: 3)
            return moments.regression(on: [0, 1]).residualVariance
        }
        return (shards, variances)
    }

    /// The derivative of the global gate by one coefficient of one local gate, by central differences of whole aggregations.
    @Test(arguments: [0, 1, 2]) func derivativeOfTheGate(coefficient: Int) throws {
        let sites = try (1...3).map { try Self.local($0) }
        // One uncertain coefficient: its error comes through as the derivative.
        let uncertain = try sites.enumerated().map { site, fitted in
            var result = fitted
            let own = try #require(fitted.errors)
            let errors = (0..<3).map { site == 1 && $0 == coefficient ? 0.1 : 0 }
            result.errors = ParameterUncertainty(
                source: own.source, experts: own.experts,
                gate: ParameterCovariance(standardErrors: errors, correlations: [0, 0, 0])
                    .shifted(by: coefficient == 0 ? [0, 0] : fitted.center, predictors: 1))
            return result
        }
        let errors = try #require(Self.aggregated(uncertain).standardErrors).gates[0]
        func gate(_ step: Double) throws -> [Double] {
            var moved = sites
            moved[1].model.gate.coefficients[coefficient, 0] += step
            return Array(try Self.aggregated(moved).model.gate.coefficients.column(0))
        }
        let (ahead, behind) = (try gate(1e-3), try gate(-1e-3))
        for index in 0..<3 {
            #expect(relativeError(errors[index] ?? 0, 100 * abs(ahead[index] - behind[index]) / 2) < 0.02, "\(index)")
        }
    }

    // MARK: Without errors

    @Test func noneWhereASiteHasNone() throws {
        var sites = try (1...3).map { try Self.local($0) }
        sites[2].errors = nil
        #expect(try Self.aggregated(sites).errors == nil)
    }

    @Test func thoseOfTheMedoid() throws {
        let sites = try (1...3).map { try Self.local($0) }
        let global = try Self.aggregated(sites, MedoidAggregator())
        let own = try #require(
            sites.first { difference($0.model.experts[0].coefficients, global.model.experts[0].coefficients) < 1e-9 })
        let (expected, found) = (try Self.numbers(own), try Self.numbers(global))
        for (one, other) in zip(expected, found) { #expect(relativeError(other, one) < 1e-4) }
        #expect(try Self.aggregated(sites, ParameterAverageAggregator()).errors == nil)
    }

    /// Without the correlations of its gate a site releases the errors of its experts alone.
    @Test func gateWithoutCorrelations() throws {
        var sites = try (1...3).map { try Self.local($0) }
        let full = try #require(Self.aggregated(sites).standardErrors)
        let gate = try #require(sites[0].errors).gate
        sites[0].errors?.gate = gate.withoutCorrelations
        let errors = try #require(Self.aggregated(sites).standardErrors)
        #expect(errors.gates == [[nil, nil, nil]])
        #expect(errors.coefficients == full.coefficients)
    }
}
