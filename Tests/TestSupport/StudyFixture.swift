import Foundation
import Messages
import StudyData
import Tables
import Testing

/// Studies and the tables that they read.
package enum StudyFixture {
    /// Every kind of covariate and of rule.
    package static let study = Study(
        target: "y", weights: "w", missing: .drop,
        covariates: [
            .number("age", missing: .error), .number("temp", missing: .mean),
            .number("dose", missing: .mean, value: 2.5),
            .category("origin", levels: ["EWR", "JFK", "LGA"], reference: "JFK"),
            .category("month", levels: ["1", "2", "10"], reference: "1", missing: .level),
            .yesNo("night", yes: "Y", no: "N"),
        ], gate: ["age", "origin"], experts: 3, seed: 11, note: "as agreed")

    package static let columns = [
        "age", "temp", "temp missing", "dose", "dose missing", "origin=EWR", "origin=LGA", "month=2", "month=10",
        "month missing", "night",
    ]

    /// A table from lines of CSV, with the texts that a study wants.
    package static func table(_ text: String, _ textColumns: Set<String>) throws -> DataTable {
        var table: DataTable?
        try TableFixture.withFile(Data(text.utf8)) { path in
            table = try DataTable.read(path: path, options: TableOptions(textColumns: textColumns))
        }
        return try #require(table)
    }

    package static func select(_ study: Study, _ text: String, fill: [String: Double] = [:]) throws
        -> RowSelection.Selected
    {
        try RowSelection(study: study, fill: fill).rows(of: table(text, study.textColumns))
    }

    /// The error of reading a table by a study.
    package static func failure(_ study: Study, _ text: String) throws -> TableError? {
        let table = try table(text, study.textColumns)
        do throws(TableError) {
            _ = try RowSelection(study: study).rows(of: table)
            return nil
        } catch { return error }
    }

    /// Rows of a selection, column by column.
    package static func column(_ name: String, _ selected: RowSelection.Selected, _ study: Study) throws -> [Double] {
        let index = try #require(study.design.covariates.firstIndex(of: name), "no column \(name)")
        return Array(selected.rows.covariates.column(index))
    }
}
