import Messages
import MixtureOfExperts
import Numerics

/// The local models of several sites beside each other: who is far from whom, who differs from all others, and why it may.
package struct SiteComparison: Sendable, Encodable {
    package struct Site: Sendable, Equatable, Encodable {
        package var name: String
        package var rows: Int
        package var experts: Int
        /// Median over the other sites of what the rows of this one lose by their model; nats per row.
        package var divergence: Double
        package var isInconsistent: Bool
        /// What, undone, would make it like the others; nil also where it is like them.
        package var damage: Coded<LikelyDamage>?
        /// What its rows lose by the local model of each of ``SiteComparison/references``; nats per row.
        package var divergences: [Double]
    }

    /// Names of the sites that all are compared with, in the order given: all of them, or a part of many.
    package let references: [String]
    /// In the order given.
    package let sites: [Site]

    /// Where each of the inconsistent ones stands in ``sites``, the most deviating first.
    let inconsistent: [Int]

    private enum CodingKeys: CodingKey { case references, sites }

    /// - Throws: ``AggregationError`` where the models do not belong together.
    package init(
        _ contributions: [Contribution], seed: UInt64 = 1, parallelism: Parallelism = .serial
    ) throws(AggregationError) {
        let options = AggregationOptions(supportSize: 1, seed: seed)
        let problem = try AggregationProblem(contributions, options: options, parallelism: parallelism)
        let table = PredictiveDivergences(problem)
        let check = InconsistentSites(table, problem.mixture)
        let columns = table.references.indices.sorted {
            problem.order[table.references[$0]] < problem.order[table.references[$1]]
        }
        let position = Dictionary(uniqueKeysWithValues: problem.order.enumerated().map { ($1, $0) })
        let damages = Dictionary(
            uniqueKeysWithValues: check.inconsistent.map { ($0, check.damage(ofSite: $0, table, problem)) })
        let inconsistent = check.inconsistent.filter { !check.needsDamage || damages[$0] ?? nil != nil }
        let ordered = problem.contributions.enumerated().map { site, contribution in
            Site(
                name: contribution.name, rows: contribution.fitted.rowCount,
                experts: contribution.fitted.model.expertCount, divergence: check.divergences[site],
                isInconsistent: inconsistent.contains(site), damage: damages[site]?.map { Coded($0) },
                divergences: columns.map { table.values[site, $0] })
        }
        references = columns.map { problem.names[table.references[$0]] }
        sites = contributions.indices.map { ordered[position[$0] ?? $0] }
        self.inconsistent = inconsistent.map { problem.order[$0] }
    }
}

extension InconsistentSites {
    /// Sites that a supposed damage is judged by.
    private static let mostJudges = 9
    /// There are 450 damages of 20 columns: most are seen to be none by some of the rows and judges.
    private static let judgesAtFirst = 3
    private static let rowsAtFirst = 5
    private static let mostAtLast = 12

    /// The damage that, undone, leaves a site nearest to the others, if it then is consistent with them.
    fileprivate func damage(
        ofSite site: Int, _ table: PredictiveDivergences, _ problem: AggregationProblem
    ) -> LikelyDamage? {
        let judges = table.references.filter { $0 != site && !inconsistent.contains($0) }.prefix(Self.mostJudges)
            .map { problem.mixture.sites[$0].model }
        guard !judges.isEmpty else { return nil }
        let draws = table.draws[site]
        func remaining(
            _ damages: [(damage: LikelyDamage, undone: RowChange)], _ draws: SiteDraws, _ judges: [MixtureModel]
        ) -> [Double] {
            problem.parallelism.map(count: damages.count) { index in
                contradictions[site]
                    + Self.median(judges.map { draws.divergence(to: $0, after: damages[index].undone) })
            }
        }
        let all = LikelyDamage.all(problem, draws.rows)
        let first = remaining(all, draws.thinned(every: Self.rowsAtFirst), Array(judges.prefix(Self.judgesAtFirst)))
        let damages = first.indices.sorted { (first[$0], $0) < (first[$1], $1) }.prefix(Self.mostAtLast).map { all[$0] }
        let undone = remaining(damages, draws, judges)
        guard let best = undone.indices.min(by: { undone[$0] < undone[$1] }), isConsistent(undone[best], site: site),
            undone[best] < 0.5 * divergences[site]
        else { return nil }
        return damages[best].damage
    }
}
