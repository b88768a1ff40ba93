import Foundation
import MixtureOfExperts

/// Experts with a mean, a variance and no slopes: what a fit makes of a group with too few rows for a regression.
///
/// A regression with hardly more rows than coefficients follows any rows that happen to lie on a plane, and its statistics say
/// nothing. Without slopes the expert takes the rows that no other one explains. Its statistics are then mostly those of a rare
/// group, and their sum over many shards gives the regression that no single shard could. The fit is the maximum of this
/// submodel.
enum InterceptOnlyExpert {
    /// Effective rows for each coefficient below which an expert loses its slopes.
    static let rowsPerCoefficient = 1.5
    /// Of the gates, where the expert starts anew.
    private static let startingShare = 0.05

    /// The regression that describes the fewest effective rows, where these are too few.
    ///
    /// The last regression stays one: it describes all rows that no intercept-only expert does.
    ///
    /// - Parameter selectsSlopes: slopes of 0 need no rows.
    static func thinnestRegression(_ candidate: Refinement.Candidate, selectsSlopes: Bool = false) -> Int? {
        let model = candidate.model
        let regressions = model.regressions.filter { !candidate.held.interceptOnly.contains($0) }
        let rows = candidate.statistics.expertMoments.map(\.effectiveRows)
        guard regressions.count > 1, let thinnest = regressions.min(by: { rows[$0] < rows[$1] }) else { return nil }
        let coefficients =
            selectsSlopes
            ? model.experts[thinnest].coefficients.count { $0 != 0 }
            : model.family.coefficientCount(regressors: model.design.expertPositions.count)
        return rows[thinnest] < rowsPerCoefficient * Double(coefficients) ? thinnest : nil
    }

    /// The model with one expert as wide as all rows, its gate a small share of the geometric mean of the others.
    ///
    /// Where the expert was before says nothing.
    ///
    /// - Parameter rows: some of the rows.
    static func start(from candidate: Refinement.Candidate, expert: Int, rows: ShardRows) -> MixtureModel {
        var model = candidate.model
        let moments = candidate.statistics.expertMoments
        model.experts[expert] = model.family.constantExpert(rows, covariates: model.design.expertCovariates.count)
        let others = model.regressions.filter { $0 != expert }
        let weight = others.reduce(0) { $0 + moments[$1].weight }
        var gate = model.gate.coefficients
        for row in 0..<gate.rowCount {
            gate[row, expert] = others.reduce(0) { $0 + moments[$1].weight / weight * gate[row, $1] }
        }
        gate[0, expert] += log(startingShare)
        model.gate = SoftmaxGate(coefficients: gate)
        return model
    }
}
