import Foundation
import ModelFiles
import Testing

/// The ledger of a site, as `fit`, `statistics` and `ledger` keep it.
@Suite struct LedgerTests {
    private let work: Workspace

    init() throws {
        work = try Workspace()
        try work.write(Sample.csv(seed: 1, rows: 212), to: "all.csv")
        for (name, rows) in [("s.csv", 200), ("more.csv", 203), ("ten.csv", 210)] { try first(rows, to: name) }
    }

    private func first(_ rows: Int, to name: String) throws {
        try work.write(
            work.text("all.csv").split(separator: "\n").prefix(rows + 1).joined(separator: "\n"), to: name)
    }

    private func fit(_ table: String, to output: String, _ options: String..., input: Data = Data()) throws
        -> Workspace.Outcome
    {
        try work.runAsItIs(
            ["fit", table, "--target", "y", "--experts", "2", "--starts", "2", "-o", output] + options, input: input)
    }

    // MARK: Where it is

    @Test func besideTheDataByDefault() throws {
        let outcome = try fit("s.csv", to: "a.json")
        #expect(outcome.exitCode == 0)
        #expect(outcome.output.contains("entry 1 of the ledger dmoe.ledger, which stays at the site"))
        let mode = try FileManager.default.attributesOfItem(atPath: work.url("dmoe.ledger").path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        let refused = try fit("more.csv", to: "b.json")
        #expect(refused.exitCode == 65 && !work.exists("b.json"))
        #expect(refused.errors.contains("entry 1 of dmoe.ledger differ by fewer than 10"))
        #expect(refused.errors.contains("--hold-back-new"))
        #expect(try fit("ten.csv", to: "b.json").exitCode == 0)
        #expect(try work.model("b.json").disclosure?.ledger?.number == 2)
        let audit = try work.run(["inspect", "--audit", "b.json"]).output
        #expect(audit.contains("Entry 2 of the ledger of the site"))
    }

    /// Also where a link leads to them.
    @Test func inTheFolderOfTheRows() throws {
        try work.write(work.text("s.csv"), to: "clinic/s.csv")
        try FileManager.default.createSymbolicLink(
            at: work.url("link.csv"), withDestinationURL: work.url("clinic/s.csv"))
        #expect(try fit("link.csv", to: "a.json").exitCode == 0)
        #expect(try work.files("clinic") == ["dmoe.ledger", "s.csv"])
        #expect(!work.exists("dmoe.ledger"))
    }

    @Test func standardInputHasNoPlace() throws {
        let rows = try work.data("s.csv")
        let refused = try fit("-", to: "a.json", input: rows)
        #expect(refused.exitCode == 64 && refused.errors.contains("--ledger") && refused.errors.contains("--no-ledger"))
        #expect(try fit("-", to: "a.json", "--draft", input: rows).exitCode == 0)
        #expect(try fit("-", to: "a.json", "--ledger", "l", input: rows).exitCode == 0)
        #expect(try fit("-", to: "a.json", "--no-ledger", input: rows).exitCode == 0)
        #expect(try work.model("a.json").disclosure?.ledger == .notKept)
        #expect(try work.text("a.json").contains("\"ledger\": \"none\""))
    }

    @Test func whatCannotBeWrittenIsRefusedBeforeTheFit() throws {
        let refused = try fit("s.csv", to: "a.json", "--ledger", "nowhere/l")
        #expect(refused.exitCode == 73 && refused.errors.contains("name another place by --ledger"))
        #expect(!work.exists("a.json"))
        #expect(try fit("s.csv", to: "l", "--ledger", "l").exitCode == 73)
    }

    // MARK: What is an answer

    @Test func draftsAreNoAnswers() throws {
        for option in ["--ledger=l", "--hold-back-new"] {
            let refused = try fit("s.csv", to: "a.json", "--draft", option)
            #expect(refused.exitCode == 64)
            #expect(refused.errors.contains("has no effect here: what stays with the owner of the rows is no answer"))
        }
        #expect(try fit("s.csv", to: "a.json", "--draft").exitCode == 0)
        #expect(!work.exists("dmoe.ledger"))
    }

    @Test func answersToRoundsAreEntered() throws {
        #expect(try fit("s.csv", to: "a.json").exitCode == 0)
        let statistics = ["statistics", "a.json", "s.csv", "-o", "t.json"]
        let outcome = try work.runAsItIs(statistics)
        #expect(outcome.exitCode == 0 && outcome.output.contains("entry 2 of the ledger dmoe.ledger"))
        let refused = try work.runAsItIs(["statistics", "a.json", "more.csv", "-o", "u.json"])
        #expect(refused.exitCode == 65 && refused.errors.contains("differ by fewer than 10"))
        #expect(
            try work.runAsItIs(["statistics", "a.json", "more.csv", "-o", "u.json", "--hold-back-new"]).exitCode == 0)
        #expect(try StatisticsFile.read(path: work.url("u.json").path).rows == 200)
        #expect(try work.run(["ledger", "dmoe.ledger"]).output.contains("statistics"))
        #expect(try work.run(["inspect", "t.json"]).output.contains("entry 2 of the ledger of the site"))
    }

    /// At five models of a study; at one of them as often as anybody asks, since the answer is the same.
    @Test func aStudyHasFiveRounds() throws {
        #expect(try fit("s.csv", to: "g0.json").exitCode == 0)
        for round in 0..<6 {
            let ask = ["statistics", "g\(round).json", "s.csv", "-o", "t.json", "--quiet"]
            let outcome = try work.runAsItIs(ask)
            guard round < 5 else {
                #expect(outcome.exitCode == 65 && outcome.errors.contains("has answered at 5 models of this study"))
                continue
            }
            #expect(outcome.exitCode == 0)
            #expect(try work.runAsItIs(ask).exitCode == 0)
            try work.succeed("update", "g\(round).json", "t.json", "-o", "g\(round + 1).json", "--quiet")
        }
    }

    @Test func statisticsAreOfModelsThatTheSiteIsIn() throws {
        try work.write(Sample.csv(seed: 2, rows: 200), to: "other/s.csv")
        for (table, output) in [("s.csv", "a.json"), ("other/s.csv", "b.json")] {
            #expect(try fit(table, to: output).exitCode == 0)
        }
        try work.succeed("aggregate", "a.json", "b.json", "-o", "g.json", "--quiet")
        try work.succeed("aggregate", "b.json", "-o", "h.json", "--quiet")
        for (model, code) in [("g.json", Int32(0)), ("b.json", 65), ("h.json", 65)] {
            let outcome = try work.runAsItIs(["statistics", model, "s.csv", "-o", "t.json"])
            #expect(outcome.exitCode == code)
            #expect(outcome.errors.contains("not made of a model that this site released") == (code == 65))
        }
        // After rounds the chain goes on.
        #expect(try work.runAsItIs(["statistics", "g.json", "other/s.csv", "-o", "u.json"]).exitCode == 0)
        try work.succeed("update", "g.json", "t.json", "u.json", "-o", "g1.json", "--quiet")
        #expect(try work.runAsItIs(["statistics", "g1.json", "s.csv", "-o", "t.json"]).exitCode == 0)
    }

    // MARK: New rows, and files that were never sent

    /// The answer is that of the rows before, to the last bit.
    @Test(arguments: [[], ["--out-of-core"]]) func newRowsWaitUntilTheyAreTen(_ how: [String]) throws {
        func fit(_ table: String, to output: String) throws -> Workspace.Outcome {
            try work.runAsItIs(
                ["fit", table, "--target", "y", "--experts", "2", "--starts", "2", "-o", output, "--hold-back-new"]
                    + how)
        }
        #expect(try fit("s.csv", to: "a.json").exitCode == 0)
        let held = try fit("more.csv", to: "b.json")
        #expect(held.exitCode == 0)
        #expect(held.errors.contains("more.csv: 3 new rows left out, to wait for the next release"))
        var (first, second) = (try work.model("a.json"), try work.model("b.json"))
        first.disclosure?.ledger = nil
        second.disclosure?.ledger = nil
        #expect(first == second)
        #expect(try !fit("ten.csv", to: "c.json").errors.contains("wait"))
        #expect(try work.model("c.json").rows == 210)
        // Rows that are gone cannot be put back.
        try work.write(work.text("all.csv").split(separator: "\n").dropLast(3).joined(separator: "\n"), to: "d.csv")
        let refused = try fit("d.csv", to: "d.json")
        #expect(refused.exitCode == 65 || refused.errors.contains("wait"))
    }

    @Test func whatWasNeverSentIsTakenBack() throws {
        #expect(try fit("s.csv", to: "a.json").exitCode == 0)
        #expect(try fit("more.csv", to: "b.json").exitCode == 65)
        let outcome = try work.run(["ledger", "retract", "dmoe.ledger", "a.json"])
        #expect(outcome.exitCode == 0)
        #expect(outcome.output == "dmoe.ledger: entry 1 is taken back by entry 2; a.json is a draft now\n")
        #expect(try work.model("a.json").status == .draft)
        #expect(try fit("more.csv", to: "b.json").exitCode == 0)
        let list = try work.run(["ledger", "dmoe.ledger"]).output
        #expect(list.contains("1 answer") && list.contains("taken back") && list.contains("takes back 1"))
        for (wrong, code) in [(["a.json"], Int32(65)), (["--entry", "1"], 65), (["--entry", "9"], 65), ([], 64)] {
            #expect(try work.run(["ledger", "retract", "dmoe.ledger"] + wrong).exitCode == code)
        }
        #expect(try work.run(["ledger", "retract", "nothing", "--entry", "1"]).exitCode == 66)
        #expect(try work.run(["ledger", "s.csv"]).exitCode == 65)
        #expect(try work.run(["ledger", "nothing"]).exitCode == 66)
    }

    // MARK: Several processes

    /// Of fits whose rows differ by a few, started at once, one is let through.
    @Test func oneOfFitsAtOnceIsLetThrough() throws {
        for (index, rows) in [200, 202, 204, 206].enumerated() { try first(rows, to: "p\(index).csv") }
        let fits = try (0..<4).map {
            try work.start([
                "fit", "p\($0).csv", "--target", "y", "--experts", "2", "--starts", "2", "-o", "p\($0).json",
                "--ledger",
                "l",
            ])
        }
        fits.forEach { $0.waitUntilExit() }
        #expect(fits.map(\.terminationStatus).sorted() == [0, 65, 65, 65])
        #expect(try work.run(["ledger", "l"]).output.contains("l: 1 answer"))
    }

    @Test func aKilledFitLeavesALedgerThatGoesOn() throws {
        #expect(try fit("s.csv", to: "a.json", "--ledger", "l").exitCode == 0)
        let whole = try work.data("l")
        #expect(try fit("s.csv", to: "a.json", "--ledger", "l").exitCode == 0)
        let second = try work.data("l").dropFirst(whole.count)
        for length in [1, second.count / 2, second.count - 2] {
            try work.write(whole + second.prefix(length), to: "l")
            let listed = try work.run(["ledger", "l"])
            #expect(listed.output.contains("l: 1 answer"))
            #expect(listed.errors.contains("the last line is no whole entry"))
            #expect(try fit("more.csv", to: "b.json", "--ledger", "l").exitCode == 65)
            #expect(try fit("s.csv", to: "b.json", "--ledger", "l").exitCode == 0)
            #expect(try work.run(["ledger", "l"]).output.contains("l: 2 answers"))
        }
        // Without its line end an entry is whole.
        try work.write(whole.dropLast(), to: "l")
        #expect(try fit("more.csv", to: "b.json", "--ledger", "l").exitCode == 65)
        #expect(try fit("s.csv", to: "b.json", "--ledger", "l").exitCode == 0)
        #expect(try work.run(["ledger", "l"]).output.contains("l: 2 answers"))
    }
}
