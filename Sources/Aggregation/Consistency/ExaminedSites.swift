import Estimation

/// The local models that an aggregation is made of, and what was found about the others.
package struct ExaminedSites: Sendable {
    /// Those that take part.
    package var kept: [Contribution]
    package var leftOut: [AggregationReport.LeftOutSite]
    /// Of those kept: whose local models differ from those of all others, the most deviating first.
    package var warnings: [AggregationWarning]
    /// Their names.
    package var inconsistent: [String] = []
}

extension Coordinator {
    /// Local models that are impossible of themselves are left out; those inconsistent with the others as the options say.
    ///
    /// - Throws: ``AggregationError`` where the models do not belong together, no other is left, or a site looks damaged and nobody has
    ///   said what is to become of it.
    package func examine(_ contributions: [Contribution]) throws(AggregationError) -> ExaminedSites {
        let (possible, impossible) = try Self.withoutImpossibleModels(contributions)
        var result = ExaminedSites(kept: possible, leftOut: impossible, warnings: [])
        guard possible.count >= InconsistentSites.leastSitesOfDamage else { return result }
        let comparison = try SiteComparison(possible, seed: options.seed, parallelism: parallelism)
        let inconsistent = comparison.inconsistent.map { comparison.sites[$0] }
        switch options.inconsistentSites {
        case .ask, .keep:
            let damaged = inconsistent.compactMap { site in
                site.damage.map { DamagedSite(site: site.name, damage: $0.wrappedValue) }
            }
            if options.inconsistentSites == .ask, !damaged.isEmpty { throw .damagedSites(damaged) }
            result.warnings = inconsistent.map {
                .inconsistentSite(site: $0.name, divergence: $0.divergence, rule: .keep, damage: $0.damage)
            }
            result.inconsistent = inconsistent.map(\.name)
        case .exclude:
            let names = Set(inconsistent.map(\.name))
            result.kept = possible.filter { !names.contains($0.name) }
            result.leftOut += inconsistent.map {
                AggregationReport.LeftOutSite(
                    name: $0.name, rows: $0.rows, divergence: $0.divergence, damage: $0.damage)
            }
        }
        return result
    }

    /// - Throws: where no other is left.
    private static func withoutImpossibleModels(
        _ contributions: [Contribution]
    ) throws(AggregationError) -> (kept: [Contribution], leftOut: [AggregationReport.LeftOutSite]) {
        let filled = contributions.withCorrelationsFilledIn()
        let scales = CovariateScales(filled)
        let reasons = zip(contributions, filled).enumerated().map { index, site in
            // What is filled in is made of the slopes in question.
            scales.problem(index)
                ?? ImpossibleModel(site.1.fitted, released: site.0.fitted, origin: site.0.origin)
        }
        let leftOut = zip(contributions, reasons).compactMap { site, reason in
            reason.map {
                AggregationReport.LeftOutSite(name: site.name, rows: site.fitted.rowCount, reason: $0)
            }
        }
        if let first = leftOut.first, let reason = first.reason, leftOut.count == contributions.count {
            throw .impossibleModel(model: first.name, reason: reason)
        }
        return (zip(filled, reasons).filter { $0.1 == nil }.map(\.0), leftOut)
    }
}
