import Messages
import StudyData
import Tables
import TestSupport
import Testing

/// Which columns are covariates where none are named.
@Suite struct DefaultCovariateTests {
    private func covariates(_ header: String, _ rows: [String]) throws -> DefaultCovariates {
        let table = try TableFixture.table(header + ",y\n" + rows.map { $0 + ",1\n" }.joined())
        return try DefaultCovariates(of: table, except: ["y"])
    }

    @Test(arguments: [0, 1, 200, 398, 399]) func oneTextAmongNumbersIsRefused(row: Int) throws {
        var rows = (0..<400).map { "\($0 % 7).5" }
        rows[row] = "oops"
        let expected = TableError.mixedColumn(
            source: "t.csv", line: row + 2, column: "a", field: "oops", numberLine: row == 0 ? 3 : 2)
        #expect(throws: expected) { try covariates("a", rows) }
        #expect(throws: TableError.self) { try covariates("b,a", rows.map { "1," + $0 }) }
    }

    @Test(arguments: [0, 1, 200, 399]) func oneNumberAmongTextsIsRefused(row: Int) throws {
        var rows = (0..<400).map { "x\($0 % 3)" }
        rows[row] = "7"
        #expect(
            throws: TableError.mixedColumn(
                source: "t.csv", line: row == 0 ? 3 : 2, column: "a", field: row == 0 ? "x1" : "x0",
                numberLine: row + 2)
        ) { try covariates("a", rows) }
    }

    @Test func gapsAreNoNumbersAndNoTexts() throws {
        let texts = try covariates("a", ["NA", "x", "", "NaN", "y"])
        #expect(texts.names.isEmpty && texts.texts.map(\.line) == [3])
        #expect(try covariates("a", ["NA", "1", "", "NaN", "2"]).names == ["a"])
        #expect(try covariates("a", ["NA", "", "NaN"]).empty == ["a"])
    }

    /// Columns of text in a table of a caller's own.
    @Test func tablesInMemoryFollowTheRule() throws {
        func table(_ fields: [String]) -> DataTable {
            DataTable(source: "t", columns: [TableColumn(name: "a", content: .text(fields))])
        }
        #expect(try DefaultCovariates(of: table(["x", "", "y"]), except: []).texts.map(\.name) == ["a"])
        #expect(try DefaultCovariates(of: table(["", "NA"]), except: []).empty == ["a"])
        #expect(throws: TableError.mixedColumn(source: "t", line: 1, column: "a", field: "x", numberLine: 2)) {
            try DefaultCovariates(of: table(["x", "3"]), except: [])
        }
    }

    @Test(arguments: [
        ("", ["0", "1", "2"]), ("\"\"", ["1", "2", "3"]), ("", ["4", "9", "17"]), ("", ["7", "3", "5"]),
        ("Unnamed: 0", ["0", "1", "2"]), ("Unnamed: 0.1", ["2", "0", "1"]), ("...1", ["1", "2", "3"]),
        ("index", ["0", "1", "2"]), ("X", ["1", "2", "3"]), ("level_0", ["0", "1", "2"]),
        ("id", ["1", "2", "3"]), ("ID", ["0", "1", "2"]), ("patient_id", ["1", "2", "3"]), ("V1", ["1", "2", "3"]),
        ("Row", ["1", "2", "3"]),
    ]) func numbersOfRowsAreNoCovariates(name: String, values: [String]) throws {
        let columns = try covariates(name + ",b", values.map { $0 + ",1" })
        #expect(columns.names == ["b"] && columns.numberings.count == 1)
    }

    @Test(arguments: [
        ("", ["0", "1", "1"]), ("", ["0.5", "1", "2"]), ("", ["-1", "0", "1"]), ("", ["0", "NA", "2"]), ("", ["5"]),
        ("index", ["4", "9", "17"]), ("X", ["3", "4", "5"]), ("x", ["1", "2", "3"]), ("time", ["0", "1", "2"]),
        ("id", ["4", "9", "17"]), ("patient_id", ["2", "2", "3"]), ("humid", ["1", "2", "3"]), ("v", ["1", "2", "3"]),
    ]) func otherColumnsAre(name: String, values: [String]) throws {
        #expect(try covariates(name + ",b", values.map { $0 + ",1" }).names.count == 2)
    }
}
