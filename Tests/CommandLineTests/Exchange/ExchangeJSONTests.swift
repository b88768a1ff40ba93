import Foundation
import Testing

/// What the commands of an exchange print with --json, as the page of its formats lists it.
@Suite struct ExchangeJSONTests {
    private let study: Study3

    init() throws { study = try Study3("--rounds", "1") }

    private func keys(_ arguments: [String]) throws -> Set<String> {
        Set(try study.work.json(study.work.succeed(arguments + ["--json"]).output).keys)
    }

    private func coordinator(_ command: String) -> [String] {
        ["exchange", command, "shared", "--key", "coordinator.key"]
    }

    @Test func everyCommand() throws {
        #expect(try keys(["exchange", "key", "-o", "a.key"]) == ["key", "publicKey", "isNew"])
        let begin = ["exchange", "init", "new", "--key", "coordinator.key", "--study", "study.json", "--participant"]
        #expect(try keys(begin + ["a=\(study.publicKey("a"))"]) == ["folder", "fingerprint", "charter"])
        let release: Set = ["study", "fingerprint", "participant", "entry", "file", "digest", "bytes", "approvedBy"]
        for name in Study3.names { #expect(try keys(study.fitArguments(name)) == release) }
        let global: Set = ["study", "fingerprint", "round", "entry", "file", "digest", "sites", "findings"]
        #expect(try keys(coordinator("aggregate")) == global)
        #expect(
            try keys(["exchange", "status", "shared"]) == [
                "study", "fingerprint", "round", "isClosed", "isFinished", "model", "participants", "awaited",
                "findings", "next",
            ])
        #expect(try keys(study.roundArguments("a")) == release)
        #expect(try keys(coordinator("close")) == ["round", "entry", "missing"])
        #expect(try keys(coordinator("update")) == global)
        #expect(try keys(["exchange", "withdraw", "shared", "--key", "b.key"]) == ["participant", "entry", "removed"])
        #expect(try keys(["exchange", "log", "shared"]) == ["study", "fingerprint", "logs", "findings"])
    }

    /// Findings have a code for programs; the objects are printed where something does not verify, too.
    @Test func findings() throws {
        try study.fit(all: ["b"])
        try study.edit(study.path("b", "local-1.json")) { $0 + " " }
        for command in ["status", "log"] {
            let outcome = try study.work.run(["exchange", command, "shared", "--json"])
            #expect(outcome.exitCode == 65 && outcome.errors.contains("1 thing in the folder does not verify"))
            let findings = try #require(study.work.json(outcome.output)["findings"] as? [[String: Any]])
            let finding = try #require(findings.first)
            #expect(findings.count == 1 && finding["member"] as? String == "b" && finding["verifies"] as? Bool == false)
            #expect(finding["code"] as? String == "changedFile")
        }
    }
}
