import Messages

extension Study {
    /// Studies that read a table in the same way, as one that does not depend on their order: what they spell differently is spelled
    /// out, and notes, column of subjects, number of experts and seed are left out where they are not the same in all.
    ///
    /// nil for none.
    ///
    /// - Precondition: ``difference(from:own:another:)`` is nil between any two.
    package static func common(_ studies: [Study]) -> Study? {
        guard var common = studies.first else { return nil }
        func agree<Value: Equatable>(_ field: (Study) -> Value) -> Bool {
            studies.allSatisfy { field($0) == field(studies[0]) }
        }
        common.formatVersion = studies.map(\.formatVersion).max() ?? currentVersion
        if !agree(\.note) { common.note = nil }
        if !agree(\.subject) { common.subject = nil }
        if !agree(\.experts) { common.experts = nil }
        if !agree(\.seed) { common.seed = nil }
        if !agree(\.leastSites) {
            common.leastSites = studies.map { $0.leastSites ?? OptionBounds.usualLeastSites }.max()
        }
        if !agree(\.regression) { common.regression = common.names(common.regression) }
        if !agree(\.gate) { common.gate = common.names(common.gate) }
        for index in common.covariates.indices {
            if !agree({ $0.covariates[index].note }) { common.covariates[index].note = nil }
            if !agree({ $0.covariates[index].missing }) {
                common.covariates[index].missing = common.missingRule(common.covariates[index])
            }
        }
        return common
    }
}
