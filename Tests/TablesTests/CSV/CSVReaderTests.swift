import Foundation
import Messages
import Tables
import TestSupport
import Testing

@Suite struct CSVReaderTests {
    private typealias Fixture = TableFixture

    @Test func readsNumbersByColumn() throws {
        let table = try Fixture.table("x,y\n1,2.5\n-3e2,+4\n")
        #expect(table.columnNames == ["x", "y"])
        #expect(table.rowCount == 2)
        #expect(try table.numbers("x") == [1, -300])
        #expect(try table.numbers("y") == [2.5, 4])
    }

    @Test(arguments: [
        "x,y\n1,2\n3,4\n", "x,y\r\n1,2\r\n3,4\r\n", "x,y\r1,2\r3,4\r", "x,y\n1,2\r\n3,4", "x,y\r1,2\n3,4\r\n",
    ])
    func acceptsEveryLineEnd(text: String) throws {
        let table = try Fixture.table(text)
        #expect(try table.numbers("x") == [1, 3])
        #expect(try table.numbers("y") == [2, 4])
        #expect(table.line(ofRow: 0) == 2)
        #expect(table.line(ofRow: 1) == 3)
    }

    @Test func skipsByteOrderMark() throws {
        #expect(try Fixture.table("\u{FEFF}x,y\n1,2\n").columnNames == ["x", "y"])
        #expect(try Fixture.table("\u{FEFF}\"x\",y\n1,2\n").columnNames == ["x", "y"])
        #expect(Fixture.failure("\u{FEFF}") == .emptyFile(path: "t.csv"))
    }

    @Test func skipsBlankLinesAndKeepsLineNumbers() throws {
        let table = try Fixture.table("\n\r\nx,y\n\n1,2\n \t \n\n3,4\n5,6\n\n\n  ")
        #expect(try table.numbers("x") == [1, 3, 5])
        #expect((0..<3).map(table.line(ofRow:)) == [5, 8, 9])
        #expect(Fixture.failure("x,y\n\n1\n") == .raggedRow(source: "t.csv", line: 3, found: 1, expected: 2))
    }

    @Test func quotedFieldsHoldAnything() throws {
        let text = "\"a,1\",\"b \"\"q\"\"\",c\n1,\"x,\"\"y\"\"\nz\",\"2\"\n\"3\",\"\",\" 4 \"\n"
        let table = try Fixture.table(text, TableOptions(textColumns: ["b \"q\""]))
        #expect(table.columnNames == ["a,1", "b \"q\"", "c"])
        #expect(try table.numbers("a,1") == [1, 3])
        #expect(try table.text("b \"q\"") == ["x,\"y\"\nz", ""])
        #expect(try table.numbers("c") == [2, 4])
        #expect((0..<2).map(table.line(ofRow:)) == [2, 4])
    }

    @Test func countsLinesWithinQuotes() throws {
        let table = try Fixture.table("\"x\ny\",t\r\n1,\"a\r\nb\rc\nd\"\r\n2,e\n", TableOptions(textColumns: ["t"]))
        #expect(table.columnNames == ["x\ny", "t"])
        #expect((0..<2).map(table.line(ofRow:)) == [3, 7])
        let late = try Fixture.table("t,x\n\"a\nb\",z\n", TableOptions(textColumns: ["t"]))
        #expect(late.columns[1].content == .notNumeric(line: 3, column: 2, field: "z"))
    }

    @Test func toleratesOddQuotes() throws {
        let text = "t,x\n  \"a,b\" , \"1\" \na\"b\"c,2\n"
        let table = try Fixture.table(text, TableOptions(textColumns: ["t"]))
        #expect(try table.text("t") == ["a,b", "a\"b\"c"])
        #expect(try table.numbers("x") == [1, 2])
    }

    /// Read as one number they would be another.
    @Test(arguments: ["\"3\"4", "\"\"3", "\"a\"b", "\"3\" 4", "\"a\"\"\"d", "\"1\"\"\"\"\"2"])
    func refusesTextAfterAQuote(field: String) {
        #expect(Fixture.failure("x,y\n1,2\n\(field),4\n") == .textAfterQuote(source: "t.csv", line: 3))
        #expect(Fixture.failure("x,\(field)\n1,2\n") == .textAfterQuote(source: "t.csv", line: 1))
    }

    @Test func reportsUnterminatedQuotes() {
        #expect(Fixture.failure("x,y\n1,2\n3,\"4\n5,6\n") == .unterminatedQuote(source: "t.csv", line: 3))
        #expect(Fixture.failure("x,\"y\n1,2\n") == .unterminatedQuote(source: "t.csv", line: 1))
        #expect(Fixture.failure("x\n\"") == .unterminatedQuote(source: "t.csv", line: 2))
        #expect(Fixture.failure("x\n\"a\"\"") == .unterminatedQuote(source: "t.csv", line: 2))
    }

    @Test func readsMissingValues() throws {
        let fields = ["", "  ", "NA", "na", "Na", "NaN", "nan", "NAN", "-nan", "\"\"", "\"NA\"", "\" nan \"", " NA\t"]
        let table = try Fixture.table("x,y\n" + fields.map { "\($0),1\n" }.joined())
        let values = try table.numbers("x")
        #expect(values.count == fields.count)
        #expect(values.allSatisfy { $0.isNaN })
        #expect(try Fixture.table("x\n\"\"\nNA\n1").rowCount == 3)
    }

    @Test func readsInfiniteValues() throws {
        let table = try Fixture.table("x\ninf\n-inf\n+Inf\nInfinity\n-INFINITY\n1e400\n-1e400\n")
        let infinity = Double.infinity
        let expected = [infinity, -infinity, infinity, infinity, -infinity, infinity, -infinity]
        #expect(try table.numbers("x") == expected)
    }

    @Test func trimsNumbers() throws {
        let table = try Fixture.table("x , y\n 1 ,\t2\t\n  3,4  \n")
        #expect(try table.numbers("x") == [1, 3])
        #expect(try table.numbers("y") == [2, 4])
    }

    @Test(arguments: [
        "abc", "1e", "1e+", "1.2.3", "1 2", "0x10", ".", "-", "+-1", "1,5", "--1", "nanx", "in", "1_000", "١",
    ])
    func marksColumnsWithText(field: String) throws {
        let table = try Fixture.table("x;y\n1;1\n\(field);2\nother;3\n", TableOptions(delimiter: UInt8(ascii: ";")))
        #expect(table.columns[0].content == .notNumeric(line: 3, column: 1, field: field, numberLine: 2))
        #expect(try table.numbers("y") == [1, 2, 3])
        #expect(throws: TableError.textInNumericColumn(source: "t.csv", line: 3, column: "x", field: field)) {
            try table.numbers("x")
        }
    }

    @Test func keepsTextColumns() throws {
        let table = try Fixture.table("s,x\n01,1\n b ,2\nNA,3\n,4\n", TableOptions(textColumns: ["s", "absent"]))
        #expect(try table.text("s") == ["01", " b ", "NA", ""])
        #expect(table.columns[1].content == .numbers([1, 2, 3, 4]))
    }

    @Test func namesTextThatIsNotUTF8() {
        let bytes = Data("s,x\na".utf8) + Data([0xFF, 0x00]) + Data("b,1\n".utf8)
        #expect(throws: TableError.notUTF8(source: "t.csv", line: 2, text: "a\u{FFFD}\0b")) {
            try Fixture.table(bytes, TableOptions(textColumns: ["s"])).text("s")
        }
    }

    @Test func reportsRaggedRows() {
        #expect(Fixture.failure("x,y\n1,2\n3\n") == .raggedRow(source: "t.csv", line: 3, found: 1, expected: 2))
        #expect(Fixture.failure("x,y\n1,2,,a\n") == .raggedRow(source: "t.csv", line: 2, found: 4, expected: 2))
        #expect(Fixture.failure("x,y\n\"a\nb\",2\n1") == .raggedRow(source: "t.csv", line: 4, found: 1, expected: 2))
    }

    @Test func namesNamelessColumnsByPosition() throws {
        let table = try Fixture.table(",x,\"\",\n0,1,2,\n")
        #expect(table.columnNames == ["column1", "x", "column3", "column4"])
        #expect(try table.numbers("column4")[0].isNaN)
    }

    @Test func refusesDuplicateNames() {
        #expect(Fixture.failure("x,y, x\n1,2,3\n") == .duplicateColumn(source: "t.csv", name: "x"))
    }

    /// Those of a .npy file: a header would be taken for what was meant, or a first row for a header.
    @Test func refusesOtherNamesThanThoseOfTheHeader() throws {
        let named = TableOptions(columnNames: ["x", "y"])
        #expect(try Fixture.table("x,y\n1,2\n", named).columnNames == ["x", "y"])
        for header in ["y,x", "x,y,z", "x", "1,2", "a,y"] {
            #expect(Fixture.failure(header + "\n1,2\n", named) == .namesOfHeader(source: "t.csv"))
        }
    }

    @Test func refusesFilesWithoutRows() {
        #expect(Fixture.failure("") == .emptyFile(path: "t.csv"))
        #expect(Fixture.failure("\n \r\n\t") == .emptyFile(path: "t.csv"))
        #expect(Fixture.failure("x,y") == .noRows(path: "t.csv"))
        #expect(Fixture.failure("x,y\n\n") == .noRows(path: "t.csv"))
    }

    @Test(arguments: [";", "\t", "|", " "])
    func usesTheDelimiter(delimiter: Character) throws {
        let text = "a,b|c;d\n1|2;3\n\"4\"||\n".replacing(";", with: "|").replacing("|", with: String(delimiter))
        let table = try Fixture.table(text, TableOptions(delimiter: try #require(delimiter.asciiValue)))
        #expect(table.columnNames == ["a,b", "c", "d"])
        #expect(Fixture.same(try table.numbers("a,b"), [1, 4]))
        #expect(Fixture.same(try table.numbers("d"), [3, .nan]))
    }

    @Test func endsWithAnEmptyField() throws {
        #expect(Fixture.same(try Fixture.table("x,y\n1,").numbers("y"), [.nan]))
        #expect(Fixture.same(try Fixture.table("x,y\n,").numbers("x"), [.nan]))
    }
}
