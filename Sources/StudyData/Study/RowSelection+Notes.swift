import Messages
import Tables

extension RowSelection {
    /// What fits a study and yet should be looked at, a line each: spellings that differ by case or blanks alone.
    package var notes: [String] {
        guard let study else { return [] }
        return study.covariates.flatMap { ($0.spellings ?? []).sorted().alikeNotes("levels of '\($0.name)'") }
            + (study.classes ?? []).alikeNotes("classes of '\(study.target)'")
    }

    /// What in a table fits and yet should be looked at, a line each: a target that does not vary, classes that it lacks.
    package func notes(on table: DataTable) -> [String] {
        var coding = TableCoding(table, self)
        guard let responses = try? coding.responses(mayBeMissing: true) else { return [] }
        let found = Set(responses.filter { !$0.isNaN })
        let subject = "\(table.source.visible): target '\(design.target)'"
        guard let classes = response.classes else {
            guard found.count == 1, let only = found.first else { return [] }
            return ["\(subject) is \(spelledNumber(only)) in every row: a fit has nothing to learn from it"]
        }
        let lacking = classes.indices.filter { !found.contains(Double($0)) }.map { classes[$0].quoted }
        guard !lacking.isEmpty, let only = found.first else { return [] }
        let names = lacking.joined(separator: ", ")
        return [
            found.count == 1
                ? "\(subject) is \(classes[Int(only)].quoted) in every row: a site may lack classes, but these rows tell nothing "
                    + "of what parts it from \(names)"
                : "\(subject) is \(names) in no row: a site may lack classes, and tells nothing of them"
        ]
    }
}
