import MixtureOfExperts
import Numerics

/// Some rows with what a model says of them.
package struct PredictedPart: Sendable {
    /// Its number, from 0.
    package let index: Int
    /// 0-based numbers in the table.
    package let rows: [Int]
    package let covariates: Matrix
    /// NaN where missing; nil where the table has none, or nobody asked.
    package let responses: [Double]?
    package let prediction: Prediction
    /// Log densities and posterior probabilities, where there are responses.
    package let posterior: (logDensities: [Double], posteriors: Matrix)?
    private let levels: [Double]
    private let interval: Double?
    private let predictor: any ConditionalMixture
    private let random: RandomNumbers

    init(
        _ index: Int, _ rows: PredictedRows.Part, _ predictor: any ConditionalMixture, levels: [Double],
        interval: Double?, random: RandomNumbers
    ) {
        self.index = index
        self.rows = rows.rows
        covariates = rows.covariates
        responses = rows.responses
        prediction = Prediction(predictor, covariates: rows.covariates)
        posterior = rows.responses.map { responses in
            let result = predictor.posteriors(rows.covariates, responses: responses)
            return (result.logDensities, result.posteriors)
        }
        self.levels = levels
        self.interval = interval
        self.predictor = predictor
        self.random = random
    }

    /// What is said of the response of a row.
    package enum Response {
        /// Quantiles at the levels asked for, then those of the interval.
        case number(mean: Double, standardDeviation: Double, quantiles: [Double])
        /// Classes by their number; the set holds the interval's share.
        case classes(probabilities: [Double], mostProbable: Int, set: [Int]?)
    }

    /// A response of each row, drawn from its distribution; of classes its number.
    ///
    /// A stream for each part: the same for any number of threads.
    package func draws() -> [Double] {
        var stream = random.split(index)
        return predictor.sample(covariates, using: &stream)
    }

    /// P(Y < y) and P(Y ≤ y) at the response of a row; nil where it is missing or a class.
    ///
    /// - Parameter row: in the part.
    package func cumulativeProbabilities(_ row: Int) -> (below: Double, upTo: Double)? {
        guard let response = responses?[row], response.isFinite, prediction.classProbabilities == nil else {
            return nil
        }
        let distribution = prediction.distribution(row)
        return (distribution.probabilityBelow(response), distribution.cumulativeProbability(response))
    }

    /// - Parameter row: in the part.
    package func response(_ row: Int) -> Response {
        guard prediction.classProbabilities == nil else {
            let distribution = prediction.classDistribution(row)
            return .classes(
                probabilities: distribution.probabilities, mostProbable: distribution.mostProbableClass,
                set: interval.map { distribution.predictionSet($0) })
        }
        let distribution = prediction.distribution(row)
        return .number(
            mean: distribution.mean, standardDeviation: distribution.standardDeviation,
            quantiles: levels.map(distribution.quantile))
    }
}
