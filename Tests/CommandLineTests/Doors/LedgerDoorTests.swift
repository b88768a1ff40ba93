import CInterface
import Foundation
import ModelFiles
import Testing

/// The ledger by the C interface, whose rows lie in memory.
@Suite struct LedgerDoorTests {
    private func fit(_ features: [String], _ more: [String: Any]) throws -> CAnswer {
        let columns: [String: Any] = ["target": "y", "covariates": features, "missing": "drop"]
        let request = try JSONSerialization.data(
            withJSONObject: ["columns": columns, "experts": 1, "starts": 2].merging(more) { $1 })
        return try DoorData(site: 0).withCTable("rows") { table in
            CAnswer(CInterface.fit(table, String(decoding: request, as: UTF8.self), nil, nil, nil))
        }
    }

    /// Six rows miss a value of the second column.
    @Test func rowsInMemoryAreKnownAgain() throws {
        let work = try Workspace()
        let ledger = work.url("l").path
        #expect(try fit(["x"], ["ledger": ledger]).status == 0)
        #expect(try fit(["x"], ["ledger": ledger]).status == 0)
        let refused = try fit(["x", "gap"], ["ledger": ledger])
        #expect(refused.status == 65 && refused.text.contains("differ by fewer than 10"))
        #expect(try ReleaseLedger(path: ledger).entries.count == 2)
        let alone = try fit(["x", "gap"], [:])
        #expect(alone.status == 0 && alone.text.contains("\"ledger\": \"none\""))
        #expect(try fit(["x"], ["ledger": ledger, "draft": true]).status == 64)
        #expect(try fit(["x"], ["holdBackNew": true]).status == 64)
    }
}
