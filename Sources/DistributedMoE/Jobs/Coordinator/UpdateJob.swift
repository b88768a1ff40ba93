import Messages
import ModelFiles

/// The next global model from the statistics of sites at this one.
public struct UpdateJob: Sendable, Equatable {
    /// What becomes of sites that the model does not describe at all.
    public var inconsistent = InconsistentSiteRule.keep

    /// No site gets a larger share of the weight of all; nil: the bound that the model was aggregated with.
    public var largestShare: Double?

    /// An update by all sites.
    public init() {}

    /// The statistics of a site.
    package struct Site: Sendable {
        package var name: String
        /// What messages call the file.
        package var path: String
        package var file: StatisticsFile

        package init(name: String, path: String? = nil, file: StatisticsFile) {
            self.name = name
            self.path = path ?? name
            self.file = file
        }
    }

    /// - Parameters:
    ///   - model: at which the statistics were taken.
    ///   - name: what messages call it.
    /// - Throws: ``RequestRefusal``, ``ModelFileError``, `EstimationError`.
    package func run(_ model: ModelFile, named name: String, _ sites: [Site]) throws -> ModelFile {
        guard !sites.isEmpty else { throw RequestRefusal.nothingGiven(.statistics) }
        try RequestOption.largestShare.check(largestShare, sites: sites.count)
        try model.refuseDraft(path: name)
        try model.refuseFixedExperts(path: name)
        let global = try model.withStatistics(path: name)
        var names = Set<String>()
        var totals = FieldTotals()
        for site in sites {
            if !names.insert(site.name).inserted { throw RequestRefusal.duplicatedSite(site.name) }
            try site.file.check(isOf: global, path: site.path, modelPath: name)
            try totals.add(site.file, path: site.path)
        }
        return try SiteUpdate(
            sites.map { SiteUpdate.Site(name: $0.name, statistics: $0.file) }, inconsistentSites: inconsistent,
            largestShare: largestShare ?? model.largestShare
        ).next(after: model, global)
    }
}
