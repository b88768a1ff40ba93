import Foundation
import ModelFiles
import Testing

/// The whole way of a study through a folder, and that it leads to what files by hand lead to.
@Suite struct ExchangePathTests {
    /// What one machine learns from the same rows, to the last byte.
    @Test func theGlobalModelIsThatOfOneMachine() throws {
        let study = try Study3("--rounds", "2")
        try study.fit(all: Study3.names)
        #expect(try study.coordinator("aggregate").exitCode == 0)
        let learn =
            ["learn"] + Study3.names.map(Study3.data) + ["--study", "study.json", "--as-sites", "--starts", "2"]
        try study.work.succeed(learn + ["-o", "learned.json"])
        #expect(try study.globalModel() == study.work.data("learned.json"))
        for _ in 1...2 {
            try study.round(all: Study3.names)
            #expect(try study.coordinator("update").exitCode == 0)
        }
        try study.work.succeed(learn + ["--rounds", "2", "-o", "rounds.json"])
        #expect(try study.globalModel() == study.work.data("rounds.json"))
        let status = try study.status()
        #expect(status.exitCode == 0 && status.output.contains("next: nothing: the global model is there"), "\(status)")
    }

    /// With rounding secrets, by hand: the local models too.
    @Test func secretsGiveTheFilesOfTheCommandsByHand() throws {
        let study = try Study3()
        for name in Study3.names {
            let secret = ["--rounding-secret", "\(name).secret"]
            try study.work.succeed(study.fitArguments(name) + secret + ["--no-ledger"])
            try study.work.succeed(
                ["fit", Study3.data(name), "--study", "study.json", "--starts", "2", "-o", "\(name).json"] + secret)
            #expect(try study.work.data("\(name).json") == study.work.data(study.path(name, "local-1.json")), "\(name)")
        }
        #expect(try study.coordinator("aggregate").exitCode == 0)
        try study.work.succeed(["aggregate"] + Study3.names.map { "\($0).json" } + ["-o", "global.json"])
        #expect(try study.globalModel() == study.work.data("global.json"))
    }

    @Test func whoWithdrawsHasNeverTakenPart() throws {
        let study = try Study3("--rounds", "1")
        try study.fit(all: Study3.names)
        #expect(try study.coordinator("aggregate").exitCode == 0)
        try study.round(all: Study3.names)
        let gone = try study.work.succeed("exchange", "withdraw", "shared", "--key", "b.key", "--approve", "Dr b")
        #expect(gone.output.contains("removed: local-1.json, statistics-2.json"))
        #expect(try study.work.files("shared/participants/b") == ["log.jsonl"])
        // The model is still made of it.
        let refused = try study.coordinator("update")
        #expect(refused.exitCode == 65 && refused.errors.contains("made of b too, withdrawn since"), "\(refused)")
        #expect(try study.status().output.contains("next: the global model is made of b too"))
        #expect(try study.coordinator("aggregate").exitCode == 0)
        try study.work.succeed(["aggregate"] + study.localFiles(["a", "c"]) + ["-o", "without.json"])
        #expect(try study.globalModel() == study.work.data("without.json"))
        // Statistics at the model before do not count any more.
        let status = try study.status()
        #expect(
            status.exitCode == 0 && status.output.contains("a: entry 2 is of a model that another has taken"),
            "\(status)")
        try study.round(all: ["a", "c"])
        #expect(try study.coordinator("update").exitCode == 0)
        let again = try study.work.run(["exchange", "withdraw", "shared", "--key", "b.key"])
        #expect(again.exitCode == 65 && again.errors.contains("has released nothing"))
    }

    /// What is put back of a withdrawn site does not count.
    @Test func withdrawnFilesThatComeBackAreNamed() throws {
        let study = try Study3()
        try study.fit(all: Study3.names)
        try study.copy(study.path("b", "local-1.json"), to: "kept.json")
        try study.work.succeed("exchange", "withdraw", "shared", "--key", "b.key")
        try study.copy("kept.json", to: study.path("b", "local-1.json"))
        #expect(try study.status().output.contains("b: local-1.json is withdrawn, and still there"))
        let made = try study.coordinator("aggregate")
        #expect(made.exitCode == 0 && made.output.contains("of 2 sites: a, c"))
        try study.work.succeed("exchange", "withdraw", "shared", "--key", "b.key")
        #expect(!study.work.exists(study.path("b", "local-1.json")))
        // It may take part again.
        try study.fit(all: ["b"])
        #expect(try study.coordinator("aggregate").output.contains("of 3 sites: a, b, c"))
    }

    /// Each site writes into its own copy of the folder for as long as it likes; copies are put together file by file.
    @Test func sitesWorkOffline() throws {
        let study = try Study3("--rounds", "1")
        for name in ["a", "b"] {
            try study.copy("shared", to: "copy-\(name)")
            try study.fit(all: [name], in: "copy-\(name)")
            // Twice, as nobody is there to see.
            try study.fit(all: [name], in: "copy-\(name)")
        }
        try study.fit(all: ["c"])
        #expect(try study.coordinator("aggregate", "--require", "1").exitCode == 0)
        for name in ["a", "b"] {
            try study.copy("copy-\(name)/participants/\(name)", to: "shared/participants/\(name)")
        }
        #expect(try study.status().exitCode == 0)
        let made = try study.coordinator("aggregate")
        #expect(made.exitCode == 0 && made.output.contains("of 3 sites: a, b, c"), "\(made)")
        try study.work.succeed(
            ["aggregate"] + study.localFiles(["a", "b"], "local-2.json") + study.localFiles(["c"]) + ["-o", "g.json"])
        #expect(try study.globalModel() == study.work.data("g.json"))
        // Clones of a clone still answer.
        try study.round(all: Study3.names)
        #expect(try study.coordinator("update").exitCode == 0)
    }

    /// What comes after the closing does not count, whoever signs it.
    @Test func theClosingEndsARound() throws {
        let study = try Study3("--require", "2")
        try study.fit(all: ["a", "b"])
        try study.copy("shared", to: "offline")
        let closed = try study.coordinator("close", "--note", "end of March")
        #expect(closed.output.contains("the local models are closed (entry 2); without c"))
        let late = try study.fit("c")
        #expect(late.exitCode == 65 && late.errors.contains("the coordinator has closed the local models"))
        try study.fit(all: ["c"], in: "offline")
        try study.fit(all: ["a"], in: "offline")
        for name in ["a", "c"] { try study.copy("offline/participants/\(name)", to: "shared/participants/\(name)") }
        let made = try study.coordinator("aggregate")
        #expect(made.exitCode == 0 && made.output.contains("of 2 sites: a, b"), "\(made)")
        for (name, entry) in [("a", 2), ("c", 1)] {
            #expect(
                made.errors.contains("\(name): entry \(entry) came after the coordinator had closed"), "\(made.errors)")
        }
        // What a site had released in time is what counts of it.
        try study.work.succeed(["aggregate"] + study.localFiles(["a", "b"]) + ["-o", "g.json"])
        #expect(try study.globalModel() == study.work.data("g.json"))
        #expect(try study.coordinator("close").errors.contains("has closed the local models"))
    }

    @Test func roundsCloseToo() throws {
        let study = try Study3("--rounds", "1")
        try study.fit(all: Study3.names)
        #expect(try study.coordinator("aggregate").exitCode == 0)
        try study.round(all: ["a", "b"])
        let waiting = try study.coordinator("update")
        #expect(waiting.exitCode == 66 && waiting.errors.contains("nothing that counts of c"), "\(waiting)")
        #expect(try study.coordinator("close").output.contains("round 1 is closed"))
        let late = try study.work.run(study.roundArguments("c"))
        #expect(late.exitCode == 65 && late.errors.contains("closed round 1"))
        #expect(try study.coordinator("update").output.contains("statistics of 2 sites: a, b"))
        let over = try study.work.run(study.roundArguments("a"))
        #expect(over.exitCode == 65 && over.errors.contains("1 round, which are over"))
    }
}
