import Foundation
import Numerics

/// The gate, a softmax regression: π_k(x; α) = exp(α_k0 + α_k'x) / Σ_l exp(α_l0 + α_l'x), with α_K = 0 (paper, section 2).
public struct SoftmaxGate: Sendable, Equatable {
    /// (1 + gate covariates) x K, the intercept in the first row, the last column zero.
    public package(set) var coefficients: Matrix

    /// Any real coefficients; the last column is subtracted from all, which leaves the probabilities as they are.
    package init(coefficients: Matrix) {
        var reduced = coefficients
        let last = coefficients.columnCount - 1
        for row in 0..<coefficients.rowCount {
            let reference = coefficients[row, last]
            for column in 0...last { reduced[row, column] -= reference }
        }
        self.coefficients = reduced
    }

    /// Equal probabilities everywhere.
    package init(expertCount: Int, covariateCount: Int) {
        coefficients = Matrix(rowCount: covariateCount + 1, columnCount: expertCount)
    }

    package var expertCount: Int { coefficients.columnCount }

    /// The experts in another order: new expert k is old expert `order[k]`.
    package func reordered(_ order: [Int]) -> SoftmaxGate {
        SoftmaxGate(coefficients: Matrix(columns: order.map { Array(coefficients.column($0)) }))
    }

    /// The gate for covariates center + scale · x, where this one is for x.
    package func rescaled(center: [Double], scale: [Double]) -> SoftmaxGate {
        var result = coefficients
        for column in 0..<expertCount {
            for row in 1..<max(coefficients.rowCount, 1) {
                let slope = coefficients[row, column] / scale[row - 1]
                result[row, column] = slope
                result[0, column] -= slope * center[row - 1]
            }
        }
        return SoftmaxGate(coefficients: result)
    }
}
