import MixtureOfExperts
import Numerics

/// How far the estimates would be from these at other sites like them: each site is left out in turn.
///
/// Of a mean Σ w_m θ_m of sites that differ at random by τ² the estimate without site m is d_m = w_m (θ̂ − θ_m) / (1 − w_m) away, and
/// E (θ̂ − θ_m)² = τ² (1 − 2 w_m + S), S = Σ w². So
///
/// Cov = Σ_m (1 − w_m)² / (1 − 2 w_m + S) d_m d_m'
///
/// is unbiased for τ² S whatever the shares are (of equal ones it is the usual jackknife, (M − 1)/M Σ d d'; Efron & Stein 1981, Annals of
/// Statistics 9, 586-596), as is the leverage-corrected estimator of clustered errors (Bell & McCaffrey 2002, Survey
/// Methodology 28, 169-181). Its degrees of freedom are Satterthwaite's, (Σ w²)² / Σ w⁴ − 1. The shares are those of the expert's rows; of the gate those of
/// all rows.
struct SiteJackknife {
    let problem: AggregationProblem
    let rebuilt: RebuiltMixture

    /// More sites are left out several at a time (delete-a-group jackknife; Kott 2001, Journal of Official Statistics 17, 521-526).
    private static let mostGroups = 100

    /// The parameters without each group of sites, and the groups; nil where too many cannot be left out.
    ///
    /// - Parameter first: nothing is known of parameters that it does not determine.
    func errors(_ first: ParameterUncertainty) -> ParameterUncertainty? {
        let groups = groups
        guard groups.count > 1 else { return nil }
        let reference = ParameterVector(rebuilt.reduced.model)
        let serial = problem.serial
        let without = problem.parallelism.map(count: groups.count) { index -> ParameterVector? in
            let left = groups[index]
            let components = left.flatMap { problem.mixture.members[$0] }
            let labels = rebuilt.reduced.labels.enumerated().filter { !components.contains($0.offset) }.map(\.element)
            return rebuilt.model(of: serial.without(left), labels: labels).map(ParameterVector.init)
        }
        let differences = without.compactMap { $0?.minus(reference) }
        guard differences.count == groups.count else { return nil }
        return first.replaced(source: .sites) { block, known in
            let shares = shares(block, groups)
            guard let present = Effective(shares) else { return known.unknown }
            let factors = shares.map { (1 - $0) * (1 - $0) / (1 - 2 * $0 + present.squares) }
            return known.replaced(
                by: Self.covariance(differences.map { $0[block] }, factors), degrees: present.degrees)
        }
    }

    /// Sites in the order of the problem, as even in number as can be.
    private var groups: [[Int]] {
        let count = min(problem.mixture.sites.count, Self.mostGroups)
        var result = [[Int]](repeating: [], count: count)
        for site in problem.mixture.sites.indices { result[site % count].append(site) }
        return result
    }

    /// Of a block's rows in each group.
    private func shares(_ block: ParameterVector.Block, _ groups: [[Int]]) -> [Double] {
        let mixture = problem.mixture
        let weights = groups.map { sites in
            sites.flatMap { mixture.members[$0] }.reduce(0.0) { sum, component in
                if case .expert(let expert) = block, rebuilt.reduced.labels[component] != expert { return sum }
                return sum + mixture.components[component].moments.weight
            }
        }
        let total = weights.reduce(0, +)
        return weights.map { total > 0 ? $0 / total : 0 }
    }

    private struct Effective {
        let squares: Double
        let degrees: Double

        /// nil where one group has all.
        init?(_ shares: [Double]) {
            let (squares, fourth) = shares.reduce((0.0, 0.0)) { ($0.0 + $1 * $1, $0.1 + $1 * $1 * $1 * $1) }
            guard let largest = shares.max(), largest > 0, largest < 1 else { return nil }
            self.squares = squares
            degrees = max(1, squares * squares / fourth - 1)
        }
    }

    private static func covariance(_ differences: [[Double]], _ factors: [Double]) -> Matrix {
        let size = differences[0].count
        var result = Matrix(rowCount: size, columnCount: size)
        for (difference, factor) in zip(differences, factors) {
            for column in 0..<size {
                let own = factor * difference[column]
                for row in 0..<size { result[row, column] += own * difference[row] }
            }
        }
        return result
    }
}
