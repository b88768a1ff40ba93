import Foundation
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
}
