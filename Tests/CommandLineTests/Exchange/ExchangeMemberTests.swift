import Exchange
import Foundation
import ModelFiles
import Testing

/// What a participant signs that is not what it should be: it is named, and stops no other.
@Suite struct ExchangeMemberTests {
    private let study: Study3

    init() throws {
        study = try Study3("--rounds", "1")
        try study.fit(all: ["a", "c"])
    }

    /// A session of a participant that is not this program's command.
    private func session(_ name: String) throws -> ExchangeSession {
        try ExchangeSession(
            folder: study.work.url("shared").path, key: study.work.url("\(name).key").path, isCoordinator: false)
    }

    private func expect(_ words: String, by sign: (inout ExchangeSession) throws -> Void) throws {
        var session = try session("b")
        try sign(&session)
        let status = try study.status()
        #expect(status.exitCode == 65 && status.output.contains(words), "\(status)")
        let made = try study.coordinator("aggregate", "--require", "2")
        #expect(made.exitCode == 0 && made.output.contains("of 2 sites: a, c"), "\(made)")
        try study.work.succeed(["aggregate"] + study.localFiles(["a", "c"]) + ["-o", "g.json"])
        #expect(try study.globalModel() == study.work.data("g.json"))
    }

    @Test func rowsOfAnotherSiteCountOnce() throws {
        try study.copy(Study3.data("a"), to: Study3.data("b"))
        try study.fit(all: ["b"])
        try expect("b: entry 1 is the release of \"a\" once more") { _ in }
    }

    @Test func modelsOfAnotherStudyDoNotCount() throws {
        try study.work.succeed(
            ["fit", Study3.data("b"), "--target", "y", "--features", "a,b", "--experts", "2", "-o", "other.json"])
        try expect("b: local-1.json was signed, and is of another study") {
            _ = try $0.release(try study.work.model("other.json"), approvedBy: "b")
        }
    }

    @Test func draftsDoNotCount() throws {
        try study.work.succeed(["fit", Study3.data("b"), "--study", "study.json", "--draft", "-o", "draft.json"])
        try expect("b: local-1.json was signed, and cannot be used:") {
            _ = try $0.release(try study.work.model("draft.json"), approvedBy: "b")
        }
    }

    @Test func globalModelsAreNoLocalOnes() throws {
        try study.work.succeed(["aggregate"] + study.localFiles(["a", "c"]) + ["-o", "g.json"])
        try expect("b: local-1.json was signed, and cannot be used: it is no local model") {
            _ = try $0.release(try study.work.model("g.json"), approvedBy: "b")
        }
    }

    /// Nobody signs twice at one place: a key that has seen more than the folder has goes no further.
    @Test func whoHasSignedMoreSignsNothing() throws {
        try study.copy("shared/participants/a", to: "week-ago")
        try study.fit(all: ["a"])
        try study.copy("week-ago", to: "shared/participants/a")
        let refused = try study.fit("a")
        #expect(refused.exitCode == 65)
        #expect(
            refused.errors.contains("participants/a/log.jsonl, line 2: the log was longer: entries up to 2 were seen"),
            "\(refused)")
        // The coordinator, who has seen less, cannot know it.
        #expect(try study.status().exitCode == 0)
    }

    @Test func theCoordinatorRemembersWhoHasWithdrawn() throws {
        try study.fit(all: ["b"])
        try study.copy("shared/participants/b", to: "week-ago")
        try study.work.succeed("exchange", "withdraw", "shared", "--key", "b.key")
        #expect(try study.coordinator("aggregate").output.contains("of 2 sites: a, c"))
        try study.copy("week-ago", to: "shared/participants/b")
        let refused = try study.coordinator("aggregate")
        #expect(refused.exitCode == 65 && refused.errors.contains("b: log, line 2: the log was longer"), "\(refused)")
        #expect(try study.coordinator("aggregate", "--require", "2").output.contains("of 2 sites: a, c"))
    }

    /// Also of a log that could not be read in the meantime.
    @Test func everyKeyRemembersEveryLog() throws {
        try study.fit(all: ["b"])
        let (first, log) = (try study.work.data(study.path("b", "log.jsonl")), study.path("b", "log.jsonl"))
        try study.fit(all: ["b", "a"])
        try study.edit(log) { $0 + "x" }
        try study.fit(all: ["a"])
        try study.work.write(first, to: log)
        #expect(try study.status().exitCode == 0)
        #expect(try study.fit("a").errors.contains("b: log, line 2: the log was longer: entries up to 2 were seen"))
    }

    @Test func nothingIsWrittenThroughALink() throws {
        for link in ["shared/participants/b", "shared/participants"] {
            try? study.remove(link)
            try study.copy("site-c", to: "elsewhere")
            try FileManager.default.createSymbolicLink(
                at: study.work.url(link), withDestinationURL: study.work.url("elsewhere"))
            let before = try study.work.files("elsewhere")
            let refused = try study.fit("b")
            #expect(
                refused.exitCode == 65 && refused.errors.contains("a link, which is not followed here"), "\(refused)")
            #expect(try study.work.files("elsewhere") == before)
        }
    }

    /// A folder with another charter is another study, whoever put it there.
    @Test func anotherCharterOfTheNameIsAskedAbout() throws {
        try study.copy("shared", to: "before")
        try study.remove("shared")
        try study.begin("shared")
        let refused = try study.fit("a")
        #expect(
            refused.exitCode == 65 && refused.errors.contains("ask the coordinator, and give --fingerprint"),
            "\(refused)")
        let digest = try #require(
            study.work.json(study.work.run(["exchange", "status", "shared", "--json"]).output)["fingerprint"] as? String
        )
        let other = try study.fit("a", "--fingerprint", String(repeating: "0", count: 12))
        #expect(other.exitCode == 65 && other.errors.contains("has the fingerprint \(digest), not 000000000000"))
        #expect(try study.fit("a", "--fingerprint", String(digest.prefix(12))).exitCode == 0)
        #expect(try study.fit("a").exitCode == 0)
    }

    /// What the folder discloses is what sites approve, and whose names they are.
    @Test func nothingPrivateIsInTheFolder() throws {
        try study.fit(all: ["b"])
        #expect(try study.coordinator("aggregate").exitCode == 0)
        try study.round(all: Study3.names)
        let files = try #require(FileManager.default.subpaths(atPath: study.work.url("shared").path))
        let texts = try files.filter { $0.hasSuffix(".json") || $0.hasSuffix(".jsonl") }.map {
            try study.work.text("shared/" + $0)
        }
        var secrets = ["site-", study.work.folder.lastPathComponent, NSUserName() + "@", "seen"]
        for name in ["coordinator"] + Study3.names {
            secrets.append(try #require(study.work.json(study.work.text("\(name).key"))["seed"] as? String))
        }
        for name in Study3.names {
            let ledger = try #require(study.work.text("site-\(name)/dmoe.ledger").split(separator: "\n").first)
            secrets.append(try #require(study.work.json(String(ledger))["key"] as? String))
            secrets += try study.work.text(Study3.data(name)).split(separator: "\n").dropFirst().map(String.init)
        }
        #expect(texts.count > 10)
        for secret in secrets { #expect(!texts.contains { $0.contains(secret) }, "\(secret)") }
        for file in ["a.key", "a.key.seen"] {
            let mode =
                try FileManager.default.attributesOfItem(atPath: study.work.url(file).path)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(file)")
        }
    }
}
