import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

@Suite struct SoftmaxGateTests {
    private let design = RandomData.design(3, gate: [0, 2])
    private var random = RandomNumbers(seed: 1)
    private let coefficients: Matrix
    private let points: Matrix

    init() {
        coefficients = RandomData.matrix(3, 4, using: &random)
        points = RandomData.matrix(20, 3, using: &random)
    }

    private func probabilities(_ gate: SoftmaxGate, _ points: Matrix) -> Matrix {
        MixtureModel(
            design: design, gate: gate,
            experts: (0..<gate.expertCount).map { _ in Expert(coefficients: [0, 0, 0, 0], dispersion: 1) }
        ).gateProbabilities(points)
    }

    @Test func equalsTheFormula() {
        let result = probabilities(SoftmaxGate(coefficients: coefficients), points)
        for row in 0..<20 {
            let exponentials = (0..<4).map { gate in
                exp(
                    coefficients[0, gate] + coefficients[1, gate] * points[row, 0]
                        + coefficients[2, gate] * points[row, 2])
            }
            let expected = exponentials.map { $0 / exponentials.reduce(0, +) }
            #expect(difference(result.row(row), expected) < 1e-14)
        }
    }

    @Test func theReferenceDoesNotMatter() {
        var shifted = coefficients
        for column in 0..<4 {
            shifted[0, column] += 7
            shifted[2, column] -= 0.3
        }
        let (gate, other) = (SoftmaxGate(coefficients: coefficients), SoftmaxGate(coefficients: shifted))
        #expect(difference(gate.coefficients.storage, other.coefficients.storage) < 1e-14)
        #expect(gate.coefficients.column(3).allSatisfy { $0 == 0 })
    }

    @Test func reordered() {
        let gate = SoftmaxGate(coefficients: coefficients)
        let before = probabilities(gate, points)
        let after = probabilities(gate.reordered([2, 3, 1, 0]), points)
        for (new, old) in [2, 3, 1, 0].enumerated() {
            #expect(difference(after.column(new), before.column(old)) < 1e-14)
        }
    }

    @Test func rescaled() {
        let gate = SoftmaxGate(coefficients: coefficients)
        let (center, scale) = ([5.0, -2], [3.0, 0.01])
        var moved = points
        for row in 0..<20 {
            moved[row, 0] = center[0] + scale[0] * points[row, 0]
            moved[row, 2] = center[1] + scale[1] * points[row, 2]
        }
        let before = probabilities(gate, points)
        let after = probabilities(gate.rescaled(center: center, scale: scale), moved)
        #expect(difference(after.storage, before.storage) < 1e-12)
    }

    @Test func withoutCoefficientsAllAreEqual() {
        let result = probabilities(SoftmaxGate(expertCount: 4, covariateCount: 2), points)
        #expect(result.storage.allSatisfy { $0 == 0.25 })
    }

    @Test func saturatedGatesStayFinite() {
        let steep = SoftmaxGate(coefficients: Matrix(columns: [[0, 1e4, 0], [0, 0, 0]]))
        let result = probabilities(steep, Matrix(columns: [[1, -1, 0], [0, 0, 0], [0, 0, 0]]))
        #expect(difference(result.storage, [1, 0, 0.5, 0, 1, 0.5]) < 1e-15)
    }
}
