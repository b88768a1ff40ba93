import Numerics

/// The parameters θ_k of one expert, in the user's units.
public struct Expert: Sendable, Equatable {
    /// Of each linear predictor in turn: intercept first, then one coefficient for each expert covariate.
    public package(set) var coefficients: [Double]
    /// The dispersion of the family, such as the variance of a Gaussian expert; 1 where a family has none.
    public package(set) var dispersion: Double

    /// nil for an expert of the family; else its coefficients are 0, its dispersion is 1, and neither has a meaning.
    package var fixed: FixedExpert?

    package init(coefficients: [Double], dispersion: Double, fixed: FixedExpert? = nil) {
        self.coefficients = coefficients
        self.dispersion = dispersion
        self.fixed = fixed
    }

    /// Without parameters.
    package init(_ distribution: FixedDistribution, coefficients count: Int) {
        self.init(
            coefficients: [Double](repeating: 0, count: count), dispersion: 1, fixed: FixedExpert(distribution))
    }

    /// What the expert is instead of a member of the family; nil for one of the family.
    public var fixedDistribution: FixedDistribution? { fixed?.inUserUnits }
}

/// A density of the response given linear predictors η_a = β_a0 + β_a'x: what an expert is made of.
///
/// Most families have one predictor; a multinomial logit has one for each class but the first.
///
/// A family is one file with these sections in this order: density, derivatives, sufficient statistics, mean and variance,
/// divergence, distribution, sampling. Functions that run over rows take a block at a time, so that dynamic dispatch
/// costs nothing per row. At a given dispersion every family is an exponential one: the best coefficients for some experts are those of
/// the maximum-likelihood expert for their expected statistics. Where that holds of the dispersion too, ``isExponential`` says so.
package protocol ExpertFamily: Sendable {
    /// The name in model files.
    var name: String { get }

    var response: ResponseKind { get }

    /// Linear predictors of an expert.
    var predictorCount: Int { get }

    /// Whether the dispersion is estimated. It then enters the derivatives as s = log(dispersion). Only for families with
    /// one predictor.
    var hasDispersion: Bool { get }

    /// Whether the statistics are sufficient for the dispersion too, so that they alone decide which expert is the most likely one.
    ///
    /// Else a dispersion that is made of statistics is the best one where those of a point are of one member of the family, and a dispersion of
    /// rows is where Newton steps lead.
    var isExponential: Bool { get }

    /// Whether the score in a predictor is the response less its mean, over the dispersion: then the information holds sums of means.
    var isCanonical: Bool { get }

    /// Whether responses are standardised for a fit; ``rescaled(_:center:scale:)`` undoes it.
    var standardisesResponses: Bool { get }

    // MARK: Dispersion

    /// What the family becomes as the dispersion goes to 0; nil where the density grows without bound there.
    ///
    /// A fit is not below that of the limit, and a dispersion at its floor is no collapse.
    var limit: (any ExpertFamily)? { get }

    /// The least dispersion of a fit, where `floor` is what keeps a density from growing without bound.
    func dispersionFloor(_ floor: Double) -> Double

    /// The dispersion at which experts of this one are compared whose dispersions are estimates of one: 1 where scores are divided by it, for
    /// then it must not weigh a site; the dispersion itself where they depend on it in another way.
    func unitDispersion(_ dispersion: Double) -> Double

    /// What a row at this mean says of the dispersion, beside other rows.
    func dispersionWeight(mean: Double, dispersion: Double) -> Double

    // MARK: Density

    /// log φ(y | η) for `count` rows.
    func logDensity(
        responses: UnsafePointer<Double>, predictors: LinearPredictors, dispersion: Double, count: Int,
        into result: UnsafeMutablePointer<Double>)

    // MARK: Derivatives

    /// log φ, and its first and second derivatives by the predictors and s, for `count` rows: what they have in common is computed
    /// once. The second ones by the predictors are those of a concave function.
    func derivatives(
        responses: UnsafePointer<Double>, predictors: LinearPredictors, dispersion: Double, count: Int,
        into result: PredictorDerivatives)

    // MARK: Sufficient statistics

    /// How many numbers ``expectedStatistics(predictors:dispersion:count:into:stride:)`` gives per row.
    var statisticCount: Int { get }

    /// E[T(Y) | η] for `count` rows, T sufficient for the predictors; statistic t of row i at t · stride + i.
    func expectedStatistics(
        predictors: LinearPredictors, dispersion: Double, count: Int, into result: UnsafeMutablePointer<Double>,
        stride: Int)

    /// The same of an observed response, T(y).
    func statistics(of response: Double) -> [Double]

    /// The maximum-likelihood expert without slopes for mean statistics: its intercepts, one a predictor, and its dispersion; that is one with
    /// these statistics where the family is not exponential.
    func constantExpert(statistics: [Double]) -> Expert

    /// Responses with shares that sum to 1 which have these mean statistics, as far as the coefficients depend on them.
    func representatives(statistics: [Double]) -> [(response: Double, share: Double)]

    /// The dispersion that is most likely for mean statistics at some points, given the predictors there: it minimises the divergence from
    /// what has these statistics.
    func dispersion(for statistics: PointStatistics, predictors: LinearPredictors) -> Double

    /// The expert for rows with responses center + scale · y, where `expert` is that for y.
    func rescaled(_ expert: Expert, center: Double, scale: Double) -> Expert

    // MARK: Mean and variance

    /// Of the response; where it is a class, of its code.
    func mean(_ predictors: [Double]) -> Double
    func variance(_ predictors: [Double], dispersion: Double) -> Double

    /// Twice what the log density at a mean of y exceeds that at this mean, dispersion 1 (McCullagh & Nelder 1989, section 2.3); nil
    /// where it is the squared error, or where the response is a class.
    func unitDeviance(_ response: Double, mean: Double) -> Double?

    // MARK: Divergence

    /// KL(φ(· | from) ‖ φ(· | to)) between two members of the family, for `count` pairs of predictors.
    func divergences(
        from: LinearPredictors, fromDispersion: Double, to: LinearPredictors, toDispersion: Double,
        count: Int, into result: UnsafeMutablePointer<Double>)

    /// The same for many pairs of predictors and one pair of dispersions, by a table to a relative 1e-5; nil where that is no gain.
    func preparedDivergence(from: Double, to: Double) -> (any PreparedDivergence)?

    // MARK: Distribution

    /// P(Y ≤ y | η).
    func cumulativeProbability(_ response: Double, _ predictors: [Double], dispersion: Double) -> Double

    // MARK: Sampling

    func sample(_ predictors: [Double], dispersion: Double, using random: inout RandomNumbers) -> Double
}

/// Divergences between members of a family with two given dispersions.
package protocol PreparedDivergence: Sendable {
    /// For `count` pairs of predictors.
    func write(
        from: LinearPredictors, to: LinearPredictors, count: Int, into result: UnsafeMutablePointer<Double>)
}

/// A family whose weighted fit is closed: moments of the rows are all that it takes.
package protocol ClosedFormFamily: ExpertFamily {
    /// The maximum-likelihood expert for the rows behind `moments`, its dispersion not below `dispersionFloor`.
    func fit(_ moments: Moments, on covariates: [Int], dispersionFloor: Double) -> Expert
}

extension ExpertFamily {
    package var predictorCount: Int { 1 }
    package var standardisesResponses: Bool { false }
    package var isExponential: Bool { true }
    package var isCanonical: Bool { true }
    package var limit: (any ExpertFamily)? { nil }

    package func dispersionFloor(_ floor: Double) -> Double { floor }
    package func unitDispersion(_ dispersion: Double) -> Double { 1 }
    package func dispersionWeight(mean: Double, dispersion: Double) -> Double { 1 }
    package func preparedDivergence(from: Double, to: Double) -> (any PreparedDivergence)? { nil }

    package func rescaled(_ expert: Expert, center: Double, scale: Double) -> Expert { expert }

    package func unitDeviance(_ response: Double, mean: Double) -> Double? { nil }

    package func representatives(statistics: [Double]) -> [(response: Double, share: Double)] {
        [(statistics[0], 1)]
    }

    package func dispersion(for statistics: PointStatistics, predictors: LinearPredictors) -> Double { 1 }

    /// What scores and information are multiplied by, to be those at ``unitDispersion(_:)``.
    package func scoreScale(_ dispersion: Double) -> Double { dispersion / unitDispersion(dispersion) }

    /// Whether two families are the same density, of the same classes.
    package func isSame(as other: any ExpertFamily) -> Bool { name == other.name && response == other.response }

    /// Expert coefficients for a number of regressors, the intercept among them.
    package func coefficientCount(regressors: Int) -> Int { predictorCount * regressors }

    /// The expert with slopes of 0.
    package func constantExpert(statistics: [Double], covariates: Int) -> Expert {
        let constant = constantExpert(statistics: statistics)
        let slopes = [Double](repeating: 0, count: covariates)
        return Expert(coefficients: constant.coefficients.flatMap { [$0] + slopes }, dispersion: constant.dispersion)
    }
}

/// The linear predictors of some rows: predictor a of row i at a · stride + i.
package struct LinearPredictors {
    package let values: UnsafePointer<Double>
    package let stride: Int

    package init(_ values: UnsafePointer<Double>, stride: Int) {
        self.values = values
        self.stride = stride
    }

    /// A predictor of all rows.
    package subscript(_ predictor: Int) -> UnsafePointer<Double> { values + predictor * stride }
}

/// Where a family writes log φ and its derivatives; those of row i at i of each stretch.
package struct PredictorDerivatives {
    package let logDensity: UnsafeMutablePointer<Double>
    /// ∂/∂η_a, `stride` apart.
    private let firsts: UnsafeMutablePointer<Double>
    /// ∂²/∂η_a∂η_b, packed, `stride` apart.
    private let seconds: UnsafeMutablePointer<Double>
    let stride: Int
    /// ∂/∂s.
    package let dispersionFirst: UnsafeMutablePointer<Double>
    /// ∂²/∂η∂s.
    package let dispersionMixed: UnsafeMutablePointer<Double>
    /// ∂²/∂s².
    package let dispersionSecond: UnsafeMutablePointer<Double>

    package init(
        logDensity: UnsafeMutablePointer<Double>, firsts: UnsafeMutablePointer<Double>,
        seconds: UnsafeMutablePointer<Double>, stride: Int, dispersionFirst: UnsafeMutablePointer<Double>,
        dispersionMixed: UnsafeMutablePointer<Double>,
        dispersionSecond: UnsafeMutablePointer<Double>
    ) {
        self.logDensity = logDensity
        self.firsts = firsts
        self.seconds = seconds
        self.stride = stride
        self.dispersionFirst = dispersionFirst
        self.dispersionMixed = dispersionMixed
        self.dispersionSecond = dispersionSecond
    }

    /// ∂/∂η_a.
    package func first(_ predictor: Int) -> UnsafeMutablePointer<Double> { firsts + predictor * stride }

    /// ∂²/∂η_a∂η_b, b ≤ a.
    package func second(_ first: Int, _ second: Int) -> UnsafeMutablePointer<Double> {
        seconds + PackedSymmetric.offset(first, second) * stride
    }
}

/// Mean statistics at points of different mass.
package struct PointStatistics {
    package var masses: [Double]
    /// [statistic][point].
    package var statistics: [[Double]]

    package init(masses: [Double], statistics: [[Double]]) {
        self.masses = masses
        self.statistics = statistics
    }
}

/// The families that model files may name.
package enum ExpertFamilies {
    /// - Parameter classes: names of the classes, for families that have some.
    package static func named(_ name: String, classes: [String] = []) -> (any ExpertFamily)? {
        all(classes: classes).first { $0.name == name }
    }

    package static let names = all(classes: ["0", "1"]).map(\.name)

    package static func all(classes: [String]) -> [any ExpertFamily] {
        [GaussianFamily(), PoissonFamily(), NegativeBinomialFamily(), GammaFamily()]
            + (classes.count >= 2 ? [MultinomialFamily(classes: classes)] : [])
    }
}
