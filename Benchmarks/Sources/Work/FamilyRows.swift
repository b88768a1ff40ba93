import MixtureOfExperts
import Numerics
import Simulation

/// Rows of every family with one gate and the same covariates, those of the balanced synthetic benchmark: 20 covariates, 5 experts.
///
/// Log means and logits vary within a group as much as where `dmoe simulate` has 10 covariates.
struct FamilyRows {
    enum Responses: String, Codable, CaseIterable {
        case gaussian, poisson
        case negativeBinomial = "negative-binomial"
        case gamma
        case twoClasses = "multinomial, 2 classes"
        case threeClasses = "multinomial, 3 classes"

        var family: any ExpertFamily {
            switch self {
            case .gaussian: GaussianFamily()
            case .poisson: PoissonFamily()
            case .negativeBinomial: NegativeBinomialFamily()
            case .gamma: GammaFamily()
            case .twoClasses: MultinomialFamily(classes: ["a", "b"])
            case .threeClasses: MultinomialFamily(classes: ["a", "b", "c"])
            }
        }
    }

    static let source = SyntheticBenchmark(profile: .balanced, shardCount: 1, seed: 1)
    private static let dispersion = 0.25

    let responses: Responses

    func rows(_ count: Int) -> ShardRows {
        let labelled = Self.source.shard(0, rowCount: count)
        guard responses != .gaussian else { return labelled.rows }
        let family = responses.family
        var random = RandomNumbers(seed: 1)
        let experts = (0..<Self.source.expertCount).map { expert in
            (0..<family.predictorCount).map { _ in coefficients(expert, using: &random) }
        }
        let drawn = labelled.labels.enumerated().map { row, label in
            let x = [1] + labelled.rows.covariates.row(row)
            return family.sample(experts[label].map { dot($0, x) }, dispersion: Self.dispersion, using: &random)
        }
        return ShardRows(covariates: labelled.rows.covariates, responses: drawn)
    }

    private func coefficients(_ expert: Int, using random: inout RandomNumbers) -> [Double] {
        let isClass = responses == .twoClasses || responses == .threeClasses
        let slopes = (0..<Self.source.covariateCount).map { _ in Double(random.index(below: 7) - 3) }
        let spacing = (isClass ? 0.5 : 0.1) * 0.5.squareRoot()
        return [isClass ? 0 : 0.5 * Double(expert + 1)] + slopes.map { spacing * $0 }
    }
}
