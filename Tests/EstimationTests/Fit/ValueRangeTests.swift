import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Values that a table may have, and that no file of the model could: refused before the fit, by the name of the column.
@Suite struct ValueRangeTests {
    private let design = RandomData.design(2, expert: [0, 1], gate: [0, 1])

    private func refusal(x: Double = 1, y: Double = 1, weight: Double? = nil) -> EstimationError? {
        var random = RandomNumbers(seed: 2)
        let model = RandomData.model(design, experts: 1, using: &random)
        let rows = RandomData.rows(model, count: 200, using: &random)
        let scaled = ShardRows(
            covariates: Matrix(columns: [rows.covariates.column(0).map { x * $0 }, Array(rows.covariates.column(1))]),
            responses: rows.responses.map { y * $0 }, weights: weight.map { [Double](repeating: $0, count: 200) })
        do throws(EstimationError) {
            _ = try LocalFit(design: design, options: FitOptions(expertCount: 1)).fit(scaled)
        } catch { return error }
        return nil
    }

    @Test func whatFilesHoldIsFitted() {
        #expect(refusal() == nil)
        #expect(refusal(x: 1e60, y: 1e60) == nil)
        #expect(refusal(x: 1e-30, y: 1e-30) == nil)
    }

    @Test func squaresThatNoFileHolds() {
        let (x, y) = (design.covariates[0], design.target)
        #expect(refusal(x: 4e99) == .valuesTooLarge(column: x))
        #expect(refusal(y: 4e99) == .valuesTooLarge(column: y))
        #expect(refusal(x: 1e60, weight: 1e90) == .valuesTooLarge(column: x))
    }

    @Test func slopesThatNoFileHolds() {
        let (x, y) = (design.covariates[0], design.target)
        #expect(refusal(x: 1e-110) == .valuesTooLarge(column: x))
        #expect(refusal(x: 1e-60, y: 1e40) == .valuesTooLarge(column: x))
        #expect(refusal(x: 1e-40, y: 1e60) == .valuesTooLarge(column: y))
        #expect(refusal(y: 1e95) == .valuesTooLarge(column: y))
        #expect(refusal(y: 1e-110) == .valuesTooLarge(column: y))
    }
}
