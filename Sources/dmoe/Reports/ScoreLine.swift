import DistributedMoE
import Evaluation
import Messages

/// A score for people: what it is called, and how many digits it has.
struct ScoreLine {
    var title: String
    /// In the CSV of `dmoe compare`.
    var column: String
    /// After the point where a score stands alone; tables of several models have one or two less.
    var digits: Int
    /// nil where the score does not apply to the responses.
    var value: @Sendable (Scores) -> Double?

    /// For one model.
    func text(_ scores: Scores) -> String? { value(scores).map { Format.number($0, digits: digits) } }

    /// Beside other models.
    func shortText(_ scores: Scores) -> String? { value(scores).map { Format.number($0, digits: digits - 2) } }

    static let logLikelihoodPerRow = ScoreLine(
        title: "log-likelihood per row", column: "log_likelihood_per_row", digits: 6
    ) { $0.logLikelihoodPerRow }

    /// The scores beside the log-likelihood by which models are compared, of any kind of responses.
    static let compared = [crps, rmse, mae, accuracy, brier, auc]

    /// In the order of the fields of ``Scores``.
    static let all = [
        crps, rmse, mae,
        ScoreLine(title: "mean deviance", column: "mean_deviance", digits: 6) { $0.meanDeviance },
        ScoreLine(title: "relative prediction error", column: "relative_prediction_error", digits: 6) {
            $0.relativePredictionError
        },
        rSquared, correlation,
        ScoreLine(title: "log loss", column: "log_loss", digits: 6) { $0.logLoss },
        accuracy, brier, auc, coverage,
        ScoreLine(title: "coverage that they promise", column: "expected_coverage_90", digits: 6) {
            $0.expectedCoverage90
        },
    ]

    static let crps = ScoreLine(title: "CRPS", column: "crps", digits: 6) { $0.crps }
    static let rmse = ScoreLine(title: "RMSE", column: "rmse", digits: 6) { $0.rmse }
    static let mae = ScoreLine(title: "MAE", column: "mae", digits: 6) { $0.mae }
    static let rSquared = ScoreLine(title: "R squared", column: "r_squared", digits: 6) { $0.rSquared }
    static let correlation = ScoreLine(title: "correlation", column: "correlation", digits: 6) { $0.correlation }
    static let accuracy = ScoreLine(title: "accuracy", column: "accuracy", digits: 6) { $0.accuracy }
    static let brier = ScoreLine(title: "Brier score", column: "brier", digits: 6) { $0.brier }
    static let auc = ScoreLine(title: "AUC", column: "auc", digits: 6) { $0.auc }
    static let coverage = ScoreLine(title: "coverage of 90 % intervals or sets", column: "coverage_90", digits: 6) {
        $0.coverage90
    }
}
