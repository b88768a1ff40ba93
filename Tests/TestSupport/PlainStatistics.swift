import Foundation
import MixtureOfExperts
import Numerics

/// The statistics of a pass, row by row and straight from their definitions: what the kernels are held against.
package struct PlainStatistics {
    package private(set) var logLikelihood = 0.0
    /// [factor][entry], as in ``MixtureStatistics``.
    package private(set) var quadratic: [[Double]]
    package private(set) var linear: [[Double]]

    private let model: MixtureModel
    private let layout: StatisticsLayout

    package init(_ model: MixtureModel, _ rows: ShardRows, level: StatisticsLevel) {
        self.model = model
        let statistics = MixtureStatistics(
            layout: StatisticsLayout(level, of: model))
        layout = statistics.layout
        let packed = PackedSymmetric.elementCount(size: layout.momentCount)
        quadratic = Array(
            repeating: [Double](repeating: 0, count: packed), count: statistics.quadratic.count / packed)
        linear = Array(
            repeating: [Double](repeating: 0, count: layout.momentCount),
            count: statistics.linear.count / layout.momentCount)
        for row in 0..<rows.rowCount { add(rows, row, level) }
    }

    private mutating func add(_ rows: ShardRows, _ row: Int, _ level: StatisticsLevel) {
        let x = rows.covariates.row(row)
        let gateRegressors = [1] + model.design.gateCovariates.map { x[$0] }
        let expertRegressors = [1] + model.design.expertCovariates.map { x[$0] }
        var gates = (0..<model.expertCount).map { dot(model.gate.coefficients.column($0), gateRegressors) }
        _ = Scalar.softmax(&gates)
        let residuals = model.experts.map { rows.responses[row] - dot($0.coefficients, expertRegressors) }
        var joint = model.experts.indices.map { index in
            let variance = model.experts[index].dispersion
            return log(gates[index]) - 0.5 * (log(2 * .pi * variance) + residuals[index] * residuals[index] / variance)
        }
        logLikelihood += rows.weight(row) * Scalar.softmax(&joint)
        let one = Row(
            z: [1] + x + [rows.responses[row]], weight: rows.weight(row), gates: gates, posteriors: joint,
            residuals: residuals)
        add(one, level)
    }

    private struct Row {
        var z: [Double]
        var weight: Double
        var gates: [Double]
        var posteriors: [Double]
        var residuals: [Double]
    }

    private mutating func add(_ row: Row, _ level: StatisticsLevel) {
        switch level {
        case .likelihood: return
        case .gradient: addGradient(row)
        case .expectationMaximization: addExpectationMaximization(row)
        case .newton:
            addGradient(row)
            addHessian(row)
        case .scores:
            addGradient(row)
            addScoreProducts(row)
        }
    }

    private mutating func addExpectationMaximization(_ row: Row) {
        for expert in 0..<layout.expertCount {
            addQuadratic(layout.posterior(expert), row.posteriors[expert], row, withResponse: true)
        }
        for first in 0..<layout.gateCount {
            addLinear(layout.gateGradient(first), row.posteriors[first] - row.gates[first], row)
            for second in 0...first {
                let same = first == second ? 1.0 : 0
                addQuadratic(
                    layout.gateInformation(first, second), row.gates[first] * (same - row.gates[second]), row)
            }
        }
    }

    private mutating func addGradient(_ row: Row) {
        for gate in 0..<layout.gateCount {
            addLinear(layout.gateGradient(gate), row.posteriors[gate] - row.gates[gate], row)
        }
        for expert in 0..<layout.expertCount {
            let (mean, dispersion) = score(row, expert)
            addLinear(layout.expertGradient(expert), row.posteriors[expert] * mean, row)
            addLinear(layout.dispersionGradient(expert), row.posteriors[expert] * dispersion, row)
        }
    }

    /// Derivatives of log N(y; η, e^s) by η and s.
    private func score(_ row: Row, _ expert: Int) -> (mean: Double, dispersion: Double) {
        let variance = model.experts[expert].dispersion
        let residual = row.residuals[expert]
        return (residual / variance, 0.5 * (residual * residual / variance - 1))
    }

    /// Σ w² s s' of the scores of the gates, then of the experts.
    private mutating func addScoreProducts(_ row: Row) {
        let gates = (0..<layout.gateCount).map { row.posteriors[$0] - row.gates[$0] }
        let own = (0..<layout.expertCount).map { expert in
            let (mean, dispersion) = score(row, expert)
            return (mean: row.posteriors[expert] * mean, dispersion: row.posteriors[expert] * dispersion)
        }
        let weight = row.weight
        for first in 0..<layout.gateCount {
            for second in 0...first {
                addQuadratic(layout.gateHessian(first, second), weight * gates[first] * gates[second], row)
            }
            for (expert, scores) in own.enumerated() {
                addQuadratic(
                    layout.crossHessian(gate: first, predictor: expert), weight * gates[first] * scores.mean, row)
                addLinear(
                    layout.gateDispersionHessian(gate: first, expert: expert),
                    weight * gates[first] * scores.dispersion, row)
            }
        }
        for first in own.indices {
            for second in own.indices {
                addLinear(
                    layout.expertDispersionHessian(predictor: first, dispersion: second),
                    weight * own[first].mean * own[second].dispersion, row)
                guard second <= first else { continue }
                addQuadratic(layout.expertHessian(first, second), weight * own[first].mean * own[second].mean, row)
                addLinear(
                    layout.dispersionHessian(first, second), weight * own[first].dispersion * own[second].dispersion,
                    row)
            }
        }
    }

    /// Louis' formula, term by term.
    private mutating func addHessian(_ row: Row) {
        for first in 0..<layout.gateCount {
            for second in 0...first {
                let same = first == second ? 1.0 : 0
                let value =
                    row.posteriors[first] * (same - row.posteriors[second])
                    - row.gates[first] * (same - row.gates[second])
                addQuadratic(layout.gateHessian(first, second), value, row)
            }
            for expert in 0..<layout.expertCount {
                let covariance = row.posteriors[expert] * ((first == expert ? 1 : 0) - row.posteriors[first])
                let (mean, dispersion) = score(row, expert)
                addQuadratic(layout.crossHessian(gate: first, predictor: expert), covariance * mean, row)
                addLinear(layout.gateDispersionHessian(gate: first, expert: expert), covariance * dispersion, row)
            }
        }
        for first in 0..<layout.expertCount {
            for second in 0..<layout.expertCount { addExpertPair(first, second, row) }
        }
    }

    private mutating func addExpertPair(_ first: Int, _ second: Int, _ row: Row) {
        let same = first == second ? 1.0 : 0
        let posterior = row.posteriors[first]
        let covariance = posterior * (same - row.posteriors[second])
        let (one, other) = (score(row, first), score(row, second))
        let variance = model.experts[first].dispersion
        let residual = row.residuals[first]
        addLinear(
            layout.expertDispersionHessian(predictor: first, dispersion: second),
            same * posterior * -residual / variance + covariance * one.mean * other.dispersion, row)
        guard second <= first else { return }
        addQuadratic(
            layout.expertHessian(first, second), -same * posterior / variance + covariance * one.mean * other.mean, row)
        addLinear(
            layout.dispersionHessian(first, second),
            same * posterior * -0.5 * residual * residual / variance
                + covariance * one.dispersion * other.dispersion, row)
    }

    private mutating func addQuadratic(_ index: Int, _ factor: Double, _ row: Row, withResponse: Bool = false) {
        let last = withResponse ? layout.momentCount : layout.momentCount - 1
        for first in 0..<last {
            for second in 0...first {
                quadratic[index][PackedSymmetric.offset(first, second)] +=
                    row.weight * factor * row.z[first] * row.z[second]
            }
        }
    }

    private mutating func addLinear(_ index: Int, _ factor: Double, _ row: Row) {
        for position in 0..<layout.momentCount { linear[index][position] += row.weight * factor * row.z[position] }
    }
}
