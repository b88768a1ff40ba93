import Numerics

/// The local models of several sites beside each other: who is far from whom, and who cannot be right.
package struct SiteComparison: Sendable, Encodable {
    package struct Site: Sendable, Equatable, Encodable {
        package var name: String
        package var rows: Int
        package var experts: Int
        /// Mean divergence to what a share of the other sites say; nats per row.
        package var divergence: Double
        package var isInconsistent: Bool
        /// Mean divergence to the local model of each of ``SiteComparison/references``; nats per row.
        package var divergences: [Double]
    }

    /// Names of the sites that all are compared with, in the order given: all of them, or a part of many.
    package let references: [String]
    /// In the order given.
    package let sites: [Site]

    private static let supportSize = 1000

    /// - Throws: ``AggregationError`` where the models do not belong together.
    package init(
        _ contributions: [Contribution], seed: UInt64 = 1, parallelism: Parallelism = .serial
    ) throws(AggregationError) {
        let options = AggregationOptions(supportSize: Self.supportSize, seed: seed)
        let problem = try AggregationProblem(contributions, options: options, parallelism: parallelism)
        let table = SiteDivergences(problem, reduced: true)
        let check = InconsistentSites(table, problem.mixture)
        let inconsistent = Set(check.inconsistent)
        let columns = table.references.indices.sorted {
            problem.order[table.references[$0]] < problem.order[table.references[$1]]
        }
        let ordered = problem.contributions.enumerated().map { site, contribution in
            Site(
                name: contribution.name, rows: contribution.fitted.rowCount,
                experts: contribution.fitted.model.expertCount, divergence: check.divergences[site],
                isInconsistent: inconsistent.contains(site),
                divergences: columns.map {
                    InconsistentSites.bounded(table.divergence(ofSite: site, toReference: $0))
                })
        }
        references = columns.map { problem.names[table.references[$0]] }
        sites = contributions.indices.map { index in ordered[problem.order.firstIndex(of: index) ?? index] }
    }
}
