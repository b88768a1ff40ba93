import Aggregation
import ModelFiles
import Numerics

/// The local models of several sites beside each other: what `dmoe inspect` of several files and `dmoe_compare_sites` ask for.
package struct CompareSitesJob: Sendable, Equatable {
    package init() {}

    /// - Throws: ``RequestRefusal``, ``ModelFileError``, ``AggregationError`` where the models do not belong together.
    package func run(
        _ sites: [AggregateJob.Site], parallelism: Parallelism = Parallelism()
    ) throws -> SiteComparison {
        try parallelism.check()
        guard !sites.isEmpty else { throw RequestRefusal.nothingGiven(.localModels) }
        try ModelFile.refuseDifferentStudies(sites.map { ($0.path, $0.file) })
        let contributions = try sites.map { site throws(ModelFileError) in
            Contribution(
                name: site.name, fitted: try site.file.withStatistics(path: site.path), warnings: site.file.warnings,
                isAggregate: site.file.kind != .local)
        }
        return try SiteComparison(contributions, parallelism: parallelism)
    }
}
