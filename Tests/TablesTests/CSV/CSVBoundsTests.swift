import Foundation
import Numerics
import Tables
import TestSupport
import Testing

/// No input makes the reader write beyond the rows and columns that it has room for.
@Suite struct CSVBoundsTests {
    private static let ways = [CSVReading.slow] + CSVReading.all(partSizes: [64, 1 << 12])

    /// Far more numbers than columns, with enough after them for the fast path.
    @Test(arguments: [1, 2, 3, 200, 20_000]) func fieldsBeyondTheLastColumnAreCountedAndRefused(extra: Int) {
        let row = (0..<(2 + extra)).map(String.init).joined(separator: ",")
        let after = String(repeating: "3,4\n", count: 2000)
        let bytes = Data(("a,b\n1,2\n" + row + "\n" + after).utf8)
        for way in Self.ways {
            let expected = TableError.raggedRow(source: "t.csv", line: 3, found: 2 + extra, expected: 2)
            #expect(way.outcome(bytes, TableOptions()) == .refusal(expected), "\(way)")
        }
    }

    /// Bytes of the test's own, which it changes while they are read.
    private struct Bytes: Sendable {
        nonisolated(unsafe) let buffer: UnsafeMutableBufferPointer<UInt8>

        init(count: Int) {
            buffer = .allocate(capacity: count)
            buffer.initialize(repeating: 0)
        }

        func fill(_ header: String, _ row: String) {
            let row = Array(row.utf8)
            for index in buffer.indices { buffer[index] = row[index % row.count] }
            for (index, byte) in header.utf8.enumerated() { buffer[index] = byte }
        }

        var data: Data {
            Data(bytesNoCopy: buffer.baseAddress.unsafelyUnwrapped, count: buffer.count, deallocator: .none)
        }
    }

    /// More rows than lines were counted, as in a file that is written to meanwhile.
    @Test(arguments: [1, 3], [true, false]) func rowsBeyondTheCountedLinesAreRefused(
        threads: Int, plainRuns: Bool
    ) throws {
        let bytes = Bytes(count: 40_000)
        defer { bytes.buffer.deallocate() }
        bytes.fill("a\n", "12345678\n")
        let options = TableOptions(parallelism: Parallelism(threads: threads))
        var reader = try CSVReader(source: "t.csv", data: bytes.data, options: options)
        reader.partSize = 1000
        reader.plainRuns = plainRuns
        reader.linesCounted = { bytes.fill("a\n", "1\n") }
        #expect(throws: TableError.cannotRead(path: "t.csv", reason: "it changed while it was read")) {
            try reader.table()
        }
    }

    /// Fewer rows than lines are no danger: what is there is read or refused.
    @Test(arguments: [1, 3]) func rowsThatVanishAreReadOrRefused(threads: Int) throws {
        let bytes = Bytes(count: 40_000)
        defer { bytes.buffer.deallocate() }
        bytes.fill("a,b\n", "1,2\n")
        let options = TableOptions(parallelism: Parallelism(threads: threads))
        var reader = try CSVReader(source: "t.csv", data: bytes.data, options: options)
        reader.partSize = 1000
        reader.linesCounted = { bytes.fill("a,b\n", "1,2\n\n\n3,4\n\n") }
        let table = try? reader.table()
        #expect((table?.rowCount ?? 0) < 8000)
    }

    /// A mapped file would end the program.
    @Test(arguments: [0, 3, 5000, 39_999], [1, 3]) func aFileCutShortWhileItIsReadIsRefused(
        length: UInt64, threads: Int
    ) throws {
        let text = "a,t\n" + String(repeating: "12345,\"x\"\n", count: 4000)
        try TableFixture.withFile(Data(text.utf8)) { path in
            let input = try TableInput(path: path)
            let options = TableOptions(parallelism: Parallelism(threads: threads))
            var reader = try CSVReader(source: path, bytes: input.bytes, options: options)
            reader.partSize = 1000
            reader.linesCounted = {
                let handle = FileHandle(forUpdatingAtPath: path)
                try? handle?.truncate(atOffset: length)
                try? handle?.close()
            }
            _ = try? reader.table()
            #expect(input.change == .cannotRead(path: path, reason: "it changed while it was read"))
        }
    }

    @Test func anArrayCutShortWhileItIsReadIsRefused() throws {
        let values = TableFixture.float64((0..<100_000).map(Double.init))
        let bytes = TableFixture.npy("<f8", fortran: false, shape: "(50000, 2)", values)
        try TableFixture.withFile(bytes, named: "t.npy") { path in
            let whole = try DataTable.read(path: path)
            #expect(try whole.numbers("c1") == (0..<50_000).map { Double(2 * $0 + 1) })
            let input = try TableInput(path: path)
            let array = try #require(try ArrayFile(path: path, options: TableOptions()))
            let handle = try FileHandle(forUpdating: URL(filePath: path))
            try handle.truncate(atOffset: 4000)
            try handle.close()
            _ = try? DataTable.table(of: input, options: TableOptions())
            #expect(input.change == .cannotRead(path: path, reason: "it changed while it was read"))
            _ = array.piece(0..<50_000)
            #expect(array.failure == .cannotRead(path: path, reason: "it changed while it was read"))
        }
    }

    @Test func aFileWrittenToSinceItWasOpenedIsNoticed() throws {
        try TableFixture.withFile(Data("a\n1\n2\n".utf8)) { path in
            let input = try TableInput(path: path)
            #expect(input.change == nil)
            let handle = try FileHandle(forUpdating: URL(filePath: path))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("3\n".utf8))
            try handle.close()
            #expect(input.change == .cannotRead(path: path, reason: "it changed while it was read"))
            #expect(try DataTable.read(path: path).numbers("a") == [1, 2, 3])
        }
    }
}
