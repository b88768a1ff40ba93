import Foundation
import Numerics
import Tables
import TestSupport
import Testing

@Suite struct GzipTests {
    private typealias Fixture = TableFixture

    private func reason(_ bytes: Data) -> String? {
        guard case .corruptGzip(_, let reason)? = Fixture.failure(bytes) else { return nil }
        return reason
    }

    @Test func readsGzippedTables() throws {
        let rows = (0..<60_000).map { "\($0),\($0).5\n" }.joined()
        let table = try Fixture.table(Fixture.gzip(Data(("x,y\n" + rows).utf8)))
        #expect(try table.numbers("x") == (0..<60_000).map(Double.init))
        #expect(try table.numbers("y").last == 59_999.5)
    }

    @Test func readsSeveralMembersAndPadding() throws {
        let members = try ["x,y\n1,", "2\n3", ",4\n"].map { try Fixture.gzip(Data($0.utf8)) }
        let whole = members.reduce(Data(), +) + Data(repeating: 0, count: 100)
        #expect(try Fixture.table(whole).numbers("x") == [1, 3])
        #expect(try Fixture.table(whole).numbers("y") == [2, 4])
    }

    @Test func refusesCutStreams() throws {
        let whole = try Fixture.gzip(Data("x,y\n1,2\n3,4\n".utf8))
        for count in 2..<whole.count {
            #expect(try #require(reason(whole.prefix(count))).contains("ends in the middle"))
        }
        #expect(reason(whole + whole.prefix(7)) != nil)
    }

    @Test func refusesDamagedStreams() throws {
        let whole = try Fixture.gzip(Data("x,y\n1,2\n3,4\n".utf8))
        var checksum = whole
        checksum[whole.count - 6] ^= 1
        #expect(reason(checksum) != nil)
        var method = whole
        method[2] = 3
        #expect(reason(method) != nil)
        #expect(try #require(reason(whole + Data("junk".utf8))).contains("other bytes"))
    }

    @Test func emptyContentIsAnEmptyFile() throws {
        #expect(try Fixture.failure(Fixture.gzip(Data())) == .emptyFile(path: "t.csv"))
    }

    /// Beside all at once, with what ends a part in every place: rows, quotes, blank lines, the header.
    @Test func readsPieceByPieceAsAtOnce() throws {
        var random = RandomNumbers(seed: 3)
        let fields = ["1", "-2.5", "NA", "", "x", "\"a\nb\"", "\"\"\"\"", "1e5", "\"1,5\""]
        let ends = [["\n"], ["\r\n"], ["\n", "\r\n", "\r", "\n\n\n"]]
        for round in 0..<60 {
            let end = ends[round % 3]
            var text = round % 4 == 0 ? "\n\n" : ""
            text += ["a,b,t", "a,\"b\n\(String(repeating: "c", count: round))\",t"][round % 2] + end[0]
            for _ in 0..<random.index(below: 80) {
                let width = round > 50 && random.index(below: 40) == 0 ? 4 : 3
                text += (0..<width).map { _ in fields[random.index(below: round % 5 == 0 ? 4 : fields.count)] }
                    .joined(separator: ",")
                text += end[random.index(below: end.count)]
            }
            let bytes = Data(text.utf8)
            let options = TableOptions(textColumns: ["t"])
            let whole = CSVReading.slow.outcome(bytes, options)
            let stored = try Fixture.gzip(bytes)
            for step in [1, 2, 7, 64, 300] {
                #expect(Self.outcome(stored, step: step, options) == whole, "\(step): \(text.debugDescription)")
            }
        }
    }

    private static func outcome(_ stored: Data, step: Int, _ options: TableOptions) -> CSVReading.Outcome {
        do throws(TableError) {
            let input = try TableInput(source: "t.csv", stored: stored, step: step)
            return .table(try DataTable.table(of: input, options: options))
        } catch { return .refusal(error) }
    }

    /// A defect at the beginning is found there: what follows it is not there at all.
    @Test func whatIsWrongIsFoundBeforeTheEnd() throws {
        let stored = try Fixture.gzip(Data(("x,y\n1,2\n3\n" + String(repeating: "1,2\n", count: 20_000)).utf8))
        let cut = stored.prefix(stored.count - 12)
        #expect(
            Self.outcome(cut, step: 100, TableOptions())
                == .refusal(.raggedRow(source: "t.csv", line: 3, found: 1, expected: 2)))
    }

    /// A quoted field, or a line, that has no end in what is read of a stream at most.
    @Test(arguments: ["1,\"", "1,2", "\""]) func rowsWithoutEndAreRefused(start: String) throws {
        let text = Data("x,y\n1,2\n\n3,4\n\(start)".utf8) + Data(repeating: UInt8(ascii: "7"), count: 1 << 27)
        let outcome = Self.outcome(try Fixture.gzip(text), step: 1 << 20, TableOptions())
        #expect(outcome == .refusal(.endlessRow(source: "t.csv", line: 5, megabytes: 64)))
    }
}
