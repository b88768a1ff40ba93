import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// A group with hardly more rows than a regression has coefficients.
@Suite struct InterceptOnlyExpertTests {
    private static let covariates = 12
    private static let design = RandomData.design(covariates)

    /// Two large groups, and `rare` rows of a third that only their responses tell.
    private static func rows(_ seed: UInt64, count: Int = 400, rare: Int) -> ShardRows {
        var random = RandomNumbers(seed: seed)
        let covariates = RandomData.matrix(count, Self.covariates, using: &random)
        let truths = [8.0, -8, 0].map { intercept in
            [intercept] + RandomData.vector(Self.covariates, using: &random).map { 2 * $0 }
        }
        let responses = (0..<count).map { row in
            let group = row < rare ? 2 : row % 2
            return dot(truths[group], [1] + covariates.row(row)) + (group == 2 ? 15 : 0.3) * random.normal()
        }
        return ShardRows(covariates: covariates, responses: responses)
    }

    private static func fitted(_ rows: ShardRows, _ change: (inout FitOptions) -> Void = { _ in }) throws -> LocalModel
    {
        try LocalModel.fitted(rows, design, experts: 3, change)
    }

    private static func interceptOnly(_ local: LocalModel) -> [Int] {
        local.model.experts.indices.filter { expert in
            local.model.experts[expert].coefficients.dropFirst().allSatisfy { $0 == 0 }
        }
    }

    @Test(arguments: 1...4) func slopesAreZeroAndThatIsTold(seed: UInt64) throws {
        let local = try Self.fitted(Self.rows(seed, rare: 16))
        #expect(Self.interceptOnly(local) == [2])
        #expect(local.warnings == [.interceptOnlyExpert(experts: [2])])
        let expert = local.model.experts[2]
        let moments = local.fitted.moments[2]
        // The maximum of the submodel: mean and variance of the expert's rows.
        let variance = moments.scatter[Self.covariates, Self.covariates] / moments.weight
        #expect(abs(expert.coefficients[0] - moments.mean[Self.covariates]) < 1e-3 * variance.squareRoot())
        #expect(relativeError(expert.dispersion, variance) < 1e-3)
    }

    @Test(arguments: 1...4) func theTraceNeverFalls(seed: UInt64) throws {
        let report = try Self.fitted(Self.rows(seed, rare: 16)).report
        #expect(report.iterations > 1)
        #expect(neverFalls(report.trace))
        #expect(report.stopReason == .converged)
    }

    @Test func manyRowsKeepTheirSlopes() throws {
        let local = try Self.fitted(Self.rows(5, count: 1200, rare: 300))
        #expect(Self.interceptOnly(local).isEmpty)
        #expect(local.warnings.isEmpty)
    }

    /// A single regression keeps its slopes, however few its rows are.
    @Test func theLastRegressionStays() throws {
        let local = try LocalModel.fitted(Self.rows(6, count: 18, rare: 0), Self.design, experts: 1)
        #expect(Self.interceptOnly(local).isEmpty)
        #expect(local.warnings.isEmpty)
    }

    @Test func threadsDoNotMatter() throws {
        let rows = Self.rows(3, rare: 16)
        let fits = try [1, 2].map { try LocalModel.fitted(rows, Self.design, experts: 3, threads: $0) }
        #expect(fits[0] == fits[1])
    }
}
