import ArgumentParser
import ModelFiles
import StudyData

extension RowSelection.UnknownLevelRule: ExpressibleByArgument {}

/// What becomes of levels that the study behind a model does not know.
struct UnknownLevelOption: ParsableArguments {
    @Option(
        help:
            "A level of a category that the model's study does not know: refuse it (default), or take it as the reference."
    )
    var unknown: RowSelection.UnknownLevelRule?

    /// How a table is read for a model.
    func selection(_ model: PredictorFile, data: DataOptions) throws -> RowSelection {
        var selection = model.selection(missing: data.missing)
        if let unknown {
            guard selection.study != nil else {
                throw ValidationError("--unknown is of use with a model of a study only.")
            }
            selection.unknownLevels = unknown
        }
        return selection
    }
}
