import Evaluation
import Foundation
import Messages
import Testing

/// The commands one after the other, as the help tells.
@Suite struct WholePathTests {
    let work: Workspace

    init() throws { work = try Workspace() }

    @Test func simulateWritesABenchmark() throws {
        let outcome = try work.succeed(
            "simulate", "--rows", "101", "--shards", "4", "--test-rows", "30", "--profile", "severe", "-o", "bench")
        #expect(outcome.output == "bench: 4 shards of 101 rows in all, test.csv of 30, truth.json\n")
        #expect(try work.files("bench") == ["shards", "test.csv", "truth.json"])
        #expect(try work.files("bench/shards") == (1...4).map { "shard-0\($0).csv" })
        let shards = try (1...4).map { try work.text("bench/shards/shard-0\($0).csv").split(separator: "\n") }
        #expect(shards.map { $0.count - 1 } == [25, 25, 25, 26])
        let names = (1...20).map { "x\($0)" } + ["y"]
        #expect(shards[0][0].split(separator: ",").map(String.init) == names)
        let test = try work.text("bench/test.csv")
        let groups = try NumberTable(test).numbers("group")
        #expect(groups.count == 30)
        #expect(groups.allSatisfy { (1...5).contains($0) })
        try work.succeed(
            "simulate", "--rows", "101", "--shards", "4", "--test-rows", "30", "--profile", "severe", "-o", "again")
        #expect(try work.text("again/test.csv") == test)
        #expect(try work.text("again/shards/shard-03.csv") == work.text("bench/shards/shard-03.csv"))
        try work.succeed(
            "simulate", "--rows", "101", "--shards", "4", "--test-rows", "30", "--seed", "2", "-o", "other")
        #expect(try work.text("other/test.csv") != test)
    }

    /// Of any family: shards to fit, and the truth to score; classes are written as text.
    @Test(arguments: ["poisson", "negative-binomial", "gamma", "multinomial"]) func simulateWritesOtherResponses(
        family: String
    ) throws {
        try work.succeed(
            "simulate", "--family", family, "--rows", "600", "--shards", "2", "--test-rows", "200", "-o", "bench")
        let lines = try work.text("bench/shards/shard-01.csv").split(separator: "\n").map { $0.split(separator: ",") }
        #expect(lines[0].map(String.init) == (1...10).map { "x\($0)" } + ["y"])
        let responses = lines.dropFirst().compactMap(\.last).map(String.init)
        switch family {
        case "multinomial": #expect(Set(responses) == ["a", "b", "c"])
        case "poisson", "negative-binomial": #expect(responses.allSatisfy { Int($0).map { $0 >= 0 } ?? false })
        default: #expect(responses.allSatisfy { Double($0).map { $0 > 0 } ?? false })
        }
        #expect(try work.model("bench/truth.json").family == family)
        try work.succeed(
            "fit", "bench/shards/shard-01.csv", "--target", "y", "--family", family, "--experts", "1", "-o", "m.json")
        try work.succeed("evaluate", "bench/truth.json", "bench/test.csv")
    }

    /// Shard 2 leans to large x2, the others do not; the test set is of all.
    @Test func simulateShiftsTheCovariates() throws {
        try work.succeed("simulate", "--shift", "--rows", "8000", "--shards", "4", "--test-rows", "2000", "-o", "s")
        try work.succeed("simulate", "--rows", "8000", "--shards", "4", "--test-rows", "2000", "-o", "b")
        func mean(_ file: String) throws -> Double {
            let values = try NumberTable(try work.text(file)).numbers("x2")
            return values.reduce(0, +) / Double(values.count)
        }
        // A tilt along x2 moves its mean by the variance of x2, which is 1 and that of the group means.
        let moved = try (1...4).map { try mean("s/shards/shard-0\($0).csv") - mean("b/shards/shard-0\($0).csv") }
        #expect(moved[1] > 0.9)
        #expect([0, 2, 3].allSatisfy { abs(moved[$0]) < 0.4 })
        #expect(try abs(mean("s/test.csv") - mean("b/test.csv") - moved.reduce(0, +) / 4) < 0.15)
        #expect(try work.text("s/truth.json") == work.text("b/truth.json"))
    }

    @Test func theTruthIsAModelThatScores() throws {
        let summary = try work.json(
            try work.succeed("simulate", "--rows", "20", "--shards", "2", "--test-rows", "400", "-o", "b", "--json")
                .output)
        #expect(Set(summary.keys) == ["output", "shards", "rows", "testRows"])
        #expect(try work.model("b/truth.json").kind == .reference)
        let scores = try JSONDecoder().decode(
            Scores.self,
            from: Data(try work.succeed("evaluate", "b/truth.json", "b/test.csv", "--json").output.utf8))
        #expect(scores.rows == 400)
        #expect(scores.logLikelihoodPerRow > -3.2)
        #expect(try work.succeed("inspect", "b/truth.json").output.contains("reference model, not fitted"))
    }

    /// 20 covariates and 5 experts: from the simulation to scores, in files of a few kilobytes.
    @Test func fromSimulationToScores() throws {
        try work.succeed("simulate", "--rows", "5000", "--shards", "2", "--test-rows", "300", "-o", "b", "--quiet")
        try work.succeed(
            "learn", "b/shards/shard-01.csv", "b/shards/shard-02.csv", "--target", "y", "--experts", "5", "--starts",
            "8", "--local-models", "locals", "-o", "g.json")
        for name in try work.files("locals").map({ "locals/" + $0 }) + ["g.json"] {
            let file = try work.model(name)
            #expect(file.experts.count == 5)
            #expect(file.covariates.count == 20)
            #expect(try work.data(name).count <= (name == "g.json" ? 256 : 128) * 1024, "\(name)")
        }
        try work.succeed("predict", "g.json", "b/test.csv", "--interval", "0.9", "-o", "p.csv")
        #expect(try NumberTable(work.text("p.csv")).numbers("mean").count == 300)
        let scores = try ["g.json", "b/truth.json"].map { model in
            let text = try work.succeed("evaluate", model, "b/test.csv", "--json").output
            return try JSONDecoder().decode(Scores.self, from: Data(text.utf8)).logLikelihoodPerRow
        }
        #expect(scores[0] > scores[1] - 0.15)
    }

    // MARK: Inspect

    @Test func inspectSaysWhatLeavesTheSite() throws {
        let local = try work.writeLocalModels(2)[0]
        let text = try work.succeed("inspect", local).output
        #expect(text.hasPrefix("l0.json: local model of 300 rows (format 2, "))
        #expect(text.contains("predicts 'y' from 3 covariates with 2 gaussian experts"))
        #expect(text.contains("what leaves the site with this file:"))
        #expect(text.contains("what does not: no row, no minimum or maximum, no date;"))
        let least = try #require(
            try work.model(local).experts.compactMap { $0.statistics?.moments.effectiveRows }.min())
        #expect(text.contains("rows behind an expert is \(String(format: "%.1f", least))."))
        for name in ["a", "b", "c", "intercept", "standard deviation"] {
            #expect(text.contains(try Regex("\n *\(name) ")), "\(name)")
        }
        try work.succeed("aggregate", "l0.json", "l1.json", "-o", "g.json")
        let global = try work.succeed("inspect", "g.json").output
        #expect(global.hasPrefix("g.json: global model of 600 rows at 2 sites"))
        #expect(global.contains("what is in this file: no row of any site"))
        #expect(global.contains(/l1 +300 +50\.0 %/))
    }

    @Test func inspectPrintsTheFileWithItsEffects() throws {
        for name in try work.writeLocalModels(1) {
            let printed = try work.succeed("inspect", name, "--json").output
            #expect(printed.contains("\"effects\""))
            try work.write(printed, to: "copy.json")
            #expect(try work.model("copy.json") == work.model(name))
        }
    }

    // MARK: Files

    @Test func filesHoldNoTimeAndNoPlace() throws {
        try work.writeSites(2)
        let arguments = ["learn", "s0.csv", "s1.csv", "--target", "y", "--experts", "2", "--starts", "4"]
        #expect(try work.run(arguments + ["-o", "g.json", "--local-models", "locals"]).exitCode == 0)
        try FileManager.default.createDirectory(at: work.url("elsewhere"), withIntermediateDirectories: true)
        #expect(try work.run(arguments + ["-o", "elsewhere/x.json", "--local-models", "more"]).exitCode == 0)
        #expect(try work.text("elsewhere/x.json") == work.text("g.json"))
        for name in ["s0.json", "s1.json"] {
            #expect(try work.text("more/\(name)") == work.text("locals/\(name)"))
        }
        for name in ["g.json", "locals/s0.json"] {
            let text = try work.text(name)
            #expect(!text.contains(/[Ss]econds|[Dd]ate\b|20\d\d-\d\d/))
            #expect(!text.contains(work.folder.lastPathComponent))
        }
    }
}
