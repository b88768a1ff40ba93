import Foundation
import MixtureOfExperts
import Numerics

/// Where a fit begins that has experts without parameters.
extension ShardRows {
    /// Standard deviations, robust ones, beyond which a response is noise at first.
    private static let farthest = 8.0
    /// Of a row of counts that has the value of a point mass, at first.
    private static let sharedPart = 0.5

    /// Without the rows that are, or seem, of experts without parameters.
    ///
    /// Of counts all rows: those of a point mass are shared.
    func ofRegressions(_ fixed: [FixedExpert], _ family: any ExpertFamily) -> ShardRows {
        guard !fixed.isEmpty, !family.response.isDiscrete else { return self }
        let kept = responses.indices.filter { row in fixed.allSatisfy { share($0, row, isShared: false) == 0 } }
        return kept.isEmpty ? self : subset(kept)
    }

    /// Of the row that is an expert's at first.
    private func share(_ expert: FixedExpert, _ row: Int, isShared: Bool) -> Double {
        switch expert.distribution {
        case .pointMass(let value): responses[row] == value ? (isShared ? Self.sharedPart : 1) : 0
        case .noise: abs(responses[row]) > Self.farthest ? 1 : 0
        }
    }

    /// Rows x experts without parameters.
    fileprivate func shares(_ fixed: [FixedExpert], _ family: any ExpertFamily) -> Matrix {
        var result = Matrix(rowCount: rowCount, columnCount: fixed.count)
        for row in responses.indices {
            for (index, expert) in fixed.enumerated() {
                result[row, index] = share(expert, row, isShared: family.response.isDiscrete)
                if result[row, index] == 1 { break }
            }
        }
        return result
    }
}

extension MixtureModel {
    private static let ridge = 1e-3
    private static let iterations = 4
    /// Of each expert in each row, so that none begins without any.
    private static let leastShare = 0.01

    /// With experts without parameters after the others: the gate is that of these on what rows leave them.
    func adding(_ fixed: [FixedExpert], _ rows: ShardRows) -> MixtureModel {
        guard !fixed.isEmpty else { return self }
        let (gates, shares) = (gateProbabilities(rows.covariates), rows.shares(fixed, family))
        var targets = Matrix(rowCount: rows.rowCount, columnCount: expertCount + fixed.count)
        for row in 0..<rows.rowCount {
            let taken = shares.row(row).reduce(0, +)
            for expert in 0..<expertCount { targets[row, expert] = (1 - taken) * gates[row, expert] }
            for index in fixed.indices { targets[row, expertCount + index] = shares[row, index] }
        }
        let even = Self.leastShare / Double(targets.columnCount)
        for index in targets.storage.indices {
            targets.storage[index] = (1 - Self.leastShare) * targets.storage[index] + even
        }
        let gate = SoftmaxRegression(rows: rows, design: design, targets: targets, ridgePerRow: Self.ridge)
            .fit(iterations: Self.iterations)
        let coefficients = [Double](repeating: 0, count: experts[0].coefficients.count)
        return MixtureModel(
            design: design, family: family, gate: gate,
            experts: experts + fixed.map { Expert(coefficients: coefficients, dispersion: 1, fixed: $0) })
    }
}
