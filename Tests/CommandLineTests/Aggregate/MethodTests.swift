import Aggregation
import Foundation
import Messages
import Testing

/// How local models become one, and which of them: `dmoe aggregate`, `learn --rounds`, `inspect` of several.
@Suite struct MethodTests {
    let work: Workspace

    /// Local models l0.json to l3.json.
    init() throws {
        work = try Workspace()
        _ = try work.writeLocalModels(4)
    }

    private static let locals = ["l0.json", "l1.json", "l2.json", "l3.json"]

    @discardableResult
    private func aggregate(_ more: String..., to output: String) throws -> Workspace.Outcome {
        let outcome = try work.run(["aggregate"] + Self.locals + more + ["--support-size", "300", "-o", output])
        try #require(outcome.exitCode == 0, "\(outcome.errors)")
        return outcome
    }

    /// A site whose responses have another sign and unit.
    private func writeInconsistentModel() throws {
        var columns = Sample.columns(seed: 4)
        columns[3] = columns[3].map { 1000 * $0 }
        try work.write(Sample.csv(zip(Sample.names, columns).map { (name: $0.0, values: $0.1) }), to: "s3.csv")
        try work.fit("s3.csv", to: "l3.json")
    }

    // MARK: Methods

    @Test func everyMethod() throws {
        for name in Aggregators.all.map(\.name) {
            let text = try aggregate("--method", name, to: "g.json").output
            #expect(text.contains("4 local models of 1,200 rows became 2 experts for 'y'"), "\(name)")
            #expect(!text.contains("from ;"), "\(name)")
            let file = try work.model("g.json")
            #expect(file.aggregation?.options.method == name)
            #expect(file.experts.count == 2 && file.rows == 1200, "\(name)")
        }
        try aggregate("--method", "medoid", to: "g.json")
        #expect(try !work.succeed("inspect", "g.json").output.contains("best start"))
    }

    @Test func methodsThatMakeNoSense() throws {
        for (more, message) in [
            (["--method", "mean"], "--method: \"mean\" is not known; known are published, "),
            (["--method", "published", "--gate", "label"], "--method published means --gate plan"),
            (
                ["--method", "published", "--site-weights", "density"],
                "--method published means --site-weights constant"
            ),
            (["--experts", "some"], "some"),
        ] {
            let outcome = try work.run(["aggregate"] + Self.locals + more + ["-o", "g.json"])
            #expect(outcome.exitCode == 64 && !work.exists("g.json"), "\(more)")
            #expect(outcome.errors.contains(message), "\(outcome.errors)")
        }
    }

    @Test func averagesRefuseLocalModelsOfDifferentSize() throws {
        try work.fit("s1.csv", to: "l1.json", "--experts", "1")
        for method in ["average", "aligned"] {
            let outcome = try work.run(["aggregate"] + Self.locals + ["--method", method, "-o", "no.json"])
            #expect(outcome.exitCode == 65 && !work.exists("no.json"), "\(outcome.errors)")
            #expect(outcome.errors.contains("\(method) averages expert by expert, but l"))
        }
        // One expert for two groups is coarse, not inconsistent.
        #expect(try aggregate("--method", "greedy", to: "g.json").errorLines.count == 1)
        #expect(try work.model("g.json").experts.count == 2)
    }

    // MARK: Number of experts

    @Test func theNumberOfExpertsIsChosen() throws {
        try aggregate("--experts", "auto", "--method", "transport-statistics", to: "g.json")
        let file = try work.model("g.json")
        #expect(file.experts.count == 2)
        let curve = try #require(file.aggregation?.expertCounts)
        #expect(curve.map(\.experts) == [1, 2, 3, 4, 5])
        #expect(curve.allSatisfy { $0.penalised < $0.score })
        try aggregate("--method", "transport-statistics", to: "plain.json")
        #expect(try work.model("plain.json").aggregation?.expertCounts == nil)
    }

    @Test func aNumberThatAMethodCannotGiveIsWarnedOf() throws {
        let outcome = try aggregate("--experts", "3", "--method", "medoid", to: "g.json")
        #expect(outcome.errors == "warning: 3 experts were asked for, but the method 'medoid' gives 2\n")
    }

    // MARK: Which sites

    @Test func inconsistentSitesAreNamedAndLeftOutOnRequest() throws {
        try writeInconsistentModel()
        let outcome = try aggregate("--inconsistent", "exclude", to: "g.json")
        #expect(outcome.errors.hasPrefix("warning: l3 is left out as inconsistent (divergence "))
        let file = try work.model("g.json")
        #expect(file.rows == 900)
        #expect(file.aggregation?.leftOut.map(\.name) == ["l3"])
        let asked = try work.run(["aggregate"] + Self.locals + ["-o", "no.json"])
        #expect(asked.exitCode == 65 && !work.exists("no.json"))
        #expect(asked.errors.contains("l3: its response seems to be in another unit, 1000 times too large"))
        let all = try aggregate("--inconsistent", "keep", to: "all.json")
        #expect(all.errors.hasPrefix("warning: l3 is inconsistent (divergence "))
        #expect(all.errors.contains("--inconsistent exclude leaves it out"))
        #expect(try work.model("all.json").rows == 1200)
        #expect(try work.model("all.json").aggregation?.leftOut.isEmpty == true)
    }

    @Test func aSiteThatWithdrawsLeavesNoTrace() throws {
        let fit = ["--target", "y", "--experts", "2", "--starts", "4", "--quiet"]
        func learn(_ arguments: [String]) throws {
            let outcome = try work.run(["learn"] + arguments + fit)
            try #require(outcome.exitCode == 0, "\(outcome.errors)")
        }
        try learn(["s0.csv", "s1.csv", "s2.csv", "-o", "with.json", "--local-models", "kept"])
        try work.succeed("aggregate", "kept/s0.json", "kept/s2.json", "-o", "withdrawn.json", "--quiet")
        try learn(["s0.csv", "s2.csv", "-o", "never.json"])
        #expect(try work.data("withdrawn.json") == work.data("never.json"))
        #expect(try work.data("withdrawn.json") != work.data("with.json"))
    }

    @Test func inspectShowsSitesBesideEachOther() throws {
        try writeInconsistentModel()
        let files = Self.locals
        let outcome = try work.run(["inspect"] + files)
        #expect(outcome.exitCode == 0 && outcome.errors.isEmpty)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.filter { $0.contains("INCONSISTENT  ") }.count == 1)
        #expect(lines.contains { $0.hasPrefix("(4) l3 ") && $0.contains("INCONSISTENT") })
        let object = try work.json(work.run(["inspect"] + files + ["--json"]).output)
        let sites = try #require(object["sites"] as? [[String: Any]])
        #expect(sites.map { $0["name"] as? String } == ["l0", "l1", "l2", "l3"])
        #expect(sites.map { $0["isInconsistent"] as? Bool } == [false, false, false, true])
        #expect(sites.allSatisfy { ($0["divergences"] as? [Double])?.count == 4 && $0["rows"] as? Int == 300 })
        #expect((object["references"] as? [String])?.count == 4)
        try work.succeed("simulate", "--rows", "4", "--shards", "2", "--test-rows", "2", "-o", "b", "--quiet")
        #expect(try work.run(["inspect", "l0.json", "b/truth.json"]).exitCode == 65)
        #expect(try work.run(["inspect", "l0.json", "none.json"]).exitCode == 66)
        #expect(try work.run(["inspect"]).exitCode == 64)
    }

    // MARK: Rounds

    @Test func roundsOfLearnAreThoseOverFiles() throws {
        let fit = ["--target", "y", "--experts", "2", "--starts", "4"]
        let learned = try work.run(
            ["learn", "s0.csv", "s1.csv", "--rounds", "2", "-o", "learned.json", "--local-models", "k", "--json"] + fit)
        try #require(learned.exitCode == 0, "\(learned.errors)")
        let trace = try #require(try work.json(learned.output)["rounds"] as? [Double])
        #expect(trace.count == 2 && trace[1] > trace[0])
        try work.succeed("aggregate", "k/s0.json", "k/s1.json", "-o", "g0.json", "--quiet")
        for round in 0..<2 {
            for site in 0..<2 {
                try work.succeed("statistics", "g\(round).json", "s\(site).csv", "-o", "t\(site).json", "--quiet")
            }
            try work.succeed(
                "update", "g\(round).json", "t0.json", "t1.json", "-o", "g\(round + 1).json", "--quiet")
        }
        #expect(try work.text("learned.json") == work.text("g2.json"))
        let text = try work.run(["learn", "s0.csv", "s1.csv", "--rounds", "1", "-o", "one.json"] + fit).output
        #expect(
            text.contains("one-shot + 1 round") && text.contains("training log-likelihood per row before each round"))
        let refused = try work.run(["learn", "s0.csv", "s1.csv", "--rounds=-1", "-o", "no.json"] + fit)
        #expect(refused.exitCode == 64 && refused.errors.contains("--rounds must be from 0 to 1000"))
    }
}
