import Foundation
import Testing

/// Every call on the way of an answer to the ledger and to the disk fails once: no answer is written that the ledger does not have, and the ledger can be read
/// and written to by the next run.
@Suite struct LedgerFaultTests {
    private let work: Workspace
    private let preload: [String: String]

    init() throws {
        work = try Workspace()
        try work.writeSites(1, rows: 60)
        try work.succeed(["fit", "s0.csv"] + Self.options + ["-o", "first", "--ledger", "l"])
        preload = try work.faultLibrary()
    }

    private static let options = ["--target", "y", "--experts", "2", "--starts", "2"]
    /// The first entry of a ledger and a further one, of another answer of the same rows.
    private static let cases = ["first": options, "further": options + ["--seed", "2"]]

    private func entries() throws -> Int {
        guard work.exists("out/l") else { return 0 }
        let listed = try work.succeed("ledger", "list", "out/l", "--json").output
        let object = try JSONSerialization.jsonObject(with: Data(listed.utf8)) as? [String: Any]
        return try #require(object?["entries"] as? [Any]).count
    }

    private func prepare(_ name: String) throws {
        try? FileManager.default.removeItem(at: work.url("out"))
        try? FileManager.default.removeItem(at: work.url("fired"))
        try FileManager.default.createDirectory(at: work.url("out"), withIntermediateDirectories: false)
        if name == "further" { try FileManager.default.copyItem(at: work.url("l"), to: work.url("out/l")) }
    }

    @Test(arguments: ["first", "further"], ["\(EIO)", "\(ENOSPC)", "short", "kill"])
    func noAnswerWithoutItsEntry(_ name: String, _ what: String) throws {
        let options = try #require(Self.cases[name])
        let arguments = ["fit", "s0.csv"] + options + ["-o", "out/f", "--ledger", "out/l"]
        let before = name == "further" ? 1 : 0
        for call in what == "short" ? ["write"] : ["open", "write", "fsync", "rename"] {
            for number in 1... {
                try prepare(name)
                let environment = preload.merging(
                    ["FAULT": "\(call):\(number):\(what)", "FAULT_FIRED": work.url("fired").path]) { $1 }
                let outcome = try work.run(arguments, environment: environment, mayBeKilled: what == "kill")
                guard work.exists("fired") else {
                    #expect(number > 1, "no call of \(call)")
                    break
                }
                let subject = "\(name) entry, \(call) \(number): \(what)"
                let isExpected =
                    what == "kill"
                    ? outcome.exitCode == SIGKILL
                    : what == "short" ? outcome.exitCode == 0 : [73, 74].contains(outcome.exitCode)
                #expect(isExpected, "\(subject): \(outcome.exitCode) \(outcome.errors)")
                let written = work.exists("out/f")
                let kept = try entries()
                #expect(kept == before || kept == before + 1, "\(subject)")
                if written { #expect(kept == before + 1, "\(subject)") }
                if !written, kept > before, what != "kill" {
                    #expect(outcome.errors.contains("counts though the file was not written"), "\(subject)")
                }
                // The next run has an entry of its own.
                try work.succeed(arguments)
                #expect(try entries() == kept + 1, "\(subject)")
                #expect(try work.files("out") == ["f", "l"], "\(subject)")
            }
        }
    }
}
