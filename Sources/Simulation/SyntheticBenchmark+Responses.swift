import Foundation
import MixtureOfExperts
import Numerics

extension SyntheticBenchmark {
    /// What y given x and the group is, and how large the benchmark is.
    ///
    /// Coefficients keep the experts apart and the responses in a range that studies have. With 10 covariates β'x has standard
    /// deviation 0.6 for counts and positive numbers, so that means of a group vary over a factor of ten or so, around 1.6, 4.5 and
    /// 12 for the three groups; for classes it is 3, so that most rows have a class of probability above 0.9, another one in each group.
    public enum Responses: String, Sendable, CaseIterable {
        /// N(β'x, 3), β integer in [-10, 10] without intercept.
        case gaussian
        /// Counts with log mean β_0 + β'x; β_0 = ½, 1½, 2½, β integer in [-3, 3] times 0.1.
        case poisson
        /// Counts with the same means μ and variance μ + ½ μ².
        case negativeBinomial = "negative-binomial"
        /// Positive numbers with the same means and dispersion ¼.
        case gamma
        /// Classes a, b, c with logits β_c'x against a; β integer in [-3, 3] times ½, without intercept.
        case multinomial

        package static let classes = ["a", "b", "c"]

        package var expertCount: Int { self == .gaussian ? 5 : 3 }
        package var covariateCount: Int { self == .gaussian ? 20 : 10 }

        package var family: any ExpertFamily {
            switch self {
            case .gaussian: GaussianFamily()
            case .poisson: PoissonFamily()
            case .negativeBinomial: NegativeBinomialFamily()
            case .gamma: GammaFamily()
            case .multinomial: MultinomialFamily(classes: Self.classes)
            }
        }

        var dispersion: Double {
            switch self {
            case .gaussian: 3
            case .negativeBinomial: 0.5
            case .gamma: 0.25
            case .poisson, .multinomial: 1
            }
        }

        /// Of the integers of the groups' means: groups are as far apart with 10 covariates as with 20.
        var meanSpacing: Double { self == .gaussian ? 0.28 : 0.4 }

        func coefficients(group: Int, using random: inout RandomNumbers) -> [Double] {
            switch self {
            case .gaussian: [0] + slopes(largest: 10, spacing: 1, using: &random)
            case .poisson, .negativeBinomial, .gamma:
                [0.5 + Double(group)] + slopes(largest: 3, spacing: 0.1, using: &random)
            case .multinomial:
                (1..<Self.classes.count).flatMap { _ in [0] + slopes(largest: 3, spacing: 0.5, using: &random) }
            }
        }

        private func slopes(largest: Int, spacing: Double, using random: inout RandomNumbers) -> [Double] {
            (0..<covariateCount).map { _ in spacing * Double(random.index(below: 2 * largest + 1) - largest) }
        }
    }
}
