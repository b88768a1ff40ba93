import MixtureOfExperts
import StudyData
import Tables
import Testing

/// Columns in memory are what they would be in a CSV file of the same rows.
@Suite struct BorrowedPreviewTests {
    /// The preview of one column of texts, in batches of some rows.
    private static func preview(
        _ fields: [String], named name: String = "a", batch: Int = .max, textColumns: Set<String> = []
    ) -> TableColumn.Content {
        let bytes = fields.map { Array($0.utf8) }
        let data = Array(bytes.joined()) + [0]
        let offsets = bytes.reduce(into: [Int64(0)]) { $0.append($0[$0.count - 1] + Int64($1.count)) }
        return data.withUnsafeBytes { data in
            offsets.withUnsafeBytes { offsets in
                var table = BorrowedTable(source: "t", columns: [(name, .text)])
                for start in stride(from: 0, to: fields.count, by: min(batch, fields.count)) {
                    table.append(
                        rowCount: min(batch, fields.count - start),
                        parts: [.init(start: offsets.baseAddress! + 8 * start, stride: 1, bytes: data.baseAddress!)])
                }
                return table.preview(textColumns: textColumns).columns[0].content
            }
        }
    }

    private static func numbers(_ content: TableColumn.Content) -> [Double]? {
        guard case .numbers(let values) = content else { return nil }
        return values
    }

    @Test(arguments: [1, 7, 1000]) func textsThatAreNumbersAreNumbers(batch: Int) throws {
        let fields = (0..<100).map { $0 % 10 == 3 ? "" : "\($0).50" }
        let values = try #require(Self.numbers(Self.preview(fields, batch: batch)))
        #expect(values[0] == 0.5 && values[3].isNaN && values[4] == 4.5)
        #expect(Self.preview(fields, batch: batch, textColumns: ["a"]) == .text(Array(fields.prefix(16))))
    }

    @Test(arguments: [0, 1, 15, 16, 99], [1, 7, 1000]) func theFirstTextAndTheFirstNumberAreFound(row: Int, batch: Int)
    {
        var fields = [String](repeating: "1", count: 100)
        fields[row] = "oops"
        #expect(
            Self.preview(fields, batch: batch)
                == .notNumeric(line: row + 2, column: 1, field: "oops", numberLine: row == 0 ? 3 : 2))
        var texts = [String](repeating: "x", count: 100)
        #expect(Self.preview(texts, batch: batch) == .notNumeric(line: 2, column: 1, field: "x"))
        texts[row] = "7"
        #expect(
            Self.preview(texts, batch: batch)
                == .notNumeric(line: row == 0 ? 3 : 2, column: 1, field: "x", numberLine: row + 2))
    }

    @Test func gapsAreNeither() {
        let gaps = [String](repeating: "", count: 40)
        #expect(Self.preview(gaps + ["NA", "x"]) == .notNumeric(line: 43, column: 1, field: "x"))
        #expect(Self.numbers(Self.preview(gaps + ["4"]))?.first == 4)
        #expect(Self.numbers(Self.preview(gaps + ["NaN"]))?.allSatisfy(\.isNaN) == true)
    }

    /// Such a column is judged by all of its rows.
    @Test func columnsThatMayNumberTheRowsAreThereToTheirEnd() throws {
        let fields = (0..<50).map(String.init)
        #expect(Self.numbers(Self.preview(fields, named: "index"))?.count == 50)
        #expect(Self.numbers(Self.preview(fields, named: "other"))?.count == 16)
        #expect(try DefaultCovariates(of: table("index", fields + ["50"]), except: []).numberings == ["index"])
        #expect(try DefaultCovariates(of: table("index", fields + ["7"]), except: []).names == ["index"])
    }

    private func table(_ name: String, _ fields: [String]) -> DataTable {
        DataTable(source: "t", columns: [TableColumn(name: name, content: Self.preview(fields, named: name))])
    }
}
