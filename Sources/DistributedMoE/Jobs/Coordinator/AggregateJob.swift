import Aggregation
import ModelFiles
import Numerics
import StudyData

/// The aggregation of local models: what `dmoe aggregate`, `dmoe_aggregate` and Swift callers ask for.
public struct AggregateJob: Sendable, Equatable {
    /// How the local models become one.
    public var settings = AggregationChoices()
    /// Of the rows that serve as support, in place of the rule `error` of the models.
    public var missing: MissingValueRule?

    /// An aggregation with the usual choices.
    public init() {}

    package func check(hasSupport: Bool) throws(RequestRefusal) { try settings.check(hasSupport: hasSupport) }

    /// The local model of a site.
    package struct Site: Sendable {
        package var name: String
        /// What messages call the file.
        package var path: String
        package var file: ModelFile

        package init(name: String, path: String? = nil, file: ModelFile) {
            self.name = name
            self.path = path ?? name
            self.file = file
        }
    }

    /// One model of the form of the local ones, or all of them.
    package enum Outcome: Sendable {
        case model(ModelFile)
        case ensemble(EnsembleFile, ExaminedSites)
    }

    /// - Parameters:
    ///   - support: rows whose covariates serve as support; nil to draw it from the covariate sketches.
    ///   - notices: hears of how the support was read.
    /// - Throws: ``RequestRefusal``, ``ModelFileError``, ``JobFailure``, ``AggregationError``, ``TableError``.
    package func run(
        _ sites: [Site], support: SupportInput? = nil, parallelism: Parallelism = Parallelism(),
        notices: @escaping ReadingNotice.Handler = { _ in }
    ) throws -> Outcome {
        try check(hasSupport: support != nil)
        try parallelism.check()
        try Self.checkSites(sites.map { ($0.name, $0.file) }, paths: sites.map(\.path))
        try RequestOption.largestShare.check(settings.largestShare, sites: sites.count)
        var totals = FieldTotals()
        for site in sites { try site.file.refuseDraft(path: site.path) }
        for site in sites { try totals.add(site.file, path: site.path) }
        let contributions = try sites.map { site throws(ModelFileError) in
            var fitted = try site.file.withStatistics(path: site.path)
            // They are of other sites than these, not of their rows.
            if fitted.errors?.source == .sites { fitted.errors = nil }
            return Contribution(
                name: site.name, fitted: fitted, warnings: site.file.warnings, isAggregate: site.file.kind != .local,
                siteShares: site.file.aggregation?.shares ?? [1])
        }
        let coordinator = settings.coordinator(
            localExperts: contributions.usualExpertCount, siteRule: ModelFile.siteRule(of: sites.map(\.file)),
            parallelism: parallelism)
        if settings.isMixture { return try ensemble(sites, contributions, coordinator) }
        let files = sites.map(\.file)
        var reading = files[0]
        reading.carryStudy(of: files)
        let given = try support?.given(reading.selection(missing: missing), parallelism: parallelism, notices: notices)
        let locals = Dictionary(uniqueKeysWithValues: sites.map { ($0.name, $0.file) })
        return .model(ModelFile(try coordinator.aggregate(contributions, support: given), of: locals))
    }

    private func ensemble(
        _ sites: [Site], _ contributions: [Contribution], _ coordinator: Coordinator
    ) throws -> Outcome {
        let examined = try coordinator.examine(contributions)
        let names = Set(examined.kept.map(\.name))
        let file = EnsembleFile(
            sites.filter { names.contains($0.name) }.map { EnsembleFile.Member(name: $0.name, model: $0.file) },
            siteWeights: coordinator.options.siteWeights, largestShare: coordinator.options.largestShare)
        // Here, where it is one line, rather than at the first prediction.
        _ = try file.predictor()
        return .ensemble(file, examined)
    }

    /// Each site once, of one study, and no global model beside a site that it was made from.
    private static func checkSites(_ sites: [(name: String, file: ModelFile)], paths: [String]) throws {
        guard !sites.isEmpty else { throw RequestRefusal.nothingGiven(.localModels) }
        var names = Set<String>()
        for site in sites where !names.insert(site.name).inserted { throw RequestRefusal.duplicatedSite(site.name) }
        for (path, site) in zip(paths, sites) {
            if let twice = site.file.aggregation?.sites.map(\.name).first(where: names.contains) {
                throw JobFailure.overlappingSites(path: path, site: twice)
            }
        }
        try ModelFile.refuseDifferentStudies(zip(paths, sites).map { ($0, $1.file) })
    }
}
