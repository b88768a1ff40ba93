import Foundation
import Tables
import Testing

/// A table in pieces is the table.
@Suite struct TableStreamTests {
    private static let options = TableOptions(textColumns: ["name"])

    /// Rows over several lines, blank lines, quotes: whatever could hide where a row ends.
    private static let text: String = {
        var lines = ["x,name,y"]
        for row in 0..<400 {
            switch row % 7 {
            case 0: lines.append("\(row),\"two\nlines, \"\"\(row)\"\"\",0.5")
            case 2: lines.append("\(row),5\" pipe,1")
            case 3: lines.append("\(row),plain,-\(row)e-3\n\n")
            default: lines.append("\(row),n\(row),\(row).25\r")
            }
        }
        return lines.joined(separator: "\n") + "\n\n\n"
    }()

    private static func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("dmoe-\(UUID().uuidString).csv")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try body(file.path)
    }

    @Test(arguments: [1, 40, 1000, 1 << 23]) func piecesAreTheTable(pieceSize: Int) throws {
        try Self.withFile(Self.text) { path in
            let whole = try DataTable.read(path: path, options: Self.options)
            var stream = try TableStream(path: path, options: Self.options, pieceSize: pieceSize)
            var (x, y, names, lines) = ([Double](), [Double](), [String](), [Int]())
            var pieces = 0
            while let piece = try stream.next() {
                pieces += 1
                x += try piece.numbers("x")
                y += try piece.numbers("y")
                names += try piece.text("name")
                lines += (0..<piece.rowCount).map { piece.line(ofRow: $0) }
            }
            #expect(try x == whole.numbers("x"))
            #expect(try y == whole.numbers("y"))
            #expect(try names == whole.text("name"))
            #expect(lines == (0..<whole.rowCount).map { whole.line(ofRow: $0) })
            #expect(pieceSize == 1 << 23 ? pieces == 1 : pieces > 5)
        }
    }

    /// Line ends of any kind bound the pieces.
    @Test(arguments: ["\n", "\r\n", "\r"]) func everyLineEndEndsAPiece(lineEnd: String) throws {
        try Self.withFile("x,y\(lineEnd)" + (0..<200).map { "\($0),1\(lineEnd)" }.joined()) { path in
            var stream = try TableStream(path: path, options: TableOptions(), pieceSize: 64)
            var (x, lines, pieces) = ([Double](), [Int](), 0)
            while let piece = try stream.next() {
                pieces += 1
                x += try piece.numbers("x")
                lines += (0..<piece.rowCount).map { piece.line(ofRow: $0) }
            }
            #expect(x == (0..<200).map(Double.init))
            #expect(lines == Array(2...201))
            #expect(pieces > 10)
        }
    }

    @Test func errorsNameTheLineOfTheFile() throws {
        try Self.withFile(Self.text + "1,2\n") { path in
            let whole = #expect(throws: TableError.self) { try DataTable.read(path: path, options: Self.options) }
            let streamed = #expect(throws: TableError.self) {
                var stream = try TableStream(path: path, options: Self.options, pieceSize: 100)
                while try stream.next() != nil {}
            }
            #expect(whole == streamed)
        }
    }
}
