import Foundation
import ModelFiles
import Numerics
import StudyData
import Tables
import Testing

/// The ledger of what a site has released.
@Suite final class ReleaseLedgerTests {
    private let path: String

    init() {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("ledger-\(UUID().uuidString)").path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    private func answer(
        _ kind: LedgerEntry.Kind = .model, minimum: Int = 10, leftOut: [String]? = [], model: String? = nil
    ) -> LedgerAnswer {
        var answer = LedgerAnswer(
            kind: kind, target: "y", covariates: ["x"], minimumRows: minimum, leftOut: leftOut, model: model,
            study: kind == .model ? nil : "s")
        answer.ancestors = ["local"]
        return answer
    }

    private func digests(_ values: ClosedRange<Int>) -> RowDigests {
        let numbers = values.map(Double.init)
        var digests = RowDigests(parallelism: .serial)
        digests.add(
            Array(numbers.indices),
            of: DataTable(source: "t", columns: [TableColumn(name: "a", content: .numbers(numbers))]))
        return digests
    }

    @discardableResult
    private func enter(_ values: ClosedRange<Int>, _ answer: LedgerAnswer? = nil) throws -> LedgerEntry {
        try ReleaseLedger.enter(answer ?? self.answer(), digests(values), at: path)
    }

    private func lines() throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    @Test func whatIsWrittenIsRead() throws {
        let first = try enter(1...100)
        let second = try enter(51...200, answer(leftOut: ["y=rare"]))
        let third = try enter(1...100)
        #expect(first.entry == 1 && second.entry == 2 && third.entry == 3)
        let read = try ReleaseLedger(path: path)
        #expect(read.entries == [first, second, third])
        #expect(read.rows[0] == read.rows(digests(1...100)) && read.rows[2] == read.rows[0])
        #expect(read.rows[1].hashes.count == 150)
        // The same rows are written once.
        #expect(try lines()[3].count < 300)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    /// The law: no two answers that are let through differ by 1 to 9 rows.
    @Test(arguments: 0...12) func answersAreEqualOrTenRowsApart(more: Int) throws {
        try enter(1...100)
        if more == 0 || more >= 10 {
            try enter(1...100 + more)
        } else {
            #expect(
                throws: LedgerError.tooFewRowsDiffer(path: path, entry: 1, minimum: 10, canHoldBack: true)
            ) { try enter(1...100 + more) }
            #expect(
                throws: LedgerError.tooFewRowsDiffer(path: path, entry: 1, minimum: 10, canHoldBack: false)
            ) { try enter(1 + more...100) }
        }
    }

    /// Without the new rows the answer is let through, whatever their number.
    @Test(arguments: 0...12) func newRowsAreThoseThatWait(more: Int) throws {
        try enter(1...100)
        let ledger = try ReleaseLedger(path: path)
        var rows = digests(1...100 + more)
        let new = ledger.newRows(rows, minimumRows: 10)
        #expect(new == (more < 10 ? Set(100..<100 + more) : []))
        rows.remove(new)
        try ledger.check(answer(), rows)
        #expect(ledger.newRows(digests(2...103), minimumRows: 10).isEmpty)
    }

    /// Visits of patients, two each: nine patients more are refused, ten are not.
    @Test(arguments: 1...11) func subjectsAreCountedWhereTheyAreKnown(more: Int) throws {
        func visits(_ patients: Int) throws -> RowDigests {
            let values = (0..<2 * patients).map(Double.init)
            var digests = RowDigests(parallelism: .serial)
            try digests.add(
                Array(values.indices),
                of: DataTable(
                    source: "t",
                    columns: [
                        TableColumn(name: "a", content: .numbers(values)),
                        TableColumn(name: "p", content: .numbers(values.map { ($0 / 2).rounded(.down) })),
                    ]), subject: "p")
            return digests
        }
        #expect(try visits(50).mostRowsOfASubject == 2)
        _ = try ReleaseLedger.enter(answer(), visits(50), at: path)
        if more < 10 {
            #expect(throws: LedgerError.self) { try ReleaseLedger.enter(answer(), visits(50 + more), at: path) }
        } else {
            _ = try ReleaseLedger.enter(answer(), visits(50 + more), at: path)
        }
        let read = try ReleaseLedger(path: path)
        #expect(try read.rows[0] == read.rows(visits(50)))
    }

    private func digests(_ columns: [(String, TableColumn.Content)], beside ledger: ReleaseLedger? = nil) -> RowDigests
    {
        var digests = RowDigests(parallelism: .serial, otherColumns: ledger?.identifyingColumns ?? [])
        let table = DataTable(source: "t", columns: columns.map { TableColumn(name: $0.0, content: $0.1) })
        digests.add(Array(0..<table.rowCount), of: table)
        return digests
    }

    /// Columns that are added to the table hide no difference, and texts that are spelled anew neither.
    @Test(arguments: [0, 1, 5, 10]) func addedColumnsHideNoDifference(more: Int) throws {
        func numbers(_ count: Int) -> TableColumn.Content { .numbers((0..<count).map(Double.init)) }
        _ = try ReleaseLedger.enter(answer(), digests([("a", numbers(100))]), at: path)
        let ledger = try ReleaseLedger(path: path)
        let text = TableColumn.Content.text((0..<100 + more).map { "level \($0 % 7)" })
        let next = digests(
            [("a", numbers(100 + more)), ("flag", numbers(100 + more)), ("ward", text)], beside: ledger)
        #expect(next.columns == ["a", "flag"])
        #expect(ledger.notCompared(next).answers == 0)
        guard more == 0 || more >= 10 else {
            #expect(throws: LedgerError.tooFewRowsDiffer(path: path, entry: 1, minimum: 10, canHoldBack: true)) {
                try ReleaseLedger.enter(answer(), next, at: path)
            }
            return
        }
        _ = try ReleaseLedger.enter(answer(), next, at: path)
        let both = try ReleaseLedger(path: path)
        #expect(both.identifyingColumns.count == 2)
        let without = digests([("a", numbers(100 + more)), ("flag", text)], beside: both)
        let notCompared = both.notCompared(without)
        #expect(notCompared.answers == 1 && notCompared.columns == ["flag"])
        // Digests that were made before the other answer was entered cannot be compared with it.
        let early = digests([("a", numbers(100 + more)), ("b", numbers(100 + more))], beside: ledger)
        #expect(throws: LedgerError.isChanged(path: path)) { try ReleaseLedger.enter(answer(), early, at: path) }
    }

    @Test func rowsThatARuleLeftOutMayBeTheDifference() throws {
        try enter(1...100, answer(leftOut: ["y=rare"]))
        let ledger = try ReleaseLedger(path: path)
        func check(_ values: ClosedRange<Int>, _ leftOut: [String]?) throws {
            try ledger.check(answer(leftOut: leftOut), digests(values))
        }
        try check(1...100, ["y=rare"])
        #expect(throws: LedgerError.self) { try check(1...100, []) }
        #expect(throws: LedgerError.self) { try check(1...115, []) }
        try check(1...119, [])
        // Before the fit nobody knows.
        try check(1...105, nil)
    }

    @Test func whatIsTakenBackCountsNoMore() throws {
        try enter(1...100)
        let entry = try ReleaseLedger.retract(1, at: path)
        #expect(entry.entry == 2 && entry.retracts == 1)
        try enter(1...101)
        let read = try ReleaseLedger(path: path)
        #expect(read.answers.map(\.entry) == [3] && read.entries.count == 3)
        for wrong in [1, 2, 4] {
            #expect(throws: LedgerError.noSuchEntry(path: path, entry: wrong)) {
                try ReleaseLedger.retract(wrong, at: path)
            }
        }
    }

    @Test func fiveModelsOfAStudyAreAnswered() throws {
        let first = answer(.statistics, model: "1")
        #expect(throws: LedgerError.notOfThisSite(path: path)) { try enter(1...100, first) }
        try enter(1...100, answer(model: "local"))
        for model in 1...5 {
            for _ in 1...2 { try enter(1...100, answer(.statistics, model: "\(model)")) }
        }
        #expect(throws: LedgerError.tooManyRounds(path: path, most: 5)) {
            try enter(1...100, answer(.statistics, model: "6"))
        }
        try enter(1...100)
    }

    /// Entries that are changed, taken out or put into another order do not follow from one another.
    @Test func changesAreSeen() throws {
        for last in [100, 200, 300] { try enter(1...last) }
        let lines = try lines()
        let changed = lines[2].replacingOccurrences(of: "\"minimumRows\":10", with: "\"minimumRows\":3")
        for (wrong, line) in [
            ([lines[0], lines[1], changed, lines[3]], 3), ([lines[0], lines[2], lines[3]], 2),
            ([lines[0], lines[1], lines[3], lines[2]], 3), ([lines[0], lines[1], "{", lines[3]], 3),
        ] {
            try (wrong.joined(separator: "\n") + "\n").writeLedger(to: path)
            #expect(throws: LedgerError.changed(path: path, line: line)) { try ReleaseLedger(path: path) }
        }
        try "a,b\n1,2\n".writeLedger(to: path)
        #expect(throws: LedgerError.notALedger(path: path)) { try ReleaseLedger(path: path) }
        try (lines[0].replacingOccurrences(of: "Version\":3", with: "Version\":1") + "\n")
            .writeLedger(to: path)
        #expect(throws: LedgerError.otherVersion(path: path, version: 1)) { try ReleaseLedger(path: path) }
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: LedgerError.fileNotFound(path: path)) { try ReleaseLedger(existing: path) }
    }

    /// What was being written when a process was stopped: the answer did not go out, and the next takes its place.
    @Test func linesWithoutAnEndAreNone() throws {
        try enter(1...100)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try enter(1...200)
        let both = try Data(contentsOf: URL(fileURLWithPath: path))
        for length in [whole.count, whole.count + 1, both.count - 2, both.count - 1] {
            try both.prefix(length).writeLedger(to: path)
            // Without its line end alone an entry is whole.
            let count = length == both.count - 1 ? 2 : 1
            #expect(try ReleaseLedger(path: path).entries.count == count)
            #expect(try ReleaseLedger(path: path).hasTornEntry == (length > whole.count && count == 1))
            try enter(1...300)
            #expect(try ReleaseLedger(path: path).entries.count == count + 1)
            #expect(try !ReleaseLedger(path: path).hasTornEntry)
        }
        for other in ["\0\0\0", "x", "{}"] {
            try (both + Data(other.utf8)).writeLedger(to: path)
            #expect(throws: LedgerError.changed(path: path, line: 4)) { try ReleaseLedger(path: path) }
        }
        let head = try #require(whole.firstIndex(of: UInt8(ascii: "\n")))
        for length in [0, 1, 12, head] {
            try whole.prefix(length).writeLedger(to: path)
            #expect(throws: LedgerError.isEmptied(path: path)) { try ReleaseLedger(path: path) }
            #expect(throws: LedgerError.isEmptied(path: path)) { try enter(1...101) }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == whole.prefix(length))
        }
        try whole.prefix(head + 1).writeLedger(to: path)
        try enter(1...101)
        #expect(try ReleaseLedger(path: path).entries.count == 1)
        try Data("a,b,c".utf8).writeLedger(to: path)
        #expect(throws: LedgerError.notALedger(path: path)) { try enter(1...100) }
    }

    /// Of many processes that begin one ledger at once each finds the entries of the others.
    @Test func oneLedgerIsBegunOnce() async throws {
        let path = path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<8 {
                let (answer, digests) = (answer(), digests(1000 * index...1000 * index + 100))
                group.addTask { _ = try ReleaseLedger.enter(answer, digests, at: path) }
            }
            try await group.waitForAll()
        }
        #expect(try ReleaseLedger(path: path).entries.count == 8)
    }

    @Test func waitingTooLongIsAnError() throws {
        try enter(1...100)
        let descriptor = open(path, O_RDWR)
        defer { close(descriptor) }
        try #require(flock(descriptor, LOCK_EX) == 0)
        #expect(throws: LedgerError.isBusy(path: path)) {
            try ReleaseLedger.enter(answer(), digests(1...100), at: path, patience: 0.2)
        }
        try #require(flock(descriptor, LOCK_UN) == 0)
        try enter(1...100)
    }
}

extension Data {
    /// For its owner alone, as ledgers are.
    fileprivate func writeLedger(to path: String) throws {
        try write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
}

extension String {
    fileprivate func writeLedger(to path: String) throws { try Data(utf8).writeLedger(to: path) }
}
