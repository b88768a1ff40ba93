import StudyData
import Tables

/// Whether tables fit a study: what `dmoe study check` asks for.
package struct StudyCheckJob: Sendable {
    /// What came of it.
    package struct Outcome: Sendable {
        package var rows = 0
        /// Why a table does not fit; all of them, in the order of the files.
        package var problems = [TableError]()
        package var notes = [StudyNote]()
    }

    package init() {}

    /// - Parameter files: of one table, or of several sites.
    /// - Throws: ``TableError`` for what is no table.
    package func run(_ study: Study, _ files: [String], options: TableOptions) throws(TableError) -> Outcome {
        try TableInput.refuseRepeatedFiles(files)
        var selection = RowSelection(study: study)
        selection.isOfStudyFile = true
        var options = options
        options.textColumns = selection.textColumns
        var outcome = Outcome(notes: selection.notes)
        for path in files {
            let table = try DataTable.read(path: path, options: options)
            outcome.rows += table.rowCount
            outcome.problems += selection.problems(of: table)
            outcome.notes += selection.notes(on: table)
        }
        return outcome
    }
}
