import MixtureOfExperts
import Numerics
import TestSupport
import Testing

@Suite struct CoefficientLayoutTests {
    @Test func saysWhatACoefficientIs() {
        let layout = CoefficientLayout(regressors: 3)
        #expect((0..<6).filter(layout.isIntercept) == [0, 3])
        #expect(layout.intercepts(6) == [0, 3])
        #expect((0..<6).map(layout.predictor) == [0, 0, 0, 1, 1, 1])
        #expect((0..<6).map(layout.covariate) == [nil, 0, 1, nil, 0, 1])
        #expect(layout.coefficients(of: 1) == 3..<6)
        #expect(layout.slope(1, of: 1) == 5)
        // A log dispersion after two predictors.
        #expect(layout.predictorCount(7) == 2)
    }

    @Test func interceptsAlone() {
        let layout = CoefficientLayout(regressors: 1)
        #expect((0..<3).allSatisfy(layout.isIntercept))
        #expect(layout.intercepts(3) == [0, 1, 2])
    }

    /// Σ w z z' from weight, mean and scatter against the rows.
    @Test func gramOfMoments() {
        var random = RandomNumbers(seed: 3)
        let points = RandomData.matrix(50, 2, using: &random)
        let responses = RandomData.vector(50, using: &random)
        let rows = ShardRows(covariates: points, responses: responses)
        let moments = rows.moments(factors: Matrix(rowCount: 50, columnCount: 1, repeating: 2))[0]
        let design = Matrix(columns: [[Double](repeating: 1, count: 50), Array(points.column(1)), responses])
        let expected = (design.transposed() * design).storage.map { 2 * $0 }
        #expect(difference(moments.gram(of: [1, 2]).storage, expected) < 1e-12)
    }
}
