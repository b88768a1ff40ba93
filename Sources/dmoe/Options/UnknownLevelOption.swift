import ArgumentParser
import DistributedMoE
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
    func reading(_ data: DataOptions) -> ReadingSettings {
        var reading = ReadingSettings()
        reading.missing = data.missing
        reading.unknownLevels = unknown
        return reading
    }
}
