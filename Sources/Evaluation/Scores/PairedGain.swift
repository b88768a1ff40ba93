import MixtureOfExperts
import Numerics

/// The mean gain of a model over another in log-likelihood on the same rows, with the standard error of a paired comparison: most of what
/// a row says of either model it says of both.
package struct PairedGain: Sendable, Equatable {
    package private(set) var rows: Int
    package private(set) var weight: Double
    /// Σ w log f of the model, and of the other.
    private var own: Double
    private var other: Double
    /// Σ w², Σ w² d and Σ w² d², d the difference of a row.
    private var squares: [Double]

    /// nil where no row has a weight.
    package init?(of model: any ConditionalMixture, over other: any ConditionalMixture, on rows: ShardRows) {
        guard rows.totalWeight > 0 else { return nil }
        let own = model.logDensities(rows.covariates, responses: rows.responses)
        let others = other.logDensities(rows.covariates, responses: rows.responses)
        self.rows = rows.rowCount
        weight = rows.totalWeight
        (self.own, self.other, squares) = (0, 0, [0, 0, 0])
        for row in 0..<rows.rowCount where rows.weight(row) > 0 {
            let (weight, difference) = (rows.weight(row), own[row] - others[row])
            self.own += weight * own[row]
            self.other += weight * others[row]
            for power in 0..<3 { squares[power] += weight * weight * [1, difference, difference * difference][power] }
        }
    }

    /// Of the rows of several comparisons together; nil of none.
    package static func sum(_ gains: [PairedGain]) -> PairedGain? {
        gains.dropFirst().reduce(gains.first) { sum, next in
            guard var result = sum else { return next }
            result.rows += next.rows
            result.weight += next.weight
            result.own += next.own
            result.other += next.other
            for power in 0..<3 { result.squares[power] += next.squares[power] }
            return result
        }
    }

    package var logLikelihoodPerRow: Double { own / weight }
    package var otherLogLikelihoodPerRow: Double { other / weight }
    package var gain: Double { (own - other) / weight }

    /// Of the gain; nil of a single row.
    package var standardError: Double? {
        guard rows > 1 else { return nil }
        let variance = squares[2] - 2 * gain * squares[1] + gain * gain * squares[0]
        return max(variance, 0).squareRoot() / weight * (Double(rows) / Double(rows - 1)).squareRoot()
    }
}
