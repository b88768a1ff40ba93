import LinearAlgebra

/// The parameters of one expert.
public struct Expert: Sendable, Equatable {
    /// Intercept first, then one coefficient for each expert covariate.
    public var coefficients: [Double]
    /// The family's dispersion: the variance of a Gaussian expert; 1 where a family has none.
    public var dispersion: Double

    public init(coefficients: [Double], dispersion: Double) {
        self.coefficients = coefficients
        self.dispersion = dispersion
    }
}

/// A density of the response given a linear predictor η = β₀ + β'x: what an expert is made of.
///
/// A family is one file with these sections in this order: density, derivatives, weighted fit, mean and variance,
/// divergence, distribution, sampling. Functions that run over rows take a block at a time, so that dynamic dispatch
/// costs nothing a row.
public protocol ExpertFamily: Sendable {
    /// The name in model files.
    var name: String { get }

    /// Whether the dispersion is estimated. It then enters the derivatives as s = log(dispersion).
    var hasDispersion: Bool { get }

    // MARK: Density

    /// log φ(y | η) for `count` rows.
    func logDensity(
        responses: UnsafePointer<Double>, predictors: UnsafePointer<Double>, dispersion: Double, count: Int,
        into result: UnsafeMutablePointer<Double>)

    // MARK: Derivatives

    /// First and second derivatives of log φ by η and s for `count` rows.
    func derivatives(
        responses: UnsafePointer<Double>, predictors: UnsafePointer<Double>, dispersion: Double, count: Int,
        into result: PredictorDerivatives)

    // MARK: Weighted fit

    /// The maximum-likelihood expert for the rows behind `moments`, its dispersion not below `dispersionFloor`.
    func fit(_ moments: Moments, on covariates: [Int], dispersionFloor: Double) -> Expert

    /// The expert for rows with responses center + scale · y, where `expert` is that for y.
    func rescaled(_ expert: Expert, center: Double, scale: Double) -> Expert

    // MARK: Mean and variance

    func mean(predictor: Double) -> Double
    func variance(predictor: Double, dispersion: Double) -> Double

    /// The means of `count` predictors.
    func means(predictors: UnsafePointer<Double>, count: Int, into result: UnsafeMutablePointer<Double>)

    // MARK: Divergence

    /// KL(φ(· | from) ‖ φ(· | to)) between two members of the family, for `count` pairs of predictors.
    func divergences(
        from: UnsafePointer<Double>, fromDispersion: Double, to: UnsafePointer<Double>, toDispersion: Double,
        count: Int, into result: UnsafeMutablePointer<Double>)

    /// The dispersion that minimises Σ weight · divergence to an expert with the given predictors, from the weighted
    /// means of the source dispersions and of the squared differences of the means.
    func barycentreDispersion(meanDispersion: Double, meanSquaredDifference: Double) -> Double

    // MARK: Distribution

    /// P(Y ≤ y | η).
    func cumulativeProbability(_ response: Double, predictor: Double, dispersion: Double) -> Double

    // MARK: Sampling

    func sample(predictor: Double, dispersion: Double, using random: inout RandomNumbers) -> Double
}

extension ExpertFamily {
    public func means(predictors: UnsafePointer<Double>, count: Int, into result: UnsafeMutablePointer<Double>) {
        for index in 0..<count { result[index] = mean(predictor: predictors[index]) }
    }
}

/// Where a family writes derivatives of log φ, one value a row in each.
public struct PredictorDerivatives {
    /// ∂/∂η
    public let first: UnsafeMutablePointer<Double>
    /// ∂²/∂η²
    public let second: UnsafeMutablePointer<Double>
    /// ∂/∂s
    public let dispersionFirst: UnsafeMutablePointer<Double>
    /// ∂²/∂η∂s
    public let dispersionMixed: UnsafeMutablePointer<Double>
    /// ∂²/∂s²
    public let dispersionSecond: UnsafeMutablePointer<Double>

    /// Five stretches of `memory`, `stride` apart.
    package init(_ memory: UnsafeMutablePointer<Double>, stride: Int) {
        first = memory
        second = memory + stride
        dispersionFirst = memory + 2 * stride
        dispersionMixed = memory + 3 * stride
        dispersionSecond = memory + 4 * stride
    }

    /// The same some rows further on.
    func advanced(by rows: Int) -> PredictorDerivatives {
        PredictorDerivatives(first + rows, stride: second - first)
    }
}

/// The families that model files may name.
public enum ExpertFamilies {
    public static let all: [any ExpertFamily] = [GaussianFamily()]

    public static func named(_ name: String) -> (any ExpertFamily)? { all.first { $0.name == name } }
}
