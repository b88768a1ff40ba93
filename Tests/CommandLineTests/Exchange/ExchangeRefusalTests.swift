import Foundation
import Testing

/// What an exchange does not do, and says why.
@Suite struct ExchangeRefusalTests {
    private let study: Study3

    init() throws { study = try Study3() }

    private func expect(
        _ code: Int32, _ words: String, _ arguments: [String], input: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let outcome = try study.work.run(arguments, input: Data(input.utf8))
        #expect(
            outcome.exitCode == code && outcome.errors.contains(words), "\(arguments): \(outcome)",
            sourceLocation: sourceLocation)
    }

    @Test func keys() throws {
        let fit = ["exchange", "fit", "shared", Study3.data("a"), "--approve", "x", "--key"]
        try expect(
            65, "nobody in this study has the key; its public key is \(study.publicKey("stranger"))",
            fit + ["stranger.key"])
        try expect(66, "none.key: no such file; give the file that dmoe exchange key made", fit + ["none.key"])
        try expect(65, "study.json: no private key of an exchange", fit + ["study.json", "--quiet"])
        try expect(64, "a participant does this, with its own key", fit + ["coordinator.key"])
        try expect(
            64, "the coordinator does this, with its own key", ["exchange", "aggregate", "shared", "--key", "a.key"])
        chmod(study.work.url("a.key").path, 0o640)
        try expect(65, "others than its owner can read the private key", fit + ["a.key"])
        chmod(study.work.url("a.key").path, 0o600)
        let old = try study.work.data("a.key")
        let again = try study.work.succeed("exchange", "key", "-o", "a.key")
        #expect(try study.work.data("a.key") == old && again.errors.contains("there already"))
        try study.work.write(old.dropLast(20), to: "a.key")
        chmod(study.work.url("a.key").path, 0o600)
        try expect(65, "a.key: no private key of an exchange", fit + ["a.key"])
        try expect(73, "does not exist; create it first", ["exchange", "key", "-o", "nowhere/a.key"])
    }

    @Test func charters() throws {
        let (a, b) = (try study.publicKey("a"), try study.publicKey("b"))
        func begin(_ code: Int32, _ words: String, _ options: String...) throws {
            try expect(
                code, words, ["exchange", "init", "new", "--key", "coordinator.key", "--study", "study.json"] + options)
            #expect(!study.work.exists("new/exchange.json"), "\(options)")
        }
        try begin(64, "participants must be from 1 to 10000")
        try begin(64, "is the coordinator; name the participant otherwise", "--participant", "Coordinator=\(a)")
        for name in ["../x", ".x", "x/y", "x y", "ü", "", "x.", String(repeating: "x", count: 65)] {
            try begin(64, "is no name of a folder everywhere", "--participant", "\(name)=\(a)")
        }
        try begin(64, "is there twice, in upper or lower case", "--participant", "x=\(a)", "--participant", "X=\(b)")
        try begin(64, "is the key of another member", "--participant", "x=\(a)", "--participant", "y=\(a)")
        try begin(64, "is the key of another member", "--participant", "x=\(study.publicKey("coordinator"))")
        try begin(64, "is invalid for '--participant", "--participant", "x=12")
        try begin(64, "is invalid for '--participant", "--participant", a)
        let good = ["--participant", "x=\(a)", "--participant", "y=\(b)"]
        for (options, words) in [
            (["--require", "3"], "leastSites must be from 1 to 2"),
            (["--require", "0"], "leastSites must be from 1 to 2"),
            (["--rounds", "6"], "rounds must be from 0 to 5"), (["--rounds", "-1"], "rounds must be from 0 to 5"),
            (["--min-rows", "2"], "minimumRows must be from 3 to"),
            (["--deadline", String(repeating: "x", count: 2001)], "deadline must have at most 2000 bytes"),
        ] {
            try expect(
                64, words,
                ["exchange", "init", "new", "--key", "coordinator.key", "--study", "study.json"] + good + options)
        }
        let start = ["exchange", "init", "shared", "--key", "coordinator.key", "--study"]
        try expect(73, "shared/exchange.json: an exchange is there already", start + ["study.json"] + good)
        try expect(66, "none.json: no such file", start + ["none.json"] + good)
        try study.edit("study.json") { $0.replacing(/,\s*"experts": 2/, with: "") }
        try expect(65, "study.json: field 'experts' is missing", start + ["study.json"] + good)
    }

    @Test func chartersOfOthers() throws {
        for (old, new, words) in [
            ("\"name\": \"a\"", "\"name\": \"../a\"", "field 'participants[0].name' \"../a\" is no name of a folder"),
            ("\"name\": \"a\"", "\"name\": \"B\"", "field 'participants[1].name' \"b\" is there twice"),
            ("\"leastSites\": 1", "\"leastSites\": 9", "field 'leastSites' must be from 1 to 3"),
            ("\"leastSites\": 1", "\"leastSites\": 1.5", "field 'leastSites' cannot be 1.5"),
            ("\"leastSites\": 1", "\"leastSites\": 1, \"most\": 3", "field 'most' is not known"),
            ("\"formatVersion\": 1", "\"formatVersion\": 2", "written in format version 2"),
            (
                "\"key\": \"", "\"key\": \"zz",
                "field 'participants[0].key' should hold a public key of 64 hexadecimal digits"
            ),
            ("dmoe-exchange", "dmoe-other", "no charter of an exchange (its format is \"dmoe-other\")"),
        ] {
            let text = try study.work.text("shared/exchange.json")
            try study.work.write(text.replacing(old, with: new, maxReplacements: 1), to: "shared/exchange.json")
            try expect(65, "shared/exchange.json: " + words, ["exchange", "status", "shared"])
            try study.work.write(text, to: "shared/exchange.json")
        }
        try expect(
            66, "none/exchange.json: no such file; give the folder that dmoe exchange init made",
            ["exchange", "status", "none"])
        try expect(66, "no such file", ["exchange", "log", "site-a"])
    }

    @Test func sites() throws {
        let fit = ["exchange", "fit", "shared", "--key", "a.key"]
        try expect(64, "nobody can be asked: give --approve", fit + ["-"])
        try expect(64, "--missing", fit + [Study3.data("a"), "--missing", "drop", "--approve", "x"])
        try expect(64, "--experts", fit + [Study3.data("a"), "--experts", "1..3", "--approve", "x"])
        try expect(
            64, "--fingerprint must have 12 digits or more",
            fit + [Study3.data("a"), "--approve", "x", "--fingerprint", "12"])
        for name in ["", "two\nlines", String(repeating: "x", count: 201)] {
            try expect(
                64, "must be one line of 1 to 200 bytes", fit + [Study3.data("a"), "--approve", name, "--no-ledger"])
        }
        try expect(
            65, "the charter has no rounds",
            ["exchange", "round", "shared", Study3.data("a"), "--key", "a.key", "--approve", "x"])
        try expect(65, "\"a\" has released nothing", ["exchange", "withdraw", "shared", "--key", "a.key"])
        #expect(!study.work.exists("shared/participants"))
    }

    /// Only yes is a yes; without it the ledger does not count the answer.
    @Test(arguments: ["no\n", "", "y\n", "yes\n", "yes\n\n", "yes\n  \n"]) func nothingGoesOutWithoutAYes(
        _ input: String
    ) throws {
        let fit = ["exchange", "fit", "shared", Study3.data("a"), "--key", "a.key", "--starts", "2"]
        let outcome = try study.work.run(fit, input: Data(input.utf8))
        #expect(outcome.exitCode == 65 && outcome.errors.contains("not approved: nothing was released"), "\(outcome)")
        #expect(outcome.errors.contains("audit record of the local model of a"))
        #expect(outcome.errors.contains("Type yes to release it"))
        #expect(!study.work.exists("shared/participants"))
        #expect(try study.work.succeed("ledger", "site-a/dmoe.ledger").output.contains("0 answers"))
        let approved = try study.work.run(fit, input: Data("yes\nDr A\n".utf8))
        #expect(approved.exitCode == 0 && approved.output.contains("approved by Dr A"), "\(approved)")
    }

    @Test func coordinators() throws {
        try expect(65, "the charter has no rounds", ["exchange", "update", "shared", "--key", "coordinator.key"])
        let aggregate = ["exchange", "aggregate", "shared", "--key", "coordinator.key"]
        try expect(
            66, "0 sites can be aggregated, and 3 are needed; there is nothing that counts of a, b, c", aggregate)
        for number in ["0", "4", "-1"] {
            try expect(
                64, "--require must be from 1, which the charter promises the participants, to 3",
                aggregate + ["--require", number])
        }
        try expect(64, "mixture", aggregate + ["--method", "mixture"])
        try study.begin("strict", ["--require", "3", "--min-rows", "40", "--name", "strict"])
        try study.fit(all: ["a"], in: "strict")
        let kept = try study.work.model("strict/participants/a/local-1.json").disclosure?.policy?.minimumRows
        #expect(kept == 40)
        let outcome = try study.coordinator("aggregate", "--require", "1", in: "strict")
        #expect(outcome.exitCode == 64 && outcome.errors.contains("--require must be from 3"))
        try study.begin("early", ["--rounds", "1", "--name", "early"])
        try expect(66, "there is no global model", ["exchange", "update", "early", "--key", "coordinator.key"])
        try expect(
            66, "there is no global model",
            ["exchange", "round", "early", Study3.data("a"), "--key", "a.key", "--approve", "x"])
    }

    /// Of two commands with one key at the same time one is refused.
    @Test func oneProcessSigns() throws {
        let descriptor = open(study.work.url("a.key").path, O_RDONLY | O_CLOEXEC)
        #expect(flock(descriptor, LOCK_EX) == 0)
        let refused = try study.fit("a")
        #expect(refused.exitCode == 73 && refused.errors.contains("another process signs with the key"), "\(refused)")
        // The answer counts in the site's own ledger, and it is said how to take it back.
        #expect(refused.errors.contains("dmoe ledger retract site-a/dmoe.ledger --entry 1"), "\(refused)")
        close(descriptor)
        try study.fit(all: ["a"])
    }

    /// The ledger and the policy of a site hold as they do for files by hand.
    @Test func sitesKeepTheirRules() throws {
        try study.fit(all: ["a"])
        let text = try study.work.text(Study3.data("a"))
        try study.lines(Study3.data("a")) { $0.removeLast(2) }
        let refused = try study.fit("a")
        #expect(refused.exitCode == 65 && refused.errors.contains("differ by fewer than 10"), "\(refused)")
        try study.work.write(text, to: Study3.data("a"))
        try study.work.write(
            "{\"format\": \"dmoe-policy\", \"formatVersion\": 1, \"columns\": [\"y\", \"a\"]}", to: "p.json")
        chmod(study.work.url("p.json").path, 0o600)
        let policy = try study.fit("a", "--policy", "p.json")
        #expect(policy.exitCode == 65 && policy.errors.contains("refused by the policy p.json"), "\(policy)")
        #expect(try study.work.files("shared/participants/a") == ["local-1.json", "log.jsonl"])
    }
}
