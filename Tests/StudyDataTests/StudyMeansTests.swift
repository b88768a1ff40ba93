import Foundation
import MixtureOfExperts
import Numerics
import StudyData
import Tables
import Testing

/// Gaps filled in with the mean of the site.
@Suite struct StudyMeansTests {
    private static let study = Study(
        target: "y", weights: "w", missing: .drop,
        covariates: [
            .number("a", missing: .mean), .category("c", levels: ["u", "v"], reference: "u", missing: .level),
            .number("b", missing: .mean, value: 4),
        ])

    private static let header = "a,b,c,y,w\n"

    private static func lines(_ count: Int, seed: UInt64) -> [String] {
        var random = RandomNumbers(seed: seed)
        return (0..<count).map { _ in
            let a = random.uniform() < 0.2 ? "" : "\(random.normal())"
            let b = random.uniform() < 0.2 ? "NA" : "\(random.normal())"
            let c = random.uniform() < 0.2 ? "" : random.uniform() < 0.5 ? "u" : "v"
            let y = random.uniform() < 0.1 ? "" : "\(random.normal())"
            return "\(a),\(b),\(c),\(y),\(random.index(below: 3))"
        }
    }

    private func rows(_ files: [[String]], outOfCore: Bool, leastKnown: Int = 1) throws -> RowReader.Rows {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("means-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let paths = try files.enumerated().map { index, lines in
            let file = folder.appendingPathComponent("\(index).csv")
            try (Self.header + lines.joined(separator: "\n") + "\n").write(to: file, atomically: true, encoding: .utf8)
            return file.path
        }
        return try RowReader(
            files: paths, options: TableOptions(textColumns: Self.study.textColumns), parallelism: .serial,
            leastKnown: leastKnown
        ) { _ in
            RowSelection(study: Self.study)
        } report: { _, _, _ in
        }.rows(outOfCore: outOfCore)
    }

    private func chosen(_ rows: RowReader.Rows) -> ShardRows { rows.source.chosen(Array(0..<rows.source.rowCount)) }

    @Test func theMeanTakesThePlaceOfGaps() throws {
        let read = try rows([["1,1,u,0,1", ",2,v,0,1", "4,,,0,1", "100,3,u,,5"]], outOfCore: false)
        let rows = chosen(read)
        // The row without a target is no row.
        #expect(Array(rows.covariates.column(0)) == [1, 2.5, 4])
        #expect(Array(rows.covariates.column(1)) == [0, 1, 0])
        #expect(Array(rows.covariates.column(4)) == [1, 2, 4])
        #expect(read.record.rowsLeftOut == 1)
        #expect(read.record.filled.map(\.covariate) == ["a", "c", "b"])
        #expect(read.record.filled.map(\.missing) == [1, 1, 1])
        #expect(read.record.filled.map(\.value) == [2.5, nil, 4])
        #expect(read.selection.fill == ["a": 2.5, "b": 4])
    }

    /// Several files are one table, wherever their rows are kept.
    @Test func theSameRowsInMemoryAndOutOfCore() throws {
        let files = (1...3).map { Self.lines(200, seed: $0) }
        let inMemory = try rows(files, outOfCore: false)
        let outOfCore = try rows(files, outOfCore: true)
        let joined = try rows([files.flatMap { $0 }], outOfCore: false)
        for other in [outOfCore, joined] {
            #expect(chosen(other).covariates == chosen(inMemory).covariates)
            #expect(chosen(other).responses == chosen(inMemory).responses)
            #expect(chosen(other).weights == chosen(inMemory).weights)
            #expect(other.record == inMemory.record)
        }
        #expect(chosen(inMemory).covariates.storage.allSatisfy { !$0.isNaN })
    }

    /// A weight of 2 is a row twice, for the mean too.
    @Test func theMeanCountsRowsByWeight() throws {
        let lines = Self.lines(300, seed: 4)
        let repeated = lines.flatMap { line -> [String] in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            let once = fields.dropLast().joined(separator: ",") + ",1"
            return Array(repeating: once, count: Int(fields[4]) ?? 0)
        }
        let weighted = try #require(try rows([lines], outOfCore: false).record.fill["a"])
        let duplicated = try #require(try rows([repeated], outOfCore: false).record.fill["a"])
        #expect(abs(weighted - duplicated) < 1e-14)
    }

    @Test func aMeanOfTooFewValuesIsRefused() throws {
        let lines = ["1,1,u,0,1", ",2,v,0,1", "4,,,0,1"]
        for outOfCore in [false, true] {
            let error = #expect(throws: TableError.self) {
                try rows([lines], outOfCore: outOfCore, leastKnown: 3)
            }
            let description = try #require(error).description
            #expect(description.contains("2 values of \"a\" are known"), "\(description)")
            #expect(description.contains("fix a \"value\" in the study"))
        }
    }

    @Test func sitesAreMergedByWeight() throws {
        let selection = RowSelection(study: Self.study)
        var records = [2.0, 5].map { value -> ReadingRecord in
            var selection = selection
            selection.fill["a"] = value
            var record = ReadingRecord(selection)
            record.rowsLeftOut = 3
            record.addGaps(in: Matrix(columns: [[0, 0], [1, 0], [0, 0], [1, 1], [0, 0], [0, 0]]), selection)
            return record
        }
        let merged = try #require(ReadingRecord.merged([(records[0], 1), (records[1], 3)]))
        #expect(merged.rowsLeftOut == 6)
        #expect(merged.filled.map(\.missing) == [2, 4, 0])
        #expect(abs((merged.fill["a"] ?? 0) - 4.25) < 1e-15)
        #expect(merged.fill["b"] == 4)
        // The order of the sites changes no bit.
        let three = [(0.1, 0.7), (0.2, 0.3), (17.3, 0.9)].map {
            value, weight -> (record: ReadingRecord, weight: Double) in
            var record = records[0]
            record.filled[0].value = value
            return (record, weight)
        }
        let orders = [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0]].map { order in
            ReadingRecord.merged(order.map { three[$0] })
        }
        #expect(orders.allSatisfy { $0 == orders[0] })
        // The bits of a value that all sites share stay.
        records[0].filled[0].value = 0.1
        records[1].filled[0].value = 0.1
        #expect(ReadingRecord.merged([(records[0], 0.3), (records[1], 0.6)])?.fill["a"] == 0.1)
    }
}
