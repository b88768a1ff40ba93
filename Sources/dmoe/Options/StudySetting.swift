import ArgumentParser
import StudyData

/// What a study file and the options beside it say together.
struct StudySetting {
    /// nil where columns are named by options.
    let study: Study?
    /// The largest of a range.
    let experts: Int
    let seed: UInt64

    init(_ columns: ColumnOptions, _ fit: FitOptionGroup, _ seed: SeedOption) throws {
        study = try columns.readStudy()
        guard let experts = fit.experts?.last ?? study?.experts else {
            throw ValidationError("--experts is missing: neither the command nor the study file gives their number.")
        }
        self.experts = experts
        self.seed = seed.value(study)
    }

    /// Before a file is looked at.
    static func validate(_ columns: ColumnOptions, _ fit: FitOptionGroup, _ data: DataOptions) throws {
        try columns.refuseBesideStudy(data)
        if columns.study == nil, fit.experts == nil {
            throw ValidationError("Missing expected argument '--experts <k>'")
        }
    }
}
