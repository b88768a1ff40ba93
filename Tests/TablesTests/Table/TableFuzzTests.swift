import Foundation
import Tables
import TestSupport
import Testing

/// Inputs nobody would write: each is read, or refused with an error that names the source, and none may trap.
@Suite struct TableFuzzTests {
    private typealias Fixture = TableFixture

    private static let options = TableOptions(textColumns: ["a"])

    /// Reads the bytes and says whether they were a table: one whose columns and lines fit its rows.
    private func isTable(_ bytes: Data, sourceLocation: SourceLocation = #_sourceLocation) -> Bool {
        do throws(TableError) {
            let table = try Fixture.table(bytes, Self.options)
            let counts = table.columns.compactMap(\.content.count)
            #expect(table.rowCount > 0 && counts.allSatisfy { $0 == table.rowCount }, sourceLocation: sourceLocation)
            #expect(table.line(ofRow: table.rowCount - 1) >= table.rowCount, sourceLocation: sourceLocation)
            return true
        } catch {
            let text = error.description
            #expect(text.contains("t.csv") && !text.contains { $0.isNewline }, sourceLocation: sourceLocation)
            return false
        }
    }

    /// The outcome of reading text in whichever way.
    private func outcome(
        _ bytes: Data, partSizes: [Int] = [64], sourceLocation: SourceLocation = #_sourceLocation
    ) -> CSVReading.Outcome {
        let expected = CSVReading.slow.outcome(bytes, Self.options)
        for reading in CSVReading.all(partSizes: partSizes) {
            let same = reading.outcome(bytes, Self.options) == expected
            #expect(same, "\(reading): \(String(decoding: bytes, as: UTF8.self))", sourceLocation: sourceLocation)
        }
        return expected
    }

    @Test func randomBytesAreReadOrRefused() {
        var generator = Fixture.Generator(state: 11)
        var tables = 0
        for _ in 0..<4000 {
            let count = Int.random(in: 0...60, using: &generator)
            let bytes = Data((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
            tables += isTable(bytes) ? 1 : 0
        }
        #expect(1..<2000 ~= tables)
    }

    @Test func randomFieldsAreReadTheSameInEveryWay() {
        var generator = Fixture.Generator(state: 12)
        let alphabet = Array("\"\",,,\n\n\r\r\n 1250.-+eEnNaAifx\t\0".utf8) + [0xEF, 0xFF]
        var tables = 0
        for index in 0..<8000 {
            let width = Int.random(in: 0...40, using: &generator)
            let body = (0..<width).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            let bytes = Data("a,b\n".utf8) + Data(body)
            tables += isTable(bytes) ? 1 : 0
            if index % 4 == 0 { _ = outcome(bytes, partSizes: [8]) }
        }
        #expect(tables > 100)
    }

    /// Rows of numbers, some of them with too few fields or up to three hundred too many.
    private func grid(_ generator: inout Fixture.Generator) -> (text: String, firstRagged: (line: Int, found: Int)?) {
        let columns = Int.random(in: 1...6, using: &generator)
        let oddity: Double = [0.0, 0.01, 0.2].randomElement(using: &generator) ?? 0.0
        var lines = [(0..<columns).map { "\(["b", "c", "a", "d", "e", "f"][$0])" }.joined(separator: ",")]
        var firstRagged: (line: Int, found: Int)?
        for _ in 0..<Int.random(in: 1...60, using: &generator) {
            var count = columns
            if Double.random(in: 0..<1, using: &generator) < 0.02 {
                count = Int.random(in: 1...(columns + 300), using: &generator)
            }
            let fields = (0..<count).map { _ in Self.field(&generator, oddity: oddity) }
            let line = fields.joined(separator: ",")
            lines.append(line)
            // A line of nothing is no row.
            if count != columns, !line.isEmpty, firstRagged == nil { firstRagged = (lines.count, count) }
        }
        let end = ["\n", "\r\n", "\r"].randomElement(using: &generator) ?? "\n"
        return (lines.joined(separator: end) + end, firstRagged)
    }

    private static let odd = ["NA", "", " 1", "x", "1e5", "\"2\"", "\"\"", "-inf"]

    private static func field(_ generator: inout Fixture.Generator, oddity: Double) -> String {
        if Double.random(in: 0..<1, using: &generator) < oddity { return odd.randomElement(using: &generator) ?? "" }
        return Bool.random(using: &generator)
            ? "\(Int.random(in: -99...999, using: &generator))"
            : "\(Double.random(in: -1e3...1e3, using: &generator))"
    }

    @Test func theFirstRaggedRowIsRefusedInEveryWay() {
        var generator = Fixture.Generator(state: 15)
        var (tables, refusals) = (0, 0)
        for _ in 0..<400 {
            let (text, ragged) = grid(&generator)
            switch (outcome(Data(text.utf8)), ragged) {
            case (.table, nil): tables += 1
            case (.refusal(.noRows), nil): break
            case (.refusal(.raggedRow(_, let line, let found, _)), let ragged?):
                #expect(line == ragged.line && found == ragged.found)
                refusals += 1
            case (let outcome, _): Issue.record("\(outcome) of \(text)")
            }
        }
        #expect(tables > 100 && refusals > 100)
    }

    @Test func cutsAndFlipsAreReadOrRefused() throws {
        var generator = Fixture.Generator(state: 13)
        let text = Data("\u{FEFF}a,\"b\"\"\n\",c\r\n1,2.5e-3,\"x,\"\"y\"\"\"\r\n\n-4,NA,\"z\nz\"\r\n".utf8)
        let array = Fixture.npy("<f4", fortran: true, shape: "(2, 3)", Fixture.float32([1, 2, 3, 4, 5, 6]))
        let sources = [text, array, try Fixture.gzip(text), try Fixture.gzip(array)]
        for source in sources {
            #expect(isTable(source))
            for count in 0...source.count { _ = isTable(source.prefix(count)) }
            for _ in 0..<1500 {
                var damaged = source
                for _ in 0..<Int.random(in: 1...3, using: &generator) {
                    damaged[Int.random(in: 0..<damaged.count, using: &generator)] = UInt8.random(
                        in: 0...255, using: &generator)
                }
                _ = isTable(damaged.prefix(Int.random(in: 0...damaged.count, using: &generator)))
            }
        }
    }

    /// In pieces of 64 bytes as whole: the rows before the first error, and the error.
    @Test func piecesOfAFileAreReadAsTheWhole() throws {
        var generator = Fixture.Generator(state: 16)
        for _ in 0..<100 {
            let (text, _) = grid(&generator)
            try Fixture.withFile(Data(text.utf8)) { path in
                var options = TableOptions()
                options.keepsAllText = true
                let whole = Result { () throws(TableError) in try DataTable.read(path: path, options: options) }
                let pieces = Result { () throws(TableError) in try Self.pieces(path, options) }
                switch (whole, pieces) {
                case (.success(let whole), .success(let pieces)):
                    #expect(whole.columns.map(\.content) == pieces)
                case (.failure(.noRows), .success(let pieces)):
                    #expect(pieces.allSatisfy { $0.count == 0 })
                case (.failure(let one), .failure(let other)): #expect(one == other)
                default: Issue.record("\(whole) but \(pieces): \(text)")
                }
            }
        }
    }

    private static func pieces(
        _ path: String, _ options: TableOptions
    ) throws(TableError) -> [TableColumn.Content] {
        var stream = try TableStream(path: path, options: options, pieceSize: 64)
        var texts: [[String]] = []
        while let piece = try stream.next() {
            if texts.isEmpty { texts = piece.columns.map { _ in [] } }
            for (index, name) in piece.columnNames.enumerated() { texts[index] += try piece.text(name) }
        }
        return texts.map { .text($0) }
    }

    /// Tables written out with every kind of odd spelling read back as they were.
    @Test func readsBackWhatWasWritten() throws {
        var generator = Fixture.Generator(state: 14)
        for _ in 0..<300 {
            let rows = Int.random(in: 1...8, using: &generator)
            let numbers = (0..<rows).map { _ in Double.random(in: -1e6...1e6, using: &generator) }
            let labels = (0..<rows).map { _ in
                String((0..<5).map { _ in "ab,\"\n\r é".randomElement(using: &generator) ?? "a" })
            }
            let end = ["\n", "\r\n", "\r"].randomElement(using: &generator) ?? "\n"
            let lines = zip(numbers, labels).map { "\($0),\"" + $1.replacing("\"", with: "\"\"") + "\"" }
            let text = (["x,a"] + lines).joined(separator: end) + (Bool.random(using: &generator) ? end : "")
            let table = try Fixture.table(text, TableOptions(textColumns: ["a"]))
            #expect(try table.numbers("x") == numbers)
            #expect(try table.text("a") == labels)
        }
    }
}
