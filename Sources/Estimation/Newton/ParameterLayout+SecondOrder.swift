import MixtureOfExperts
import Numerics

/// Sums over pairs of parameters as one symmetric matrix.
extension ParameterLayout {
    /// The Hessian of a pass at level ``StatisticsLevel/newton``, or the products of the scores at ``StatisticsLevel/scores``, times
    /// `sign`.
    func secondOrderSums(_ statistics: MixtureStatistics, sign: Double = 1) -> Matrix {
        var result = Matrix(rowCount: count, columnCount: count)
        fillGates(&result, statistics, sign)
        fillExperts(&result, statistics, sign)
        if hasDispersion { fillDispersions(&result, statistics, sign) }
        return result
    }

    /// The curvature of a prior: that of the negative logarithm.
    func add(_ prior: SlopePrior, _ model: MixtureModel, to matrix: inout Matrix) {
        for first in 0..<gateCount {
            for second in 0..<gateCount {
                for (row, value) in prior.gateCurvature(model.gate, first, second).enumerated() {
                    matrix[gateStart(first) + row, gateStart(second) + row] += value
                }
            }
        }
        for expert in 0..<expertCount {
            for (index, value) in prior.curvature(expert, model.experts[expert].coefficients).enumerated() {
                matrix[expertStart(expert) + index, expertStart(expert) + index] += value
            }
        }
    }

    private func fillGates(_ matrix: inout Matrix, _ statistics: MixtureStatistics, _ sign: Double) {
        let layout = statistics.layout
        for first in 0..<gateCount {
            for second in 0...first {
                insert(
                    statistics.quadraticSum(layout.gateHessian(first, second)), gatePositions, gatePositions, sign,
                    &matrix, at: gateStart(first), gateStart(second))
            }
            for predictor in 0..<predictorCount {
                insert(
                    statistics.quadraticSum(layout.crossHessian(gate: first, predictor: predictor)), gatePositions,
                    expertPositions, sign, &matrix, at: gateStart(first), predictorStart(predictor))
            }
        }
    }

    private func fillExperts(_ matrix: inout Matrix, _ statistics: MixtureStatistics, _ sign: Double) {
        for first in 0..<predictorCount {
            for second in 0...first {
                insert(
                    statistics.quadraticSum(statistics.layout.expertHessian(first, second)), expertPositions,
                    expertPositions, sign, &matrix, at: predictorStart(first), predictorStart(second))
            }
        }
    }

    private func fillDispersions(_ matrix: inout Matrix, _ statistics: MixtureStatistics, _ sign: Double) {
        let layout = statistics.layout
        for second in 0..<expertCount {
            let column = dispersionIndex(second)
            for first in 0..<expertCount {
                let sums = Array(
                    statistics.linearSum(layout.expertDispersionHessian(predictor: first, dispersion: second)))
                insert(sums, expertPositions, sign, &matrix, at: expertStart(first), column)
                matrix[dispersionIndex(first), column] =
                    sign * (statistics.linearSum(layout.dispersionHessian(first, second)).first ?? 0)
            }
            for gate in 0..<gateCount {
                let sums = Array(statistics.linearSum(layout.gateDispersionHessian(gate: gate, expert: second)))
                insert(sums, gatePositions, sign, &matrix, at: gateStart(gate), column)
            }
        }
    }

    private func insert(
        _ block: PackedSymmetric, _ rows: [Int], _ columns: [Int], _ sign: Double, _ matrix: inout Matrix,
        at row: Int, _ column: Int
    ) {
        matrix.insertSymmetrically(sign * block.submatrix(rows: rows, columns: columns), at: row, column)
    }

    private func insert(
        _ sums: [Double], _ positions: [Int], _ sign: Double, _ matrix: inout Matrix, at row: Int, _ column: Int
    ) {
        let values = Matrix(rowCount: positions.count, columnCount: 1, storage: positions.map { sign * sums[$0] })
        matrix.insertSymmetrically(values, at: row, column)
    }
}
