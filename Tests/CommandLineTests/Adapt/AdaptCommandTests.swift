import Foundation
import Messages
import ModelFiles
import Testing

/// `dmoe adapt`, and `dmoe learn --adapt`.
@Suite struct AdaptCommandTests {
    let work: Workspace

    /// Two sites s0.csv and s1.csv, their global model g.json, and a.json, adapted to s0.csv.
    init() throws {
        work = try Workspace()
        let locals = try work.writeLocalModels(2)
        try work.succeed(["aggregate"] + locals + ["-o", "g.json", "--quiet"])
        try work.succeed("adapt", "g.json", "s0.csv", "--prior-precision", "0.5", "-o", "a.json", "--quiet")
    }

    private func score(_ model: String, _ data: String) throws -> Double {
        let scores = try work.json(work.succeed("evaluate", model, data, "--json").output)
        return try #require(scores["logLikelihoodPerRow"] as? Double)
    }

    @Test func theExpertsAreSharedAndTheSiteIsDescribedBetter() throws {
        let (shared, adapted) = (try work.model("g.json"), try work.model("a.json"))
        #expect(adapted.kind == .adapted && adapted.rows == 300)
        #expect(adapted.model.experts == shared.model.experts && adapted.model.gate != shared.model.gate)
        #expect(adapted.experts.allSatisfy { $0.statistics == nil && $0.marginals == nil && $0.information == nil })
        let record = try #require(adapted.adaptation)
        #expect(record.priorPrecision.gate == 0.5 && !record.isByEvidence && record.converged)
        let (own, global) = (try score("a.json", "s0.csv"), try score("g.json", "s0.csv"))
        #expect(own > global)
        // What the file says of the rows is what evaluate says.
        #expect(abs(own - record.logLikelihood / 300) < 1e-9)
        #expect(abs(global - record.sharedLogLikelihood / 300) < 1e-9)
        try work.succeed("predict", "a.json", "s1.csv", "-o", "p.csv")
    }

    @Test func itIsPrivateToItsSite() throws {
        try work.succeed("statistics", "g.json", "s1.csv", "-o", "t.json")
        let says = ["a.json", "adapted, private to its site"]
        for arguments in [
            ["aggregate", "a.json", "l1.json"], ["aggregate", "--method", "mixture", "a.json"],
            ["statistics", "a.json", "s0.csv"], ["update", "a.json", "t.json"],
            ["adapt", "a.json", "s1.csv"],
        ] { try work.expect(Refusal("", arguments, code: 65, says: says)) }
        let compared = try work.run(["inspect", "a.json", "l1.json"])
        #expect(compared.exitCode == 65 && says.allSatisfy { compared.errors.contains($0) })
    }

    @Test func inspectShowsWhereTheSiteDiffers() throws {
        let text = try work.succeed("inspect", "a.json").output
        for part in [
            "adapted, private to its site: a model of 600 rows adapted to 300 rows", "mean gate over these rows",
            "with 95 % intervals", "gate: log odds of expert 1 against 2", "precision of the prior, as given: gate 0.5",
            "held back by no rule",
        ] { #expect(text.contains(part), "\(text)") }
        #expect(!text.contains("what leaves the site"))
        let inspected = try work.json(work.succeed("inspect", "a.json", "--json", "--level", "0.5").output)
        let differences = try #require(inspected["differences"] as? [String: Any])
        #expect(differences["level"] as? Double == 0.5)
        let gates = try #require(differences["gates"] as? [[String: Any]])
        let slopes = try #require(gates.first?["differences"] as? [[String: Any]])
        for slope in slopes {
            let value = try #require(slope["difference"] as? Double)
            let error = try #require(slope["standardError"] as? Double)
            let upper = try #require(slope["upper"] as? Double)
            #expect(error > 0 && abs(upper - value - 0.6744897501960817 * error) < 1e-9)
        }
        #expect(inspected["effects"] == nil)
    }

    @Test func summariesAndMemory() throws {
        let outcome = try work.succeed(
            "adapt", "g.json", "s0.csv", "--prior-precision", "0.5", "-o", "b.json", "--threads", "1", "--out-of-core")
        #expect(outcome.output.contains("b.json written, private to this site"))
        #expect(try work.data("a.json") == work.data("b.json"))
    }

    @Test func oneExpertHasNoGate() throws {
        try work.succeed("fit", "s0.csv", "--target", "y", "--experts", "1", "-o", "one.json", "--quiet")
        try work.expectUsageError(
            Refusal(
                "", ["adapt", "one.json", "s1.csv", "--adapted", "gate"], code: 64,
                says: ["--adapted has no effect here: one expert has no gate"]))
        try work.succeed("adapt", "one.json", "s1.csv", "--prior-precision", "1", "-o", "b.json")
        let file = try work.model("b.json")
        #expect(file.adaptation?.adapted == .intercepts && file.adaptation?.parameters == 2)
    }

    @Test func aReferenceIsRefused() throws {
        try work.succeed("simulate", "--rows", "200", "--shards", "2", "--test-rows", "100", "-o", "sim", "--quiet")
        try work.expect(
            Refusal(
                "", ["adapt", "sim/truth.json", "sim/test.csv"], code: 65,
                says: [
                    "sim/truth.json", "a reference model without statistics cannot be aggregated, updated or adapted",
                ]))
    }

    @Test func aDamagedRecordIsRefused() throws {
        let good = try work.text("a.json")
        for (passage, other, field) in [
            ("\"scale\": [", "\"scale\": [-1, ", "adaptation.scale"),
            ("\"kind\": \"adapted\"", "\"kind\": \"global\"", "statistics"),
            ("\"kind\": \"adapted\"", "\"kind\": \"reference\"", "adaptation"),
            ("\"sharedRows\": ", "\"sharedRows\": -", "adaptation.sharedRows"),
        ] {
            let bad = good.replacing(passage, with: other, maxReplacements: 1)
            try #require(bad != good)
            try work.write(bad, to: "bad.json")
            try work.expect(Refusal("", ["predict", "bad.json", "s0.csv"], code: 65, says: ["bad.json", field]))
        }
    }

    @Test func learnAdaptsEveryShard() throws {
        let outcome = try work.succeed(
            "learn", "s0.csv", "s1.csv", "--target", "y", "--experts", "2", "--starts", "4", "--holdout", "0.25",
            "--pooled",
            "--adapt", "--prior-precision", "2", "--adapted-models", "own", "-o", "h.json")
        #expect(outcome.output.contains("gain over shared per row") && outcome.output.contains("over the pooled fit"))
        #expect(try work.files("own") == ["s0.json", "s1.json"])
        let file = try work.model("own/s0.json")
        let global = try work.model("h.json")
        #expect(file.kind == .adapted && file.rows == 225 && file.model.experts == global.model.experts)
        try work.expectUsageError(
            Refusal(
                "", ["learn", "s0.csv", "s1.csv", "--target", "y", "--experts", "2", "--adapted-models", "own"],
                code: 64, says: ["--adapted-models needs --adapt"]))
    }
}
