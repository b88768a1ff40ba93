import Foundation
import Messages
import Tables
import TestSupport
import Testing

@Suite struct TableErrorTests {
    private static let all: [TableError] = [
        .fileNotFound(path: "a\nb.csv"), .cannotRead(path: "a\nb.csv", reason: "it is\na directory"),
        .emptyFile(path: "a\nb.csv"), .noRows(path: "a\nb.csv"),
        .unsupportedFormat(source: "a\nb.csv", format: "a zip archive", remedy: .decompress("unzip")),
        .noSuchColumn(source: "a\nb.csv", name: "x\ny", available: ["a\nb", "c"]),
        .duplicateColumn(source: "a\nb.csv", name: "x\ny"),
        .textInNumericColumn(source: "a\nb.csv", line: 7, column: "x\ny", field: "\u{1B}[31m\n"),
        .mixedColumn(source: "a\nb.csv", line: 7, column: "x\ny", field: "\u{202E}\n", numberLine: 2),
        .numberInTextColumn(source: "a\nb.csv", line: 7, column: "x\ny", value: 3),
        .unusableCovariate(source: "a\nb.csv", column: "x\ny", reason: .constant("a\u{9B}\n")),
        .textNotKept(source: "a\nb.csv", column: "x\ny"),
        .raggedRow(source: "a\nb.csv", line: 7, found: 1, expected: 3),
        .unterminatedQuote(source: "a\nb.csv", line: 7), .textAfterQuote(source: "a\nb.csv", line: 7),
        .endlessRow(source: "a\nb.csv", line: 7, megabytes: 64),
        .malformedNPY(source: "a\nb.csv", reason: "bad\nheader"),
        .columnNamesMismatch(source: "a\nb.csv", names: 1, columns: 3), .namesOfHeader(source: "a\nb.csv"),
        .corruptGzip(source: "a\nb.csv", reason: "bad\ndata"),
    ]

    @Test(arguments: all)
    func describesItselfInOneVisibleLine(error: TableError) {
        let text = error.description
        #expect(text.hasPrefix("a\\nb.csv"))
        #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) })
        #expect(!text.contains("\u{202E}"))
    }

    @Test func onlyMissingInputIsMissing() {
        #expect(Self.all.filter { $0.isMissingInput }.count == 2)
        #expect(TableError.fileNotFound(path: "x").isMissingInput)
        #expect(TableError.cannotRead(path: "x", reason: "").isMissingInput)
    }

    @Test func cutsFieldsAndNamesThePlace() {
        let field = String(repeating: "z", count: 41)
        let text = TableError.textInNumericColumn(source: "t.csv", line: 7, column: "age", field: field)
            .text(.commandLine)
        #expect(text.contains("t.csv, line 7: column \"age\""))
        #expect(text.contains("\"" + String(repeating: "z", count: 40) + "…\""))
        #expect(text.hasSuffix("classes of a target need --family multinomial, categories a study (dmoe study new)"))
        let whole = TableError.textInNumericColumn(source: "t", line: 1, column: "x", field: "a\u{0}b").description
        #expect(whole.contains("\"a\\0b\""))
    }

    @Test func suggestsColumns() {
        func text(_ name: String, _ available: [String]) -> String {
            TableError.noSuchColumn(source: "t.csv", name: name, available: available).description
        }
        #expect(text("Age", ["x", "age"]).contains("did you mean \"age\"?"))
        #expect(text("y", ["x", "age"]).contains("the columns are \"x\", \"age\""))
        #expect(text("y", ["x;y;z"]).contains("check the delimiter"))
        let many = text("y", (0..<25).map { "x\($0)" })
        #expect(many.contains("\"x19\" and 5 more") && !many.contains("\"x20\""))
    }

    /// A field may be as long as its file.
    @Test func errorsKeepTheBeginningOfAField() throws {
        let long = String(repeating: "é,", count: 100_000)
        let marks = "e" + String(repeating: "\u{301}", count: 100_000)
        for field in [long, marks] {
            let table = try TableFixture.table("x,t\n1,2\n\"\(field)\",3\n")
            guard case .textInNumericColumn(_, 3, "x", let kept)? = Self.failure({ _ = try table.numbers("x") }) else {
                Issue.record("not refused")
                continue
            }
            #expect(kept.utf8.count < 1100 && field.unicodeScalars.starts(with: kept.unicodeScalars))
            #expect(field.quoted.utf8.count < 300)
        }
        let latin = try TableFixture.table(
            Data("t\n\"".utf8) + Data(repeating: 0xE9, count: 100_000) + Data("\"\n".utf8))
        guard case .notUTF8(_, _, let text)? = Self.failure({ _ = try latin.numbers("t") }) else {
            Issue.record("not refused")
            return
        }
        #expect(text.utf8.count < 1100)
    }

    private static func failure(_ body: () throws -> Void) -> TableError? {
        do { try body() } catch { return error as? TableError }
        return nil
    }
}
