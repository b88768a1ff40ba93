import MixtureOfExperts
import Numerics

/// The marginals that components are drawn with: their own; where they have none, those of others with shares for their moments.
struct ComponentMarginals: Sendable {
    private let moments: [Moments]
    /// Of each component and covariate; empty where no site sent any.
    private let own: [[Marginal?]]
    /// The components of the same site.
    private let siteOf: [Range<Int>]
    /// Of all components together, by covariate.
    private let pooled: [Marginal?]
    /// The values of columns that have two at all sites that say so.
    private let twoValues: [(low: Double, high: Double)?]
    /// Columns of the levels of a category, which exclude each other.
    let groups: [[Int]]

    private static let bins = 40
    /// Of two independent levels' common share: what rounding may leave.
    private static let negligible = 0.01
    /// Of a variance, p(1 - p).
    private static let looseness = 0.01

    /// - Parameter marginals: of each site by expert and covariate; empty where none are known.
    init(_ sites: [[Moments]], _ marginals: [[[Marginal?]]]) {
        moments = sites.flatMap { $0 }
        var first = 0
        siteOf = sites.flatMap { site in
            defer { first += site.count }
            return [Range<Int>](repeating: first..<first + site.count, count: site.count)
        }
        let count = (moments.first?.count ?? 1) - 1
        guard marginals.contains(where: { !$0.isEmpty }) else {
            own = []
            pooled = []
            twoValues = []
            groups = []
            return
        }
        let none = [Marginal?](repeating: nil, count: count)
        let own = zip(sites, marginals).flatMap { site, marginals in
            marginals.isEmpty ? [[Marginal?]](repeating: none, count: site.count) : marginals
        }
        let moments = moments
        self.own = own
        twoValues = (0..<count).map { Self.twoValues($0, own) }
        pooled = (0..<count).map { column in
            Self.mixture(own.indices.map { $0 }, column, own, moments)
        }
        groups = Self.groups(moments, twoValues)
    }

    private static func mixture(_ components: [Int], _ column: Int, _ own: [[Marginal?]], _ moments: [Moments])
        -> Marginal?
    {
        Marginal.mixture(
            components.compactMap { component in
                own[component][column].map { (weight: moments[component].weight, marginal: $0) }
            }, bins: bins)
    }

    private static func twoValues(_ column: Int, _ own: [[Marginal?]]) -> (low: Double, high: Double)? {
        let known = own.compactMap { $0[column] }
        guard let first = known.first?.twoValues else { return nil }
        let rounding = 1e-9 * (first.high - first.low)
        let isSame = known.allSatisfy { marginal in
            guard let values = marginal.twoValues else { return false }
            return abs(values.low - first.low) <= rounding && abs(values.high - first.high) <= rounding
        }
        return isSame ? first : nil
    }

    // MARK: Categories

    /// Columns of two values of which no row has two higher ones.
    private static func groups(_ moments: [Moments], _ values: [(low: Double, high: Double)?]) -> [[Int]] {
        let total = moments.reduce(0) { $0 + $1.weight }
        let shares = values.enumerated().map { column, pair in
            pair.map { pair in
                moments.map { ($0.weight / total) * ($0.mean[column] - pair.low) / (pair.high - pair.low) }
                    .reduce(0, +)
            }
        }
        func areExclusive(_ first: Int, _ second: Int) -> Bool {
            guard let left = values[first], let right = values[second], let p = shares[first], let q = shares[second]
            else { return false }
            let unit = 1 / ((left.high - left.low) * (right.high - right.low))
            let both = moments.reduce(0) { sum, own in
                let product = (own.mean[first] - left.low) * (own.mean[second] - right.low)
                return sum + unit * (own.scatter[first, second] + own.weight * product) / total
            }
            return both <= negligible * p * q
        }
        var groups = [[Int]]()
        for column in values.indices where values[column] != nil {
            let place = groups.firstIndex { group in group.allSatisfy { areExclusive($0, column) } }
            if let place { groups[place].append(column) } else { groups.append([column]) }
        }
        return groups.filter { $0.count > 1 }
    }

    // MARK: Components

    /// How the covariates of a component are drawn.
    func quantiles(_ component: Int) -> [QuantileFunction] {
        let own = moments[component]
        return (0..<own.count - 1).map { column in
            let variance = own.weight > 0 ? own.scatter[column, column] / own.weight : 0
            return QuantileFunction(
                marginal(component, column, mean: own.mean[column], variance: variance), mean: own.mean[column],
                variance: variance)
        }
    }

    private func marginal(_ component: Int, _ column: Int, mean: Double, variance: Double) -> Marginal? {
        guard !own.isEmpty, variance > 0 else { return nil }
        if let known = own[component][column] { return known }
        if let values = twoValues[column] {
            let share = (mean - values.low) / (values.high - values.low)
            let expected = share * (1 - share) * (values.high - values.low) * (values.high - values.low)
            guard abs(variance - expected) <= Self.looseness * expected else { return nil }
            return Marginal(bins: [
                Marginal.Bin(share: 1 - share, mean: values.low, isAtom: true),
                Marginal.Bin(share: share, mean: values.high, isAtom: true),
            ])
        }
        let neighbours = Self.mixture(Array(siteOf[component]), column, own, moments)
        for other in [neighbours, pooled[column]].compactMap({ $0 }) {
            if let tilted = MarginalTilt(other.bins).bins(mean: mean, variance: variance) {
                return Marginal(bins: tilted)
            }
        }
        return nil
    }
}
