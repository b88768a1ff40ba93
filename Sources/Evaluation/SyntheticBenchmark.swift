import Foundation
import LinearAlgebra
import MixtureOfExperts

/// The synthetic benchmark: K normal groups of covariates with one regression each, so that the true model is a
/// softmax-gated mixture of experts in closed form.
///
/// z ~ profile; x | z ~ N(μ_z, I) with μ integer in [-2, 2] times 0.28; y | x, z ~ N(β_z'x, 3) with β integer in
/// [-10, 10]. By Bayes' rule the gate is softmax with α_k = μ_k - μ_K and
/// α_k0 = ½|μ_K|² - ½|μ_k|² + log(p_k / p_K).
public struct SyntheticBenchmark: Sendable {
    public enum Profile: String, Sendable, CaseIterable {
        case balanced, moderate, severe

        var shares: [Double] {
            switch self {
            case .balanced: [0.2, 0.2, 0.2, 0.2, 0.2]
            case .moderate: [0.10, 0.15, 0.20, 0.25, 0.30]
            case .severe: [0.02, 0.08, 0.20, 0.30, 0.40]
            }
        }
    }

    /// Rows and the group that each came from.
    public struct LabelledRows: Sendable {
        public var rows: ShardRows
        public var labels: [Int]
    }

    public static let covariateCount = 20
    public static let expertCount = 5
    private static let variance = 3.0
    private static let meanSpacing = 0.28

    public let profile: Profile
    /// How many consecutive groups (cyclic) a shard sees; `expertCount` for all.
    public let capacity: Int
    public let shardCount: Int
    public let seed: UInt64
    public let means: [[Double]]
    public let coefficients: [[Double]]

    /// - Parameter capacity: from 1 to 5.
    public init(profile: Profile, shardCount: Int, capacity: Int = expertCount, seed: UInt64) {
        self.profile = profile
        self.capacity = capacity
        self.shardCount = shardCount
        self.seed = seed
        var random = RandomNumbers(seed: seed).split(-1)
        means = (0..<Self.expertCount).map { _ in
            (0..<Self.covariateCount).map { _ in Self.meanSpacing * Double(random.index(below: 5) - 2) }
        }
        coefficients = (0..<Self.expertCount).map { _ in
            [0] + (0..<Self.covariateCount).map { _ in Double(random.index(below: 21) - 10) }
        }
    }

    public var design: Design {
        Design(target: "y", covariates: (1...Self.covariateCount).map { "x\($0)" })
    }

    /// The share of each group in a shard.
    func shares(shard: Int) -> [Double] {
        let seen = Set((0..<capacity).map { (shard + $0) % Self.expertCount })
        let weights = profile.shares.enumerated().map { seen.contains($0.offset) ? $0.element : 0 }
        let total = weights.reduce(0, +)
        return weights.map { $0 / total }
    }

    /// The share of each group in all shards together; shards are of equal size.
    public var pooledShares: [Double] {
        let all = (0..<shardCount).map(shares(shard:))
        return (0..<Self.expertCount).map { group in all.reduce(0) { $0 + $1[group] } / Double(shardCount) }
    }

    /// The model that the pooled rows come from.
    public var trueModel: MixtureModel {
        let pooled = pooledShares
        let gates = (0..<Self.expertCount).map { group in
            [log(pooled[group]) - 0.5 * dot(means[group], means[group])] + means[group]
        }
        return MixtureModel(
            design: design, gate: SoftmaxGate(coefficients: Matrix(columns: gates)),
            experts: coefficients.map { Expert(coefficients: $0, dispersion: Self.variance) })
    }

    public func shard(_ index: Int, rowCount: Int) -> LabelledRows {
        var random = RandomNumbers(seed: seed).split(index)
        return rows(rowCount, shares: shares(shard: index), using: &random)
    }

    /// Rows of the pooled population, independent of all shards.
    public func testRows(_ rowCount: Int) -> LabelledRows {
        var random = RandomNumbers(seed: seed).split(-2)
        return rows(rowCount, shares: pooledShares, using: &random)
    }

    private func rows(_ count: Int, shares: [Double], using random: inout RandomNumbers) -> LabelledRows {
        var covariates = Matrix(rowCount: count, columnCount: Self.covariateCount)
        var responses = [Double]()
        var labels = [Int]()
        for row in 0..<count {
            let group = random.index(weights: shares)
            let x = means[group].map { $0 + random.normal() }
            for (column, value) in x.enumerated() { covariates[row, column] = value }
            let mean = dot(coefficients[group].dropFirst(), x)
            responses.append(mean + Self.variance.squareRoot() * random.normal())
            labels.append(group)
        }
        return LabelledRows(rows: ShardRows(covariates: covariates, responses: responses), labels: labels)
    }
}
