import Tables

extension RowSelection {
    /// What fits a study and yet should be looked at: spellings that differ by case or blanks alone.
    package var notes: [StudyNote] {
        guard let study else { return [] }
        return study.covariates.flatMap { ($0.spellings ?? []).sorted().alikeNotes(.level, of: $0.name) }
            + (study.classes ?? []).alikeNotes(.class, of: study.target)
    }

    /// What in a table fits and yet should be looked at: a target that does not vary, classes that it lacks.
    package func notes(on table: DataTable) -> [StudyNote] {
        var coding = TableCoding(table, self)
        guard let responses = try? coding.responses(mayBeMissing: true) else { return [] }
        let found = Set(responses.filter { !$0.isNaN })
        guard let classes = response.classes else {
            guard found.count == 1, let only = found.first else { return [] }
            return [.constantTarget(source: table.source, target: design.target, value: only)]
        }
        let lacking = classes.indices.filter { !found.contains(Double($0)) }.map { classes[$0] }
        guard !lacking.isEmpty, let only = found.first else { return [] }
        return [
            found.count == 1
                ? .oneClass(
                    source: table.source, target: design.target, class: classes[Int(only)], others: lacking)
                : .absentClasses(source: table.source, target: design.target, classes: lacking)
        ]
    }
}
