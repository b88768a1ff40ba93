import Exchange
import Foundation
import ModelFiles
import Testing

/// Whoever can write into the folder tries to change what counts: each attempt is found, named, and stops no other site.
@Suite struct ExchangeTamperingTests {
    /// What somebody does, and what is said of it, by the site that it is about.
    struct Attempt: CustomTestStringConvertible, Sendable {
        var name: String
        var site: String?
        var words: String
        var isTampering = true
        var action: @Sendable (Study3) throws -> Void

        var testDescription: String { name }
    }

    static let log = "shared/participants/b/log.jsonl"
    static let file = "shared/participants/b/local-1.json"

    static let files: [Attempt] = [
        Attempt(name: "swap", site: "b", words: "local-1.json has the bytes of entry 1 of \"a\": files were swapped") {
            try $0.copy($0.path("a", "local-1.json"), to: Self.file)
        },
        Attempt(name: "number", site: "b", words: "local-1.json was changed after it was signed") {
            try $0.edit(Self.file) { $0.replacing("\"rows\": 120", with: "\"rows\": 121") }
        },
        Attempt(name: "blank", site: "b", words: "local-1.json was changed after it was signed") {
            try $0.edit(Self.file) { $0 + " " }
        },
        Attempt(name: "replay", site: "b", words: "local-2.json has the bytes of entry 1 of the same member") {
            try $0.fit(all: ["b"])
            try $0.copy(Self.file, to: $0.path("b", "local-2.json"))
        },
        Attempt(name: "model of a round", site: "b", words: "local-1.json has the bytes of entry 2 of \"coordinator\"")
        {
            _ = try $0.coordinator("aggregate")
            try $0.copy("shared/coordinator/global-2.json", to: Self.file)
        },
        Attempt(
            name: "removed", site: "b", words: "local-1.json was signed, and is not there, or not yet",
            isTampering: false
        ) {
            try $0.remove(Self.file)
        },
        Attempt(name: "link", site: "b", words: "local-1.json: a link, which is not followed here") {
            try $0.copy(Self.file, to: "elsewhere.json")
            try $0.remove(Self.file)
            try FileManager.default.createSymbolicLink(
                at: $0.work.url(Self.file), withDestinationURL: $0.work.url("elsewhere.json"))
        },
        Attempt(name: "linked folder", site: "b", words: "participants/b: a link, which is not followed here") {
            try $0.copy("shared/participants/b", to: "elsewhere")
            try $0.remove("shared/participants/b")
            try FileManager.default.createSymbolicLink(
                at: $0.work.url("shared/participants/b"), withDestinationURL: $0.work.url("elsewhere"))
        },
        Attempt(name: "pipe", site: "b", words: "local-1.json: a pipe or a device") {
            try $0.remove(Self.file)
            #expect(mkfifo($0.work.url(Self.file).path, 0o600) == 0)
        },
        Attempt(name: "folder", site: "b", words: "local-1.json: a folder in the place of a file") {
            try $0.remove(Self.file)
            try $0.work.write("", to: Self.file + "/x")
        },
    ]

    static let logs: [Attempt] = [
        Attempt(name: "approval", site: "b", words: "line 1: its signature does not hold") {
            try $0.edit(Self.log) { $0.replacing("Dr b", with: "Dr z") }
        },
        Attempt(name: "time", site: "b", words: "line 1: its signature does not hold") {
            try $0.edit(Self.log) { $0.replacing("\"written\":\"", with: "\"written\":\"1") }
        },
        Attempt(name: "log of another", site: "b", words: "line 1: an entry of the log of \"c\"") {
            try $0.copy($0.path("c", "log.jsonl"), to: Self.log)
        },
        Attempt(name: "foreign key", site: "b", words: "signed with another key than that of the charter") {
            try $0.copy($0.path("c", "log.jsonl"), to: Self.log)
            try $0.copy($0.path("c", "local-1.json"), to: Self.file)
            try $0.edit(Self.log) { $0.replacing("\"author\":\"c\"", with: "\"author\":\"b\"") }
        },
        Attempt(name: "other study", site: "b", words: "line 1: an entry of another study") {
            try $0.begin("other")
            try $0.fit(all: ["b"], in: "other")
            try $0.copy("other/participants/b", to: "shared/participants/b")
        },
        Attempt(name: "future version", site: "b", words: "line 1: written in format version 2") {
            try $0.edit(Self.log) { $0.replacing("\"formatVersion\":1", with: "\"formatVersion\":2") }
        },
        Attempt(name: "unsigned field", site: "b", words: "line 1: field 'x' is not known") {
            try $0.edit(Self.log) { $0.replacing("{\"approvedBy\"", with: "{\"x\":1,\"approvedBy\"") }
        },
        Attempt(name: "field twice", site: "b", words: "line 1: field 'round' is duplicated") {
            try $0.edit(Self.log) { $0.replacing("\"round\":0", with: "\"round\":0,\"round\":0") }
        },
        Attempt(name: "first line out", site: "b", words: "line 1: entry 2 stands here") {
            try $0.fit(all: ["b"])
            try $0.lines(Self.log) { $0.removeFirst() }
        },
        Attempt(name: "line twice", site: "b", words: "line 2: entry 1 stands here") {
            try $0.lines(Self.log) { $0 += $0 }
        },
        Attempt(name: "half a line", site: "b", words: "line 1: it is cut short") {
            try $0.edit(Self.log) { String($0.dropLast(40)) }
        },
        Attempt(name: "garbage behind", site: "b", words: "line 2: it is cut short") {
            try $0.edit(Self.log) { $0 + "x" }
        },
        Attempt(name: "a table", site: "b", words: "line 1: no entry of a log") {
            try $0.copy(Study3.data("b"), to: Self.log)
        },
        Attempt(name: "seen line out", site: "b", words: "line 2: the log was longer: entries up to 2 were seen") {
            try $0.fit(all: ["b"])
            _ = try $0.coordinator("aggregate")
            try $0.lines(Self.log) { $0.removeLast() }
        },
        Attempt(name: "seen log gone", site: "b", words: "line 1: the log was longer: entry 1 was seen") {
            _ = try $0.coordinator("aggregate")
            try $0.remove(Self.log)
        },
        Attempt(name: "log written anew", site: "b", words: "line 1: another entry was seen here") {
            _ = try $0.coordinator("aggregate")
            // Its owner, who has forgotten what the key has signed.
            try $0.remove("shared/participants/b")
            try $0.remove("b.key.seen")
            try $0.copy("shared", to: "forked")
            try $0.remove("forked/coordinator")
            try $0.copy("first", to: "forked/coordinator")
            try $0.fit(all: ["b"], in: "forked")
            try $0.copy("forked/participants/b", to: "shared/participants/b")
        },
    ]

    private func study(_ options: String...) throws -> Study3 {
        let study = try Study3()
        try study.copy("shared/coordinator", to: "first")
        try study.fit(all: Study3.names)
        return study
    }

    @Test(arguments: files + logs) func theOtherSitesGoOn(_ attempt: Attempt) throws {
        let study = try study()
        try attempt.action(study)
        let status = try study.status()
        #expect(status.exitCode == (attempt.isTampering ? 65 : 0), "\(status)")
        #expect(status.output.contains(attempt.words), "\(status.output)")
        #expect(status.output.contains("  b: "), "\(status.output)")
        // Not without a warning of it.
        let refused = try study.coordinator("aggregate")
        #expect(refused.exitCode == (attempt.isTampering ? 65 : 66), "\(refused)")
        #expect(
            refused.errors.contains("there is nothing that counts of b")
                || refused.errors.contains("nothing that counts of a"))
        let made = try study.coordinator("aggregate", "--require", "1")
        #expect(made.exitCode == 0 && made.errors.contains(attempt.words), "\(made)")
        #expect(made.output.contains("of 2 sites: a, c"), "\(made.output)")
        try study.work.succeed(["aggregate"] + study.localFiles(["a", "c"]) + ["-o", "g.json"])
        #expect(try study.globalModel() == study.work.data("g.json"))
    }

    static let foundations: [Attempt] = [
        Attempt(name: "charter", site: nil, words: "an entry of another study") {
            try $0.edit("shared/exchange.json") { $0.replacing("\"leastSites\": 1", with: "\"leastSites\": 2") }
        },
        Attempt(name: "key of a participant", site: nil, words: "an entry of another study") {
            let (own, other) = (try $0.publicKey("b"), try $0.publicKey("stranger"))
            try $0.edit("shared/exchange.json") { $0.replacing(own, with: other) }
        },
        Attempt(name: "study", site: nil, words: "study.json is not the study that the coordinator signed") {
            try $0.edit("shared/study.json") { $0.replacing("\"experts\": 2", with: "\"experts\": 1") }
        },
        Attempt(name: "coordinator's log cut", site: nil, words: "coordinator: log, line 2: the log was longer") {
            _ = try $0.coordinator("aggregate")
            try $0.fit(all: ["c"])
            try $0.lines("shared/coordinator/log.jsonl") { $0.removeLast() }
        },
        Attempt(name: "coordinator's log emptied", site: nil, words: "coordinator: log, line 1: it is cut short") {
            try $0.edit("shared/coordinator/log.jsonl") { _ in "" }
        },
        Attempt(name: "coordinator's log gone", site: nil, words: "the charter is not signed, or not yet") {
            try $0.remove("shared/coordinator")
        },
        Attempt(
            name: "coordinator's log edited", site: nil, words: "coordinator: log, line 1: its signature does not hold"
        ) {
            try $0.edit("shared/coordinator/log.jsonl") { $0.replacing("\"written\":\"", with: "\"written\":\"1") }
        },
    ]

    /// Where charter, study or the coordinator's log do not verify, nothing goes on.
    @Test(arguments: foundations) func nothingGoesOnWithoutACharter(_ attempt: Attempt) throws {
        let study = try study()
        try attempt.action(study)
        let status = try study.status()
        #expect(status.exitCode == 65 && status.output.contains(attempt.words), "\(status)")
        for outcome in [
            try study.fit("a"), try study.coordinator("aggregate", "--require", "1"), try study.coordinator("close"),
        ] {
            #expect(outcome.exitCode == 65, "\(outcome)")
        }
        #expect(try study.work.files("shared/participants/a") == ["local-1.json", "log.jsonl"])
    }

    @Test func swappedFilesAreBothNamed() throws {
        let study = try study()
        try study.copy(study.path("a", "local-1.json"), to: "kept")
        try study.copy(Self.file, to: study.path("a", "local-1.json"))
        try study.copy("kept", to: Self.file)
        let status = try study.status()
        #expect(status.output.contains("a: local-1.json has the bytes of entry 1 of \"b\""), "\(status)")
        #expect(status.output.contains("b: local-1.json has the bytes of entry 1 of \"a\""), "\(status)")
        #expect(try study.coordinator("aggregate", "--require", "1").output.contains("of 1 site: c"))
    }

    @Test func aChangedGlobalModelIsAnsweredByNobody() throws {
        let study = try Study3("--rounds", "1")
        try study.fit(all: Study3.names)
        #expect(try study.coordinator("aggregate").exitCode == 0)
        try study.edit("shared/coordinator/global-2.json") { $0.replacing("\"rows\": 360", with: "\"rows\": 361") }
        let status = try study.status()
        #expect(status.exitCode == 65)
        #expect(status.output.contains("coordinator: global-2.json was changed after it was signed"), "\(status)")
        let answer = try study.work.run(study.roundArguments("a"))
        #expect(answer.exitCode == 66 && answer.errors.contains("there is no global model to go on from"), "\(answer)")
        // A new one takes its place.
        #expect(try study.coordinator("aggregate").exitCode == 0)
        try study.round(all: ["a"])
    }

    /// Things that are no harm are named all the same.
    @Test func whatNobodySignedIsNamed() throws {
        let study = try study()
        try study.work.write("{}", to: study.path("b", "local-7.json"))
        try study.work.write("x", to: "shared/participants/mallory/log.jsonl")
        let status = try study.status()
        #expect(status.exitCode == 0, "\(status)")
        #expect(status.output.contains("b: local-7.json is in no entry of the log"))
        #expect(status.output.contains("participants/mallory is of nobody who takes part"))
        #expect(try study.coordinator("aggregate").output.contains("of 3 sites"))
    }
}
