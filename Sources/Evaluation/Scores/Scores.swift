import MixtureOfExperts
import Numerics

/// How well a mixture predicts rows; all averages are weighted by the row weights.
///
/// What does not apply to the responses of the family is nil, and absent from JSON.
public struct Scores: Sendable, Equatable, Codable {
    /// Number of rows.
    public package(set) var rows: Int
    /// Σ weight · log f(y | x).
    public package(set) var logLikelihood: Double
    /// The log-likelihood for a weight of 1.
    public package(set) var logLikelihoodPerRow: Double

    /// Values at which densities are by counting measure, by Lebesgue measure elsewhere: log-likelihoods of models without them are of
    /// another measure; nil where there are none.
    public package(set) var pointMasses: [Double]?

    // MARK: Numbers

    /// Continuous ranked probability score, in units of the response; smaller is better.
    public package(set) var crps: Double?
    /// Root of the mean squared error of the prediction ŷ, in units of the response.
    public package(set) var rmse: Double?
    /// Mean absolute error of the prediction ŷ, in units of the response.
    public package(set) var mae: Double?
    /// Deviance of y under the prediction ŷ, per row: of counts the mean of 2 (y log(y/ŷ) - y + ŷ), of positive numbers that of
    /// 2 (y/ŷ - 1 - log(y/ŷ)); other families have none.
    public package(set) var meanDeviance: Double?
    /// Σ(y - ŷ)² / Σy².
    public package(set) var relativePredictionError: Double?
    /// 1 - Σ(y - ŷ)² / Σ(y - ȳ)²; 0 where the responses do not vary.
    public package(set) var rSquared: Double?
    /// Pearson correlation of y and ŷ.
    public package(set) var correlation: Double?

    // MARK: Classes

    /// Mean of -log P(Y = y | x).
    public package(set) var logLoss: Double?
    /// Share of the rows whose class is the most probable one.
    public package(set) var accuracy: Double?
    /// Mean of Σ_c (P(Y = c | x) - 1{y = c})², from 0 to 2.
    public package(set) var brier: Double?
    /// Area under the receiver operating characteristic of the second of two classes; nil where a class is absent.
    public package(set) var auc: Double?

    // MARK: Calibration

    /// Share of the responses in the central 90 % interval of their rows, its ends among it; of classes, in the smallest
    /// set of at least 90 %.
    public package(set) var coverage90: Double
    /// The share that these intervals or sets promise, which is more than 0.9; nil where it is 0.9.
    public package(set) var expectedCoverage90: Double?
    /// Shares of the responses by the value of their distribution function, in 20 bins from 0 to 1; numbers only.
    public package(set) var pitHistogram: [Double]?

    /// Names of the classes, as they are in ``confusion``.
    public package(set) var classes: [String]?
    /// Weight of the rows of each observed class (outer) by the most probable class (inner).
    public package(set) var confusion: [[Double]]?

    /// - Parameter rows: at least one, in the user's units; responses of the kind that the family has.
    package init(_ mixture: some ConditionalMixture, on rows: ShardRows, parallelism: Parallelism = .serial) {
        let parts = mixture.scoredParts(rows.rowCount)
        switch mixture.family.response {
        case .classes(let names):
            let none = ClassScoreSums(classCount: names.count)
            let sums = parallelism.map(count: parts.count) { part in
                none.adding(mixture, rows.subset(Array(parts[part])))
            }
            self.init(sums.reduce(none) { $0.merged($1) }, classes: names)
        case .number, .positiveNumber, .count:
            let sums = parallelism.map(count: parts.count) {
                NumberScoreSums(mixture, rows.subset(Array(parts[$0])))
            }
            let isDiscrete =
                mixture.family.response == .count || mixture.experts.contains { $0.fixedDistribution != nil }
            self.init(sums.reduce(NumberScoreSums()) { $0.merged($1) }, isDiscrete: isDiscrete)
            let values = Set(mixture.experts.compactMap { $0.fixedDistribution?.value }).sorted()
            pointMasses = values.isEmpty || mixture.family.response == .count ? nil : values
        }
    }

    private init(_ common: ScoreSums) {
        rows = common.rows
        logLikelihood = common.logLikelihood
        logLikelihoodPerRow = common.logLikelihood / common.weight
        coverage90 = common.covered / common.weight
    }

    private init(_ sums: NumberScoreSums, isDiscrete: Bool) {
        self.init(sums.common)
        let weight = sums.common.weight
        let spread = sums.moments.scatter
        crps = sums.crps / weight
        rmse = (sums.squaredError / weight).squareRoot()
        mae = sums.absoluteError / weight
        meanDeviance = sums.deviance.map { $0 / weight }
        relativePredictionError = Self.ratio(sums.squaredError, sums.squaredResponse)
        rSquared = Self.ratio(sums.squaredError, spread[1, 1]).map { 1 - $0 }
        // Root by root: the product of two sums of squares may be beyond all numbers.
        correlation = Self.ratio(spread[1, 0], spread[0, 0].squareRoot() * spread[1, 1].squareRoot())
        expectedCoverage90 = isDiscrete ? sums.common.expectedCovered / weight : nil
        pitHistogram = sums.histogram.weights.map { $0 / weight }
    }

    private init(_ sums: ClassScoreSums, classes: [String]) {
        self.init(sums.common)
        let weight = sums.common.weight
        logLoss = -logLikelihoodPerRow
        accuracy = classes.indices.reduce(0) { $0 + sums.confusion[$1][$1] } / weight
        brier = sums.brier / weight
        auc = sums.ranked?.area
        expectedCoverage90 = sums.common.expectedCovered / weight
        self.classes = classes
        confusion = sums.confusion
    }

    /// nil where nothing varies, and nothing is defined.
    private static func ratio(_ numerator: Double, _ denominator: Double) -> Double? {
        denominator > 0 ? numerator / denominator : nil
    }
}
