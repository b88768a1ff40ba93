import MixtureOfExperts
import Numerics
import Testing

/// A mixture of two experts on two covariates for each family, and rows that it drew.
package struct FamilyModel: Sendable, CustomTestStringConvertible {
    package let name: String
    package let model: MixtureModel

    package var testDescription: String { name }

    private init(_ name: String, _ family: any ExpertFamily, _ experts: [Expert]) {
        self.name = name
        model = MixtureModel(
            design: RandomData.design(2), family: family,
            gate: SoftmaxGate(coefficients: Matrix(columns: [[0.3, 1.2, -0.7], [0, 0, 0]])), experts: experts)
    }

    package static let gaussian = FamilyModel(
        "gaussian", GaussianFamily(),
        [
            Expert(coefficients: [1, 0.8, -0.5], dispersion: 0.5),
            Expert(coefficients: [-2, 0.3, 1], dispersion: 2),
        ])
    package static let poisson = FamilyModel(
        "poisson", PoissonFamily(),
        [
            Expert(coefficients: [0.2, 0.6, -0.3], dispersion: 1),
            Expert(coefficients: [2.5, -0.2, 0.4], dispersion: 1),
        ])
    package static let negativeBinomial = FamilyModel(
        "negative binomial", NegativeBinomialFamily(),
        [
            Expert(coefficients: [0.2, 0.6, -0.3], dispersion: 0.8),
            Expert(coefficients: [2.5, -0.2, 0.4], dispersion: 0.1),
        ])
    package static let gamma = FamilyModel(
        "gamma", GammaFamily(),
        [
            Expert(coefficients: [0.5, 0.6, -0.3], dispersion: 1.5),
            Expert(coefficients: [2, -0.2, 0.4], dispersion: 0.1),
        ])
    package static let twoClasses = FamilyModel(
        "two classes", MultinomialFamily(classes: ["no", "yes"]),
        [
            Expert(coefficients: [0.4, 1.5, -0.5], dispersion: 1),
            Expert(coefficients: [-1, -0.7, 1.8], dispersion: 1),
        ])
    package static let fourClasses = FamilyModel(
        "four classes", MultinomialFamily(classes: ["a", "b", "c", "d"]),
        [
            Expert(coefficients: [0.4, 1.5, -0.5, 1, 0, 2, -1, -1, 0.3], dispersion: 1),
            Expert(coefficients: [-1, -0.7, 1.8, 0.2, 1, 0, -0.5, 0.8, 1], dispersion: 1),
        ])

    package static let numbers = [gaussian, poisson, negativeBinomial, gamma]
    package static let classes = [twoClasses, fourClasses]
    package static let all = numbers + classes

    package func rows(_ count: Int, seed: UInt64, weights: [Double]? = nil) -> ShardRows {
        var random = RandomNumbers(seed: seed)
        return RandomData.rows(model, count: count, weights: weights, using: &random)
    }

    /// The mixture with its experts moved.
    package func perturbed(_ change: (inout Expert) -> Void) -> MixtureModel {
        var result = model
        for index in result.experts.indices { change(&result.experts[index]) }
        return result
    }
}
