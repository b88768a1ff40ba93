import Foundation
import Messages
import ModelFiles
import Testing

/// `dmoe statistics` and `dmoe update`.
@Suite struct RoundCommandTests {
    let work: Workspace

    /// Two sites s0.csv and s1.csv, and their global model g.json.
    init() throws {
        work = try Workspace()
        let locals = try work.writeLocalModels(2)
        let outcome = try work.run(["aggregate"] + locals + ["-o", "g.json", "--quiet"])
        try #require(outcome.exitCode == 0, "\(outcome.errors)")
    }

    private func statistics(_ model: String = "g.json") throws {
        for site in 0..<2 { try work.succeed("statistics", model, "s\(site).csv", "-o", "t\(site).json", "--quiet") }
    }

    @Test func roundsRaiseTheLikelihoodAndKeepItsTrace() throws {
        var model = "g.json"
        for round in 1...3 {
            try statistics(model)
            try work.succeed("update", model, "t0.json", "t1.json", "-o", "g\(round).json")
            model = "g\(round).json"
        }
        let file = try work.model(model)
        let rounds = try #require(file.rounds)
        #expect(rounds.map(\.sites) == [2, 2, 2] && rounds.map(\.rows) == [600, 600, 600])
        let trace = rounds.map(\.logLikelihoodPerRow)
        #expect(trace[1] > trace[0] && trace[2] >= trace[1] - 1e-12)
        #expect(file.aggregation != nil && file.warnings.isEmpty)
        // What the sites reported is what the model scores on their rows.
        let scores = try work.json(work.succeed("evaluate", "g.json", "s0.csv", "s1.csv", "--json").output)
        #expect(abs(try #require(scores["logLikelihoodPerRow"] as? Double) - trace[0]) < 1e-9)
        let text = try work.succeed("inspect", model).output
        #expect(text.contains("updated in 3 rounds, last by 2 sites with 600 rows"))
        #expect(text.contains("at 2 sites"))
    }

    @Test func aSiteInAnotherUnitIsNamedAndLeftOutOnRequest() throws {
        var table = Sample.columns(seed: 7)
        table[3] = table[3].map { 1000 * $0 }
        try work.write(Sample.csv(Array(zip(Sample.names, table)).map { (name: $0.0, values: $0.1) }), to: "s2.csv")
        try statistics()
        try work.succeed("statistics", "g.json", "s2.csv", "-o", "t2.json", "--quiet")
        let outcome = try work.run([
            "update", "g.json", "t0.json", "t1.json", "t2.json", "--inconsistent", "exclude", "-o", "with.json",
        ])
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors.contains("warning: t2 is left out as inconsistent (log-likelihood "))
        try work.succeed("update", "g.json", "t0.json", "t1.json", "-o", "without.json")
        #expect(try work.model("with.json").experts == work.model("without.json").experts)
        let all = try work.succeed("update", "g.json", "t0.json", "t1.json", "t2.json", "-o", "all.json")
        #expect(all.errors.contains("warning: t2 is inconsistent (log-likelihood "))
        #expect(try work.model("all.json").experts != work.model("without.json").experts)
    }

    @Test func orderOfFilesThreadsAndMemoryDoNotMatter() throws {
        try statistics()
        try work.succeed("update", "g.json", "t0.json", "t1.json", "-o", "a.json")
        try work.succeed("update", "g.json", "t1.json", "t0.json", "-o", "b.json")
        #expect(try work.data("a.json") == work.data("b.json"))
        try work.succeed("statistics", "g.json", "s0.csv", "-o", "u.json", "--threads", "1", "--out-of-core")
        #expect(try work.data("u.json") == work.data("t0.json"))
    }

    @Test func columnsGoByName() throws {
        try statistics()
        let columns = Sample.columns(seed: 1)
        let shuffled = [3, 0, 2, 1].map { (name: Sample.names[$0], values: columns[$0]) }
        let others = [(name: "note", values: columns[0])]
        try work.write(Sample.csv(others + shuffled), to: "shuffled.csv")
        try work.succeed("statistics", "g.json", "shuffled.csv", "-o", "u.json")
        #expect(try work.data("u.json") == work.data("t0.json"))
    }

    @Test func summaries() throws {
        let site = try work.succeed("statistics", "g.json", "s0.csv", "-o", "t0.json")
        #expect(site.output.contains("300 rows at 2 experts for 'y'") && site.output.contains("no row in it"))
        #expect(site.errors.isEmpty)
        let object = try work.json(
            work.succeed("statistics", "g.json", "s1.csv", "-o", "t1.json", "--json").output)
        #expect(object["rows"] as? Int == 300)
        #expect(
            object["modelDigest"] as? String == (try StatisticsFile.read(path: work.url("t0.json").path)).modelDigest)
        let update = try work.succeed("update", "g.json", "t0.json", "t1.json", "-o", "h.json")
        #expect(update.output.contains("2 sites with 600 rows updated 2 experts for 'y', round 1"))
        let json = try work.json(work.succeed("update", "g.json", "t0.json", "-o", "h.json", "--json").output)
        #expect((json["rounds"] as? [Any])?.count == 1)
        let text = try work.succeed("inspect", "t0.json").output
        #expect(text.contains("t0.json: statistics of 300 rows for a round") && text.contains("what leaves the site"))
        let file = try work.json(work.succeed("inspect", "t0.json", "--json").output)
        #expect(file["format"] as? String == "dmoe-statistics")
    }

    @Test func theSameStatisticsTwiceAreWarnedOf() throws {
        try statistics()
        try work.write(work.text("t0.json"), to: "copy.json")
        let outcome = try work.succeed("update", "g.json", "t0.json", "copy.json", "-o", "h.json")
        #expect(outcome.errors.contains("t0 and copy are the same statistics"))
        #expect(try work.model("h.json").warnings.count == 1)
    }

    @Test func aFallOfTheLikelihoodIsWarnedOf() throws {
        try statistics()
        try work.succeed("update", "g.json", "t0.json", "t1.json", "-o", "h.json")
        let text = try work.text("h.json")
        let better = text.replacing(/"logLikelihoodPerRow": -?[0-9.]+/, with: "\"logLikelihoodPerRow\": 5")
        try #require(better != text)
        try work.write(better, to: "h.json")
        try statistics("h.json")
        let outcome = try work.succeed("update", "h.json", "t0.json", "t1.json", "-o", "i.json")
        #expect(outcome.errors.contains("the log-likelihood fell from 5.000000 to"))
        #expect(outcome.errors.contains("go back"))
    }

    @Test func whatDoesNotServeIsRefused() throws {
        try statistics()
        try work.succeed("update", "g.json", "t0.json", "t1.json", "-o", "h.json")
        try work.fit("s0.csv", to: "narrow.json", "--features", "a,b")
        try work.succeed("simulate", "--rows", "4", "--shards", "2", "--test-rows", "2", "-o", "b")
        try work.write(try work.text("s1.csv").replacing("c,y", with: "d,y"), to: "d.csv")
        try work.write(Sample.csv(seed: 3, rows: 5), to: "few.csv")
        try work.write(String(try work.text("t0.json").dropLast(99)), to: "cut.json")
        for refusal in [
            Refusal("another model", ["update", "h.json", "t0.json"], says: ["t0.json", "another model than h.json"]),
            Refusal(
                "others covariates", ["update", "narrow.json", "t0.json"], says: ["t0.json", "covariates", "'c'"]),
            Refusal("a model", ["update", "g.json", "t0.json", "g.json"], says: ["g.json", "dmoe statistics"]),
            Refusal("statistics", ["update", "t0.json", "t1.json"], says: ["t0.json", "dmoe update"]),
            Refusal("to aggregate", ["aggregate", "l0.json", "t1.json"], says: ["t1.json", "dmoe update"]),
            Refusal("cut short", ["update", "g.json", "cut.json"], says: ["cut.json", "not a complete"]),
            Refusal("reference", ["update", "b/truth.json", "t0.json"], says: ["b/truth.json", "reference"]),
            Refusal(
                "reference at a site", ["statistics", "b/truth.json", "s0.csv"], says: ["b/truth.json", "reference"]),
            Refusal("no column", ["statistics", "g.json", "d.csv"], says: ["d.csv", "\"c\""]),
            Refusal("few rows", ["statistics", "g.json", "few.csv"], says: ["few.csv", "5 rows are too few"]),
            Refusal("no data", ["statistics", "g.json", "none.csv"], code: 66, says: ["none.csv"]),
            Refusal("no model", ["update", "none.json", "t0.json"], code: 66, says: ["none.json"]),
        ] {
            try work.expect(refusal)
        }
        try work.expectUsageError(
            Refusal("", ["statistics", "g.json", "s0.csv", "--min-rows", "2"], says: ["--min-rows must be 3 or more"]))
    }
}
