import MixtureOfExperts
import Numerics

/// How far the estimates would be from these at other sites like them: each site is left out in turn.
///
/// Of a mean Σ w_m θ_m of sites that differ at random by τ² the estimate without site m is d_m = w_m (θ̂ − θ_m) / (1 − w_m) away, and
/// E (θ̂ − θ_m)² = τ² (1 − 2 w_m + S), S = Σ w². So
///
/// Cov = Σ_m (1 − w_m)² / (1 − 2 w_m + S) d_m d_m'
///
/// is unbiased for τ² S whatever the shares are; of equal ones it is the usual jackknife, (M − 1)/M Σ d d' (Efron & Stein 1981, Annals of
/// Statistics 9, 586-596). Its degrees of freedom are Satterthwaite's, (Σ w²)² / Σ w⁴ − 1. The shares are those of the expert's rows; of the gate those of
/// all rows. Of what the other sites do not determine once one is left out nothing is known.
struct SiteJackknife {
    let problem: AggregationProblem
    let reduced: ReducedMixture
    let rebuilt: RebuiltMixture

    /// More sites are left out several at a time (delete-a-group jackknife; Kott 2001, Journal of Official Statistics 17, 521-526).
    private static let mostGroups = 100
    /// Two sites say that they differ, not by how much others would.
    private static let leastGroups = 3

    /// What is left where a group of sites is out.
    private struct Without: Sendable {
        var parameters: ParameterVector
        var known: ParameterUncertainty
        /// Of the components that are left.
        var labels: Set<Int>
    }

    /// - Parameter first: nothing is known of parameters that it does not determine.
    func errors(_ first: ParameterUncertainty) throws(StandardErrorObstacle) -> ParameterUncertainty {
        // Without a site the draws are others, whose chance is larger than what the site changes.
        guard reduced.chosen != .distillation else { throw .draws }
        let groups = groups
        guard groups.count >= Self.leastGroups else { throw .fewSites }
        let serial = problem.serial
        guard let reference = rebuilt.model(of: serial, labels: reduced.labels).map(ParameterVector.init) else {
            throw .otherModels
        }
        let found = problem.parallelism.map(count: groups.count) { without(groups[$0], serial) }.compactMap { $0 }
        guard found.count == groups.count else { throw .otherModels }
        let differences = found.map { $0.parameters.minus(reference) }
        return first.replaced(source: .sites) { block, known in
            guard let weights = GroupWeights(shares(block, groups), least: Self.leastGroups) else {
                return known.unknown(known.standardErrors.indices)
            }
            return known.replaced(
                by: differences.map { $0[block] }, factors: weights.factors, degrees: weights.degrees
            ).unknown(undetermined(block, known, found))
        }
    }

    private func without(_ left: [Int], _ serial: AggregationProblem) -> Without? {
        let components = Set(left.flatMap { problem.mixture.members[$0] })
        let labels = reduced.labels.enumerated().filter { !components.contains($0.offset) }.map(\.element)
        let others = serial.without(left)
        guard let model = rebuilt.model(of: others, labels: labels) else { return nil }
        var again = reduced
        (again.model, again.labels) = (model, labels)
        guard let known = others.errorsByFormula(of: again) else { return nil }
        return Without(parameters: ParameterVector(model), known: known, labels: Set(labels))
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
        return groups.map { sites in
            sites.flatMap { mixture.members[$0] }.reduce(0.0) { sum, component in
                if case .expert(let expert) = block, reduced.labels[component] != expert { return sum }
                return sum + mixture.components[component].moments.weight
            }
        }
    }

    /// What is held or not determined without some group, though it is neither with all.
    private func undetermined(
        _ block: ParameterVector.Block, _ known: ParameterCovariance, _ found: [Without]
    ) -> [Int] {
        let lost = found.flatMap { without -> [Int] in
            let own: ParameterCovariance
            var absent = [Int]()
            switch block {
            case .expert(let expert):
                own = without.known.experts[expert]
                if !without.labels.contains(expert) { absent = Array(known.standardErrors.indices) }
            case .gate:
                own = without.known.gate
                let last = reduced.model.expertCount - 1
                let layout = problem.mixture.design.gateLayout
                absent =
                    without.labels.contains(last)
                    ? (0..<last).filter { !without.labels.contains($0) }.flatMap { Array(layout.coefficients(of: $0)) }
                    : Array(known.standardErrors.indices)
            }
            return absent + own.undetermined + own.standardErrors.indices.filter { own.standardErrors[$0] == 0 }
        }
        return Set(lost).filter { known.standardErrors[$0] > 0 }.sorted()
    }
}

/// What the difference that each group makes counts for.
private struct GroupWeights {
    let factors: [Double]
    let degrees: Double

    /// nil where fewer groups than `least` have rows, or one of them has nearly all.
    init?(_ rows: [Double], least: Int) {
        let total = rows.reduce(0, +)
        guard rows.count(where: { $0 > 0 }) >= least, total > 0, total.isFinite else { return nil }
        let shares = rows.map { $0 / total }
        let squares = shares.reduce(0) { $0 + $1 * $1 }
        let fourth = shares.reduce(0) { $0 + $1 * $1 * $1 * $1 }
        // As a sum over the others: 1 − 2 w + S cancels where one share is nearly all.
        factors = shares.indices.map { own in
            let others = shares.indices.filter { $0 != own }
            let rest = others.reduce(0) { $0 + shares[$1] }
            return rest * rest / (rest * rest + others.reduce(0) { $0 + shares[$1] * shares[$1] })
        }
        guard factors.allSatisfy(\.isFinite) else { return nil }
        degrees = max(1, squares * squares / fourth - 1)
    }
}
