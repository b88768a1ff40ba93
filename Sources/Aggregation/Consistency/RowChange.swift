import Estimation
import Foundation
import MixtureOfExperts
import Numerics

/// A change of the numbers of rows in pooled standard units, made for the user's units: another unit of a column, say.
struct RowChange {
    /// z' = factor · z + shift, z a column and z' the same or another one.
    private struct Column {
        var target: Int
        var source: Int
        var factor: Double
        var shift: Double
    }

    private enum Response {
        case same
        case affine(factor: Double, shift: Double)
        case exchanged(Double, Double)
    }

    private var columns = [Column]()
    private var response = Response.same
    /// log |dy' / dy|.
    private(set) var logJacobian = 0.0

    /// The response times a factor.
    static func response(times factor: Double, _ units: Standardisation) -> RowChange {
        let last = units.center.count - 1
        let shift = (factor - 1) * units.center[last] / units.scale[last]
        return RowChange(response: .affine(factor: factor, shift: shift), logJacobian: log(abs(factor)))
    }

    /// Two codes of the response in each other's place.
    static func exchangedResponses(_ first: Double, _ second: Double) -> RowChange {
        RowChange(response: .exchanged(first, second))
    }

    /// A covariate times a factor.
    static func covariate(_ column: Int, times factor: Double, _ units: Standardisation) -> RowChange {
        let shift = (factor - 1) * units.center[column] / units.scale[column]
        return RowChange(columns: [Column(target: column, source: column, factor: factor, shift: shift)])
    }

    /// The two values of a covariate, in pooled standard units, in each other's place.
    static func exchangedValues(_ column: Int, _ first: Double, _ second: Double) -> RowChange {
        RowChange(columns: [Column(target: column, source: column, factor: -1, shift: first + second)])
    }

    /// Two covariates in each other's place.
    static func exchangedCovariates(_ first: Int, _ second: Int, _ units: Standardisation) -> RowChange {
        RowChange(
            columns: [(first, second), (second, first)].map { target, source in
                Column(
                    target: target, source: source, factor: units.scale[source] / units.scale[target],
                    shift: (units.center[source] - units.center[target]) / units.scale[target])
            })
    }

    func applied(to rows: ShardRows) -> ShardRows {
        var covariates = rows.covariates
        for column in columns {
            for row in 0..<rows.rowCount {
                covariates[row, column.target] = column.factor * rows.covariates[row, column.source] + column.shift
            }
        }
        return ShardRows(covariates: covariates, responses: rows.responses.map(changed))
    }

    private func changed(_ value: Double) -> Double {
        switch response {
        case .same: value
        case .affine(let factor, let shift): factor * value + shift
        case .exchanged(let first, let second): value == first ? second : value == second ? first : value
        }
    }
}
