import Aggregation
import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Sites whose rows support one expert where the global model has two.
@Suite struct UnderfittedSitesTests {
    /// A gate that is nearly a step.
    private static let truth = MixtureModel(
        design: RandomData.design(2), gate: SoftmaxGate(coefficients: Matrix(columns: [[0, 30, 0], [0, 0, 0]])),
        experts: [
            Expert(coefficients: [2, 1, -1], dispersion: 0.1), Expert(coefficients: [-2, -1, 1], dispersion: 0.1),
        ])

    private static func site(
        _ name: String, rows count: Int, experts: Int, using random: inout RandomNumbers,
        only wanted: (@Sendable (Double) -> Bool)? = nil
    ) throws -> Contribution {
        var rows = RandomData.rows(truth, count: count, using: &random)
        if let wanted { rows = rows.subset((0..<count).filter { wanted(rows.covariates[$0, 0]) }) }
        let options = FitOptions(expertCount: experts, starts: 3)
        return Contribution(name: name, fitted: try LocalFit(design: truth.design, options: options).fit(rows).fitted)
    }

    private static func score(_ model: MixtureModel) -> Double {
        var random = RandomNumbers(seed: 77)
        let rows = RandomData.rows(truth, count: 20_000, using: &random)
        return model.logDensities(rows.covariates, responses: rows.responses).reduce(0, +) / 20_000
    }

    @Test(arguments: [1, 2] as [UInt64]) func rowsOfSeveralExpertsSayNothingOfTheGate(seed: UInt64) throws {
        var random = RandomNumbers(seed: seed)
        let large = try (1...6).map { try Self.site("large \($0)", rows: 800, experts: 2, using: &random) }
        let small = try (1...6).map { try Self.site("small \($0)", rows: 40, experts: 1, using: &random) }
        let global = try Coordinator().aggregate(large + small)
        let largeAlone = try Coordinator().aggregate(large)
        #expect(abs(Self.score(global.model) - Self.score(largeAlone.model)) < 1e-3)
        #expect(Self.score(global.model) > Self.score(Self.truth) - 0.01)
        #expect(global.fitted.rowCount == 6 * 840)
        let named = small.map(\.name)
        #expect(global.report.warnings.contains(.underfittedSites(sites: named, rows: 240, of: 6 * 840)))
    }

    @Test func aSiteOfOneGroupTakesPart() throws {
        var random = RandomNumbers(seed: 3)
        let both = try (1...4).map { try Self.site("both \($0)", rows: 800, experts: 2, using: &random) }
        let one = try Self.site("one", rows: 800, experts: 1, using: &random) { $0 > 0.2 }
        let report = try Coordinator().aggregate(both + [one]).report
        #expect(!report.warnings.contains { if case .underfittedSites = $0 { true } else { false } })
    }

    @Test func theyNeverHaveHalfOfTheRows() throws {
        var random = RandomNumbers(seed: 4)
        let large = try Self.site("large", rows: 300, experts: 2, using: &random)
        let small = try (1...20).map { try Self.site("small \($0)", rows: 40, experts: 1, using: &random) }
        let report = try Coordinator().aggregate([large] + small).report
        for case .underfittedSites(_, let rows, let total) in report.warnings { #expect(2 * rows < total) }
        #expect(report.sites.count == 21)
    }
}
