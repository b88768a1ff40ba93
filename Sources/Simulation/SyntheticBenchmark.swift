import Foundation
import MixtureOfExperts
import Numerics

/// The synthetic benchmark: K normal groups of covariates with one regression each, so that the true model is a
/// softmax-gated mixture of experts in closed form.
///
/// z ~ profile; x | z ~ N(μ_z, I) with μ integer in [-2, 2] times 0.28 (0.4 where there are 10 covariates); y | x, z as ``Responses``
/// says, N(β_z'x, 3) unless asked otherwise. By Bayes' rule the gate is softmax with α_k = μ_k - μ_K and
/// α_k0 = ½|μ_K|² - ½|μ_k|² + log(p_k / p_K).
///
/// Shards differ in two ways, one at a time. With `capacity` a shard sees some of the groups only, so that its gate has
/// other intercepts. With `shift` all shards share one p(y | x) and differ in p(x) alone: shard m draws x from a density
/// proportional to exp(t_m'x) p(x), a mixture of N(μ_k + t_m, I) with shares proportional to p_k exp(t_m'μ_k), for which
/// P(z | x) is that of p itself.
public struct SyntheticBenchmark: Sendable {
    /// Shares of the groups in all rows together.
    public enum Profile: String, Sendable, CaseIterable {
        /// Equal shares.
        case balanced
        /// Of 5 groups 0.10, 0.15, … 0.30; of 3 groups 0.20, 0.30, 0.50.
        case moderate
        /// Of 5 groups 0.02, 0.08, 0.20, 0.30, 0.40; of 3 groups 0.05, 0.35, 0.60.
        case severe

        /// Of 5 groups, or of 3.
        func shares(groups: Int) -> [Double] {
            switch self {
            case .balanced: [Double](repeating: 1 / Double(groups), count: groups)
            case .moderate: groups == 5 ? [0.10, 0.15, 0.20, 0.25, 0.30] : [0.20, 0.30, 0.50]
            case .severe: groups == 5 ? [0.02, 0.08, 0.20, 0.30, 0.40] : [0.05, 0.35, 0.60]
            }
        }
    }

    /// Rows and the group that each came from.
    package struct LabelledRows: Sendable {
        package var rows: ShardRows
        package var labels: [Int]
    }

    package let responses: Responses
    package let profile: Profile
    /// How many consecutive groups (cyclic) a shard sees; `expertCount` for all.
    package let capacity: Int
    /// |t_m|, in standard deviations of x within a group; 0 where the shards have one density of x.
    package let shift: Double
    package let shardCount: Int
    package let seed: UInt64
    package let means: [[Double]]
    package let coefficients: [[Double]]

    /// - Parameters:
    ///   - capacity: from 1 to the number of groups; by default all.
    ///   - shift: at least 0; only with all groups in every shard, else no softmax gate holds for the pooled rows.
    package init(
        _ responses: Responses = .gaussian, profile: Profile, shardCount: Int, capacity: Int? = nil,
        shift: Double = 0, seed: UInt64
    ) {
        let (groups, covariates) = (responses.expertCount, responses.covariateCount)
        let capacity = capacity ?? groups
        precondition(shift == 0 || capacity == groups, "a shift wants all groups in every shard")
        self.responses = responses
        self.profile = profile
        self.capacity = capacity
        self.shift = shift
        self.shardCount = shardCount
        self.seed = seed
        var random = RandomNumbers(seed: seed).split(-1)
        means = (0..<groups).map { _ in
            (0..<covariates).map { _ in responses.meanSpacing * Double(random.index(below: 5) - 2) }
        }
        coefficients = (0..<groups).map { responses.coefficients(group: $0, using: &random) }
    }

    package var expertCount: Int { responses.expertCount }
    package var covariateCount: Int { responses.covariateCount }

    package var design: Design {
        Design(target: "y", covariates: (1...covariateCount).map { "x\($0)" })
    }

    /// t_m: along covariate m (cyclic), forwards in the first round of the covariates, backwards in the second.
    package func tilt(shard: Int) -> [Double] {
        var tilt = [Double](repeating: 0, count: covariateCount)
        guard shift > 0 else { return tilt }
        let (round, covariate) = shard.quotientAndRemainder(dividingBy: covariateCount)
        tilt[covariate] = round.isMultiple(of: 2) ? shift : -shift
        return tilt
    }

    /// The share of each group in a shard.
    package func shares(shard: Int) -> [Double] {
        let seen = Set((0..<capacity).map { (shard + $0) % expertCount })
        let tilt = tilt(shard: shard)
        let weights = profile.shares(groups: expertCount).enumerated().map { group, share in
            seen.contains(group) ? share * exp(dot(tilt, means[group])) : 0
        }
        let total = weights.reduce(0, +)
        return weights.map { $0 / total }
    }

    /// The share of each group in all shards together; shards are of equal size.
    package var pooledShares: [Double] {
        let all = (0..<shardCount).map(shares(shard:))
        return (0..<expertCount).map { group in all.reduce(0) { $0 + $1[group] } / Double(shardCount) }
    }

    /// The model that the pooled rows come from.
    package var trueModel: MixtureModel {
        let shares = shift > 0 ? profile.shares(groups: expertCount) : pooledShares
        let gates = (0..<expertCount).map { group in
            [log(shares[group]) - 0.5 * dot(means[group], means[group])] + means[group]
        }
        return MixtureModel(
            design: design, family: responses.family, gate: SoftmaxGate(coefficients: Matrix(columns: gates)),
            experts: coefficients.map { Expert(coefficients: $0, dispersion: responses.dispersion) })
    }

    package func shard(_ index: Int, rowCount: Int) -> LabelledRows {
        var random = RandomNumbers(seed: seed).split(index)
        let (shares, tilt) = (shares(shard: index), tilt(shard: index))
        return rows(rowCount, using: &random) { _ in (shares, tilt) }
    }

    /// Rows of the pooled population, independent of all shards.
    package func testRows(_ rowCount: Int) -> LabelledRows {
        var random = RandomNumbers(seed: seed).split(-2)
        guard shift > 0 else {
            let (shares, tilt) = (pooledShares, tilt(shard: 0))
            return rows(rowCount, using: &random) { _ in (shares, tilt) }
        }
        let populations = (0..<shardCount).map { (shares(shard: $0), tilt(shard: $0)) }
        return rows(rowCount, using: &random) { populations[$0.index(below: populations.count)] }
    }

    /// - Parameter population: shares of the groups and tilt, for each row anew.
    private func rows(
        _ count: Int, using random: inout RandomNumbers,
        population: (inout RandomNumbers) -> (shares: [Double], tilt: [Double])
    ) -> LabelledRows {
        var covariates = Matrix(rowCount: count, columnCount: covariateCount)
        var values = [Double]()
        var labels = [Int]()
        for row in 0..<count {
            let (shares, tilt) = population(&random)
            let group = random.index(weights: shares)
            let x = zip(means[group], tilt).map { $0 + $1 + random.normal() }
            for (column, value) in x.enumerated() { covariates[row, column] = value }
            values.append(response(group, x, using: &random))
            labels.append(group)
        }
        return LabelledRows(rows: ShardRows(covariates: covariates, responses: values), labels: labels)
    }

    private func response(_ group: Int, _ x: [Double], using random: inout RandomNumbers) -> Double {
        let family = responses.family
        let predictors = (0..<family.predictorCount).map { predictor in
            let own = coefficients[group].dropFirst(predictor * (covariateCount + 1)).prefix(covariateCount + 1)
            return (own.first ?? 0) + dot(own.dropFirst(), x)
        }
        return family.sample(predictors, dispersion: responses.dispersion, using: &random)
    }
}
