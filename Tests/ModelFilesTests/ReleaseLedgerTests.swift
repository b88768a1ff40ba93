import Foundation
import ModelFiles
import StudyData
import Testing

/// The ledger of what a site has released.
@Suite struct ReleaseLedgerTests {
    private let path: String

    init() {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("ledger-\(UUID().uuidString)").path
    }

    private func entry(_ rows: some Sequence<UInt64>, minimum: Int = 10, leftOut: [String] = []) -> ReleaseLedger.Entry
    {
        ReleaseLedger.Entry(
            kind: .model, target: "y", covariates: ["x"], minimumRows: minimum, leftOut: leftOut, rows: Array(rows))
    }

    @Test func whatIsWrittenIsRead() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        var ledger = try ReleaseLedger(path: path)
        let first = try ledger.append(entry(1...100))
        let second = try ledger.append(entry(50...200, leftOut: ["y=rare"]))
        #expect(first.entry == 1)
        #expect(second.entry == 2)
        let read = try ReleaseLedger(path: path)
        #expect(read.entries == [first, second])
        let rows: [UInt64] = Array(1...100)
        #expect(read.entries[0].rows == rows)
        #expect(read.entries[0].rowCount == 100)
        #expect(read.rowKey == ledger.rowKey)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    /// The law: no two answers that are let through differ by 1 to 9 rows.
    @Test(arguments: 0...12) func answersAreEqualOrTenRowsApart(more: Int) throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        var ledger = try ReleaseLedger(path: path)
        _ = try ledger.append(entry(1...100))
        let new = entry(1...UInt64(100 + more))
        if more == 0 || more >= 10 {
            try ledger.check(new)
        } else {
            #expect(throws: LedgerError.tooFewRowsDiffer(path: path, entry: 1, minimum: 10)) { try ledger.check(new) }
        }
    }

    @Test func rowsThatARuleLeftOutMayBeTheDifference() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        var ledger = try ReleaseLedger(path: path)
        _ = try ledger.append(entry(1...100, leftOut: ["y=rare"]))
        try ledger.check(entry(1...100, leftOut: ["y=rare"]))
        #expect(throws: LedgerError.self) { try ledger.check(entry(1...100)) }
        #expect(throws: LedgerError.self) { try ledger.check(entry(1...115)) }
        try ledger.check(entry(1...119))
    }

    /// Entries that are changed, taken out or put into another order do not follow from one another.
    @Test func changesAreSeen() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        var ledger = try ReleaseLedger(path: path)
        for last in [100, 200, 300] as [UInt64] { _ = try ledger.append(entry(1...last)) }
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
        let changed = lines[2].replacingOccurrences(of: "\"minimumRows\":10", with: "\"minimumRows\":3")
        for (wrong, line) in [
            ([lines[0], lines[1], changed, lines[3]], 3), ([lines[0], lines[2], lines[3]], 2),
            ([lines[0], lines[1], lines[3], lines[2]], 3), ([lines[0], lines[1], "{", lines[3]], 3),
        ] {
            try wrong.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
            #expect(throws: LedgerError.changed(path: path, line: line)) { try ReleaseLedger(path: path) }
        }
        try "a,b\n1,2\n".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: LedgerError.notALedger(path: path)) { try ReleaseLedger(path: path) }
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: LedgerError.cannotRead(path: path)) { try ReleaseLedger(existing: path) }
    }
}
