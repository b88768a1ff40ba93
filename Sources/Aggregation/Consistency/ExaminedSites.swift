import Estimation

/// The local models that an aggregation is made of, and what was found about the others.
package struct ExaminedSites: Sendable {
    /// Those that take part.
    package var kept: [Contribution]
    package var leftOut: [AggregationReport.LeftOutSite]
    /// Of those kept: whose local models differ from those of all others.
    package var warnings: [AggregationWarning]
}

extension Coordinator {
    private static let mostPurges = 6
    /// A covariate in another unit at one site moves the support to where honest sites differ by thousandths of that site's
    /// divergence.
    private static let shareOfWorst = 0.01

    /// Local models that are impossible of themselves are left out; those inconsistent with the others as the options say.
    ///
    /// - Throws: ``AggregationError`` where the models do not belong together, or no other is left.
    package func examine(_ contributions: [Contribution]) throws(AggregationError) -> ExaminedSites {
        let (possible, impossible) = try Self.withoutImpossibleModels(contributions.withCorrelationsFilledIn())
        let inconsistent = try inconsistentSites(possible)
        switch options.inconsistentSites {
        case .keep:
            return ExaminedSites(
                kept: possible, leftOut: impossible,
                warnings: inconsistent.map {
                    .inconsistentSite(site: $0.name, divergence: $0.divergence, rule: .keep)
                })
        case .exclude:
            let names = Set(inconsistent.map(\.name))
            return ExaminedSites(
                kept: possible.filter { !names.contains($0.name) },
                leftOut: impossible
                    + inconsistent.map {
                        AggregationReport.LeftOutSite(name: $0.name, rows: $0.rows, divergence: $0.divergence)
                    }, warnings: [])
        }
    }

    /// One damage may hide another, or make honest sites look inconsistent: what is far below the worst is looked at again without it.
    private func inconsistentSites(
        _ contributions: [Contribution]
    ) throws(AggregationError) -> [SiteComparison.Site] {
        var kept = contributions
        var result = [SiteComparison.Site]()
        for _ in 0..<Self.mostPurges where kept.count > 2 {
            let comparison = try SiteComparison(kept, seed: options.seed, parallelism: parallelism)
            let worst = comparison.sites.map(\.divergence).max() ?? 0
            let isInconsistent = comparison.sites.map {
                $0.isInconsistent && $0.divergence >= Self.shareOfWorst * worst
            }
            let inconsistent = zip(comparison.sites, isInconsistent).filter(\.1).map(\.0)
            guard !inconsistent.isEmpty, inconsistent.count < kept.count else { break }
            result += inconsistent
            kept = zip(kept, isInconsistent).filter { !$0.1 }.map(\.0)
        }
        return result
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
