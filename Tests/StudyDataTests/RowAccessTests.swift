import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import StudyData
import Tables
import Testing

/// The same rows in memory, where they lie in an array, and read anew in every pass.
@Suite struct RowAccessTests {
    private static let design = Design(target: "y", covariates: ["a", "b"])
    private static let names = ["b", "w", "y", "a"]

    /// 3,000 rows of two clear groups, the columns in the order of `names`.
    private static let table: [[Double]] = {
        var random = RandomNumbers(seed: 9)
        return (0..<3000).map { row in
            let (a, b) = (random.normal(), random.normal())
            let y = (row.isMultiple(of: 2) ? 3 + 2 * a : -3 - b) + 0.5 * random.normal()
            return [b, Double(row % 3 + 1), y, a]
        }
    }()

    private static func directory() throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("dmoe-rows-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }

    private static func array(_ rows: [[Double]], fortranOrder: Bool, float: Bool) -> Data {
        let columns = rows[0].count
        var header =
            "{'descr': '\(float ? "<f4" : "<f8")', 'fortran_order': \(fortranOrder ? "True" : "False"), "
            + "'shape': (\(rows.count), \(columns)), }"
        header += String(repeating: " ", count: 63 - (header.utf8.count + 10) % 64) + "\n"
        var data = Data([0x93] + "NUMPY".utf8 + [1, 0, UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)])
        data.append(contentsOf: header.utf8)
        let values = fortranOrder ? (0..<columns).flatMap { c in rows.map { $0[c] } } : rows.flatMap { $0 }
        for value in values {
            if float {
                withUnsafeBytes(of: Float(value).bitPattern.littleEndian) { data.append(contentsOf: $0) }
            } else {
                withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
            }
        }
        return data
    }

    private static func csv(_ rows: [[Double]]) -> Data {
        Data(
            (names.joined(separator: ",") + "\n"
                + rows.map { $0.map { "\($0)" }.joined(separator: ",") + "\n" }.joined())
                .utf8)
    }

    private static func rows(
        _ file: URL, weighted: Bool = false, missing: RowSelection.MissingRule = .error, outOfCore: Bool,
        dropped: ((Int, Int) -> Void)? = nil
    ) throws -> any RowSource {
        let reader = RowReader(
            files: [file.path], options: TableOptions(columnNames: file.pathExtension == "npy" ? names : nil),
            parallelism: Parallelism(threads: 2)
        ) { _ in
            RowSelection(design: design, weights: weighted ? "w" : nil, missing: missing)
        } report: { count, total, _ in
            dropped?(count, total)
        }
        return try reader.rows(outOfCore: outOfCore).source
    }

    private static func fit(_ rows: any RowSource) throws -> LocalModel {
        try LocalFit(design: design, options: FitOptions(expertCount: 2, starts: 3)).fit(rows)
    }

    @Test(arguments: [false, true], [false, true]) func arraysGiveTheSameFit(fortranOrder: Bool, float: Bool) throws {
        let directory = try Self.directory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appendingPathComponent("rows.npy")
        let rounded = Self.table.map { $0.map { float ? Double(Float($0)) : $0 } }
        try Self.array(rounded, fortranOrder: fortranOrder, float: float).write(to: file)
        let text = directory.appendingPathComponent("rows.csv")
        try Self.csv(rounded).write(to: text)
        for weighted in [false, true] {
            let inMemory = try Self.fit(Self.rows(text, weighted: weighted, outOfCore: false))
            for outOfCore in [false, true] {
                let rows = try Self.rows(file, weighted: weighted, outOfCore: outOfCore)
                #expect(!(rows is ShardRows))
                #expect(try Self.fit(rows) == inMemory)
            }
            #expect(try Self.fit(Self.rows(text, weighted: weighted, outOfCore: true)) == inMemory)
        }
    }

    /// Rows with missing values and rows of weight 0 are left out alike, whatever way the rows are kept.
    @Test(arguments: ["npy", "csv"]) func whatIsLeftOut(kind: String) throws {
        let directory = try Self.directory()
        defer { try? FileManager.default.removeItem(at: directory) }
        var table = Self.table
        for row in stride(from: 5, to: 3000, by: 100) { table[row][3] = .nan }
        for row in stride(from: 7, to: 3000, by: 100) { table[row][1] = 0 }
        let file = directory.appendingPathComponent("rows.\(kind)")
        try (kind == "npy" ? Self.array(table, fortranOrder: false, float: false) : Self.csv(table)).write(to: file)
        let kept = table.filter { !$0[3].isNaN && $0[1] > 0 }
        let expected = try Self.fit(
            ShardRows(
                covariates: Matrix(columns: [kept.map { $0[3] }, kept.map { $0[0] }]), responses: kept.map { $0[2] },
                weights: kept.map { $0[1] }))
        for outOfCore in [false, true] {
            var counts = [Int]()
            let rows = try Self.rows(file, weighted: true, missing: .drop, outOfCore: outOfCore) { counts = [$0, $1] }
            #expect(counts == [30, 3000])
            #expect(rows.rowCount == kept.count)
            #expect(try Self.fit(rows) == expected)
        }
    }

    /// A pipe is opened once: what its writer says is not lost.
    @Test func aPipeIsReadOnce() throws {
        let directory = try Self.directory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let pipe = directory.appendingPathComponent("pipe.csv")
        try #require(mkfifo(pipe.path, 0o600) == 0)
        let writer = Process()
        writer.executableURL = URL(fileURLWithPath: "/bin/sh")
        let text = directory.appendingPathComponent("rows.csv")
        try Self.csv(Self.table).write(to: text)
        writer.arguments = ["-c", "cat '\(text.path)' > '\(pipe.path)'"]
        try writer.run()
        #expect(try Self.rows(pipe, outOfCore: false).rowCount == 3000)
        writer.waitUntilExit()
        #expect(writer.terminationStatus == 0)
    }

    /// The place of what is wrong is the same too, also beyond the first piece of a text.
    @Test(arguments: ["npy", "csv"], [false, true]) func whatIsRefused(kind: String, outOfCore: Bool) throws {
        let directory = try Self.directory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appendingPathComponent("rows.\(kind)")
        func refusal(_ change: (inout [[Double]]) -> Void) throws -> TableError? {
            var table = Self.table
            change(&table)
            try (kind == "npy" ? Self.array(table, fortranOrder: false, float: false) : Self.csv(table)).write(to: file)
            do { _ = try Self.rows(file, weighted: true, outOfCore: outOfCore) } catch {
                return error as? TableError
            }
            return nil
        }
        let line = kind == "npy" ? TablePlace(.row, 2001) : 2002
        #expect(
            try refusal { $0[2000][2] = .nan } == .missingValue(source: file.path, line: line, column: "y"))
        #expect(
            try refusal { $0[2000][0] = .infinity }
                == .unusableValue(source: file.path, line: line, column: "b", value: .infinity))
        #expect(
            try refusal { $0[2000][1] = .nan } == .missingValue(source: file.path, line: line, column: "w"))
        #expect(
            try refusal { $0[2000][1] = -1 }
                == .unusableWeight(source: file.path, line: line, column: "w", value: -1))
        #expect(
            try refusal { for row in $0.indices { $0[row][1] = 0 } } == .allWeightsZero(source: file.path, column: "w"))
    }
}
