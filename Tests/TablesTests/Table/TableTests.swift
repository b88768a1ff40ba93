import Foundation
import Messages
import Tables
import TestSupport
import Testing

@Suite struct TableTests {
    private typealias Fixture = TableFixture

    private func failure(path: String) -> TableError? {
        do throws(TableError) {
            _ = try DataTable.read(path: path, options: TableOptions())
            return nil
        } catch {
            return error
        }
    }

    @Test func readsFilesByContent() throws {
        let text = Data("x\n1\n2\n".utf8)
        let array = Fixture.npy("<f8", fortran: false, shape: "(2,)", Fixture.float64([1, 2]))
        for (bytes, column) in [
            (text, "x"), (array, "c0"), (try Fixture.gzip(text), "x"), (try Fixture.gzip(array), "c0"),
        ] {
            try Fixture.withFile(bytes, named: "any.bin") { path in
                let table = try DataTable.read(path: path, options: TableOptions())
                #expect(table.source == path)
                #expect(try table.numbers(column) == [1, 2])
            }
        }
    }

    @Test func refusesForeignFormats() {
        for magic in ["PK\u{03}\u{04}rest", "PAR1\u{15}\u{04}rest"] {
            guard case .unsupportedFormat? = Fixture.failure(magic) else {
                Issue.record("\(magic) was not refused")
                continue
            }
        }
        guard case .unsupportedFormat? = Fixture.failure(Data([0xFF, 0xFE, 0x78, 0x00])) else {
            Issue.record("UTF-16 was not refused")
            return
        }
    }

    @Test func reportsFilesThatCannotBeRead() throws {
        let folder = FileManager.default.temporaryDirectory.path
        #expect(failure(path: folder + "/no such file") == .fileNotFound(path: folder + "/no such file"))
        #expect(failure(path: folder) == .cannotRead(path: folder, reason: "it is a directory"))
        try Fixture.withFile(Data()) { path in
            #expect(failure(path: path) == .emptyFile(path: path))
            #expect(failure(path: path + "/x") == .fileNotFound(path: path + "/x"))
        }
    }

    /// A loop of links: even the superuser, who may read everything, cannot open it.
    @Test func reportsWhyTheSystemDoesNotOpenAFile() throws {
        try Fixture.withFile(Data("x\n1\n".utf8)) { path in
            let link = path + ".link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: link)
            #expect(failure(path: link) == .cannotRead(path: link, reason: String(cString: strerror(ELOOP))))
        }
    }

    @Test func readsPipesToTheirEnd() throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data("x\n1\n2\n".utf8))
        try pipe.fileHandleForWriting.close()
        let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
        #expect(try DataTable.read(path: path).numbers("x") == [1, 2])
    }

    @Test func looksUpColumns() throws {
        let table = DataTable(
            source: "memory",
            columns: [
                TableColumn(name: "x", content: .numbers([1, .nan, 2.5])),
                TableColumn(name: "s", content: .text(["4", " NA", "b"])),
                TableColumn(name: "n", content: .notNumeric(line: 9, column: 3, field: "?")),
            ])
        #expect(table.rowCount == 3)
        #expect(table.line(ofRow: 2) == 3)
        #expect(try table.text("x") == ["1", "", "2.5"])
        #expect(try table.text("s") == ["4", " NA", "b"])
        #expect(throws: TableError.textInNumericColumn(source: "memory", line: 3, column: "s", field: "b")) {
            try table.numbers("s")
        }
        #expect(throws: TableError.textInNumericColumn(source: "memory", line: 9, column: "n", field: "?")) {
            try table.numbers("n")
        }
        #expect(throws: TableError.textNotKept(source: "memory", column: "n")) { try table.text("n") }
        let missing = TableError.noSuchColumn(source: "memory", name: "X", available: ["x", "s", "n"])
        #expect(throws: missing) { try table.numbers("X") }
        #expect(throws: missing) { try table.text("X") }
    }

    @Test func readsTextColumnsAsNumbersToo() throws {
        let table = try Fixture.table("s\n01\n NA \n3e0\n", TableOptions(textColumns: ["s"]))
        #expect(Fixture.same(try table.numbers("s"), [1, .nan, 3]))
    }

    @Test func rowLinesFollowTheLastShift() {
        var lines = TableRowLines()
        #expect(lines.line(ofRow: 4) == 5)
        for (row, line) in [(0, 2), (1, 3), (2, 6), (3, 7), (4, 20)] { lines.note(row: row, line: line) }
        #expect((0..<6).map(lines.line(ofRow:)) == [2, 3, 6, 7, 20, 21])
    }
}
