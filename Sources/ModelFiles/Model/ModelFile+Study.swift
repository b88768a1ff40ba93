import MixtureOfExperts
import StudyData

extension ModelFile {
    /// Takes down how the rows behind the model were read.
    package mutating func note(_ selection: RowSelection, _ record: ReadingRecord) {
        study = selection.study
        studyDigest = study?.digest
        reading = record
    }

    /// Takes study and reading over from the local models that this one was made of, whatever their order.
    package mutating func carryStudy(of locals: [ModelFile]) {
        study = Study.common(locals.compactMap(\.study))
        studyDigest = study?.digest
        reading = ReadingRecord.merged(locals.compactMap { local in local.reading.map { ($0, local.weight) } })
        carryStatus(of: locals)
    }

    /// How a table is read for this model.
    ///
    /// - Parameter missing: in place of the rule `error`.
    package func selection(missing: RowSelection.MissingRule? = nil) -> RowSelection {
        let response = ExpertFamilies.named(family, classes: classes ?? [])?.response ?? .number
        var selection =
            study.map { RowSelection(study: $0, missing: missing, fill: reading?.fill ?? [:]) }
            ?? RowSelection(design: design, missing: missing ?? .error, response: response)
        selection.fixed = experts.compactMap(\.fixed)
        return selection
    }

    /// Refuses models that were not fitted with one study.
    ///
    /// - Parameter models: with the names that messages use.
    /// - Throws: ``ModelFileError`` with the first difference.
    package static func refuseDifferentStudies(
        _ models: [(name: String, file: ModelFile)]
    ) throws(ModelFileError) {
        guard let first = models.first else { return }
        for other in models.dropFirst() {
            switch (first.file.study, other.file.study) {
            case (nil, nil): continue
            case (let own?, let another?):
                if let what = own.difference(from: another, own: first.name, another: other.name) {
                    throw .differentStudies(what: what)
                }
            case (nil, _): throw .differentStudies(what: "\(other.name) was fitted with one, \(first.name) without")
            case (_, nil): throw .differentStudies(what: "\(first.name) was fitted with one, \(other.name) without")
            }
        }
    }

    /// What keeps the study of the file from being that of its model.
    var studyProblem: Study.Problem? {
        guard let study else { return studyDigest == nil ? nil : ("study", "is missing beside its digest") }
        if let (field, reason) = study.problem { return ("study.\(field)", reason) }
        guard studyDigest == study.digest else { return ("studyDigest", "is not that of the study") }
        guard study.family == family, study.classes == classes else {
            return ("study.family", "is not that of the model")
        }
        guard study.design == design else { return ("study", "describes other columns than those of the model") }
        let needed = Set(study.covariates.filter { study.missingRule($0) == .mean && $0.value == nil }.map(\.name))
        guard kind == .reference || needed.isSubset(of: Set((reading?.fill ?? [:]).keys)) else {
            return ("reading.filled", "lacks a value for a covariate of the study")
        }
        return nil
    }
}
