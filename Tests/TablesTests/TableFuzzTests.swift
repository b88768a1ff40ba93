import Foundation
import Tables
import TestSupport
import Testing

/// Inputs nobody would write: each must read or be refused, and none may trap.
@Suite struct TableFuzzTests {
    private typealias Fixture = TableFixture

    /// Reads the bytes, looks at all of the table, and says whether it was one.
    private func isTable(_ bytes: Data) -> Bool {
        let options = TableOptions(textColumns: ["a"])
        guard let table = try? Fixture.table(bytes, options) else {
            return Fixture.failure(bytes, options)?.description.isEmpty ?? true
        }
        let counts = table.columns.compactMap(\.content.count)
        return table.rowCount > 0 && counts.allSatisfy { $0 == table.rowCount }
            && table.line(ofRow: table.rowCount - 1) >= table.rowCount
    }

    @Test func survivesRandomBytes() {
        var generator = Fixture.Generator(state: 11)
        for _ in 0..<4000 {
            let count = Int.random(in: 0...60, using: &generator)
            _ = isTable(Data((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }))
        }
    }

    @Test func survivesRandomTables() {
        var generator = Fixture.Generator(state: 12)
        let alphabet = Array("\"\",,,\n\n\r\r\n 1250.-+eEnNaAifx\t\0".utf8) + [0xEF, 0xFF]
        var tables = 0
        for _ in 0..<10_000 {
            let width = Int.random(in: 0...40, using: &generator)
            let body = (0..<width).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            tables += isTable(Data("a,b\n".utf8) + Data(body)) ? 1 : 0
        }
        #expect(tables > 100)
    }

    @Test func survivesCutsAndFlips() throws {
        var generator = Fixture.Generator(state: 13)
        let text = Data("\u{FEFF}a,\"b\"\"\n\",c\r\n1,2.5e-3,\"x,\"\"y\"\"\"\r\n\n-4,NA,\"z\nz\"\r\n".utf8)
        let array = Fixture.npy("<f4", fortran: true, shape: "(2, 3)", Fixture.float32([1, 2, 3, 4, 5, 6]))
        let sources = [text, array, try Fixture.gzip(text), try Fixture.gzip(array)]
        #expect(sources.allSatisfy { isTable($0) })
        for source in sources {
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
