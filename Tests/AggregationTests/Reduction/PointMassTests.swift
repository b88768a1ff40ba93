import Aggregation
import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Responses that many rows share, which an expert at the floor of the variance describes.
@Suite struct PointMassTests {
    private static let design = Design(target: "y", covariates: ["x1", "x2"])

    /// Rows of two regressions, of which a share has one response.
    private static func rows(_ count: Int, share: Double, at value: Double, scale: Double, seed: UInt64) -> ShardRows {
        var random = RandomNumbers(seed: seed)
        let columns = (0..<2).map { _ in (0..<count).map { _ in random.normal() } }
        let responses = (0..<count).map { row in
            let (first, second) = (columns[0][row], columns[1][row])
            let isLeft = random.uniform() < 1 / (1 + exp(2 * first))
            let noise = random.normal()
            let regular = isLeft ? scale * (-2 - second + 0.6 * noise) : 2 + first + 0.5 * noise
            return random.uniform() < share ? value : regular
        }
        return ShardRows(covariates: Matrix(columns: columns), responses: responses)
    }

    private static func sites(share: Double, at value: Double, scales: [Double]) throws -> [Contribution] {
        try scales.enumerated().map { index, scale in
            let options = FitOptions(expertCount: 3, starts: 6)
            let fit = LocalFit(design: design, options: options)
            let own = rows(400, share: share, at: value, scale: scale, seed: UInt64(index + 1))
            return Contribution(name: "site \(index + 1)", fitted: try fit.fit(own).fitted)
        }
    }

    /// The floor is a share of the variance of a site's own responses: sites of other scales have other floors.
    @Test(
        arguments: [(share: 0.3, value: 0.0), (share: 0.1, value: 4.0), (share: 0.6, value: -7.0)],
        [[1.0, 1, 1, 1], [1, 1.3, 1.6, 1]])
    func theyStayAnExpertOfTheirOwn(_ mass: (share: Double, value: Double), scales: [Double]) throws {
        let sites = try Self.sites(share: mass.share, at: mass.value, scales: scales)
        let floors = sites.map { $0.fitted.model.experts.map(\.dispersion).min() ?? 0 }
        for construction in ["", "transport-statistics", "greedy"] {
            let result = try Self.aggregated(sites, construction)
            #expect(result.report.warnings.contains { if case .pointMasses = $0 { true } else { false } })
            let global = result.model
            let shares = global.experts.indices.map { expert in
                let own = global.experts[expert]
                return own.dispersion < 10 * (floors.max() ?? 0) ? abs(own.coefficients[0] - mass.value) : .infinity
            }
            #expect(shares.filter { $0 < 0.05 }.count == 1, "\(construction): \(global.experts)")
            #expect(global.experts.filter { $0.dispersion < 0.5 * (floors.min() ?? 0) }.isEmpty)
        }
    }

    private static func aggregated(_ sites: [Contribution], _ method: String) throws -> GlobalModel {
        var options = AggregationOptions()
        options.supportSize = 500
        options.gateTarget = method.isEmpty ? nil : .label
        let aggregator: any Aggregator = method == "greedy" ? GreedyAggregator() : TransportAggregator.chosen
        return try Coordinator(aggregator: aggregator, options: options).aggregate(sites)
    }
}
