import ModelFiles
import StudyData

/// How a table is read for a model that predicts or is scored.
public struct ReadingChoices: Sendable, Equatable {
    /// In place of the rule `error` of the model.
    public var missing: MissingValueRule?
    /// nil: levels that the model's study does not know are refused.
    public var unknownLevels: UnknownLevelRule?

    /// As the model reads its tables.
    public init() {}

    /// - Throws: ``RequestRefusal/needs(_:_:_:)`` where the model has no study and so no levels.
    package func selection(_ model: PredictorFile) throws(RequestRefusal) -> RowSelection {
        var selection = model.selection(missing: missing)
        if let unknownLevels {
            guard selection.study != nil else { throw .needs(.unknownLevels, .study, .levelsOfStudy) }
            selection.unknownLevels = unknownLevels
        }
        return selection
    }
}
