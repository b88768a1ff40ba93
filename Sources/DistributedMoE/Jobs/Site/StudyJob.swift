import Messages
import StudyData
import Tables

/// A study from what tables show: what `dmoe study new` asks for.
package struct StudyJob: Sendable {
    /// Which columns are what; of a study that is to be made, the study itself is not asked for.
    package var columns: ColumnRequest
    /// Columns that are categories, whatever they look like.
    package var categories: [String] = []
    /// Of all covariates.
    package var missing = Study.MissingRule.error
    package var experts: Int?
    package var seed: UInt64?

    package init(columns: ColumnRequest) { self.columns = columns }

    /// - Throws: what can be said before a table is read.
    package func check() throws(RequestRefusal) {
        guard let target = columns.target else { throw .missing(.target) }
        try RequestOption.experts.check(experts)
        try columns.checkNames()
        try RequestOption.classes.check(names: columns.classes)
        try RequestOption.categories.check(names: categories)
        // Where no family is given, the target says it.
        if columns.family != nil { try columns.checkFamily() }
        try columns.checkFixedExperts()
        if columns.noise == .automatic { throw .fixedExpert(.noise, .rangeOfOneSite) }
        for name in categories {
            if name == target { throw .noEffect(.categories, .categoryIsTarget(name)) }
            if columns.exclude.contains(name) { throw .noEffect(.categories, .categoryIsExcluded(name)) }
            let named = columns.features.map { $0 + (columns.gateFeatures ?? []) }
            if let named, !named.contains(name) { throw .noEffect(.categories, .categoryIsNoFeature(name)) }
        }
    }

    /// - Parameter files: of one table, or of several sites.
    /// - Throws: ``RequestRefusal``, ``TableError``, ``StudyError``.
    package func run(_ files: [String], options: TableOptions) throws -> StudyDraft {
        try check()
        try TableInput.refuseRepeatedFiles(files)
        var choices = StudyDraft.Choices(target: columns.target ?? "")
        choices.family = columns.givenFamilyName
        choices.classes = columns.classes
        choices.exposure = columns.exposure
        choices.features = columns.features
        choices.exclude = columns.exclude
        choices.categories = categories
        choices.gate = columns.gateFeatures
        choices.weights = columns.weights
        choices.missing = missing
        choices.fixed = columns.fixedDistributions
        choices.experts = experts
        choices.seed = seed
        return try StudyDraft(of: files, options: options, choices: choices)
    }
}
