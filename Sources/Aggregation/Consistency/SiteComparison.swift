import Numerics

/// The local models of several sites beside each other: who is far from whom, and who cannot be right.
package struct SiteComparison: Sendable {
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

    /// In the order given.
    package let sites: [Site]
    /// Names of the sites that all are compared with, in the order given: all of them, or a part of many.
    package let references: [String]

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

extension Coordinator {
    private static let mostPurges = 6
    /// A covariate in another unit at one site moves the support to where honest sites differ by thousandths of that site's
    /// divergence.
    private static let shareOfWorst = 0.01

    /// The contributions without those of inconsistent sites; all of them where the options say so.
    ///
    /// One damage may hide another, or make honest sites look inconsistent: what is far below the worst is looked at again without it.
    /// - Throws: ``AggregationError`` where the models do not belong together.
    package func withoutInconsistentSites(
        _ contributions: [Contribution]
    ) throws(AggregationError) -> (kept: [Contribution], leftOut: [AggregationReport.LeftOutSite]) {
        guard options.excludesInconsistentSites else { return (contributions, []) }
        var (kept, leftOut) = try Self.withoutImpossibleModels(contributions)
        for _ in 0..<Self.mostPurges where kept.count > 2 {
            let comparison = try SiteComparison(kept, seed: options.seed, parallelism: parallelism)
            let worst = comparison.sites.map(\.divergence).max() ?? 0
            let isInconsistent = comparison.sites.map {
                $0.isInconsistent && $0.divergence >= Self.shareOfWorst * worst
            }
            let inconsistent = zip(comparison.sites, isInconsistent).filter(\.1).map(\.0)
            guard !inconsistent.isEmpty, inconsistent.count < kept.count else { break }
            leftOut += inconsistent.map {
                AggregationReport.LeftOutSite(name: $0.name, rows: $0.rows, divergence: $0.divergence)
            }
            kept = zip(kept, isInconsistent).filter { !$0.1 }.map(\.0)
        }
        return (kept, leftOut)
    }

    /// - Throws: where no other is left.
    private static func withoutImpossibleModels(
        _ contributions: [Contribution]
    ) throws(AggregationError) -> (kept: [Contribution], leftOut: [AggregationReport.LeftOutSite]) {
        let scales = CovariateScales(contributions)
        let reasons = contributions.indices.map { ImpossibleModel(contributions[$0].fitted) ?? scales.problem($0) }
        let leftOut = zip(contributions, reasons).compactMap { site, reason in
            reason.map {
                AggregationReport.LeftOutSite(name: site.name, rows: site.fitted.rowCount, reason: $0)
            }
        }
        if let first = leftOut.first, let reason = first.reason, leftOut.count == contributions.count {
            throw .impossibleModel(model: first.name, reason: reason)
        }
        return (zip(contributions, reasons).filter { $0.1 == nil }.map(\.0), leftOut)
    }
}
