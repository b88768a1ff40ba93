import Foundation
import ModelFiles
import Testing

/// How many sites stand behind the experts of a global model: what the files say, and what goes on from there.
@Suite struct SiteRuleCommandTests {
    private let work: Workspace

    init() throws {
        work = try Workspace()
        _ = try work.writeLocalModels(3)
    }

    private func isWithheld(_ name: String) throws -> [Bool] {
        let model = try work.model(name)
        let named = model.aggregation?.sites.allSatisfy { !$0.experts.contains(0) }
        let withheld = model.experts.map { $0.statistics?.withheld == true }
        #expect(named == !withheld.contains(true))
        return withheld
    }

    @Test func twoSitesStandForNobodyThreeDo() throws {
        try work.succeed("aggregate", "l0.json", "l1.json", "-o", "two.json")
        try work.succeed("aggregate", "l0.json", "l1.json", "l2.json", "-o", "three.json")
        #expect(try isWithheld("two.json") == [true, true])
        #expect(try isWithheld("three.json") == [false, false])
        #expect(try work.model("two.json").disclosure?.leastSites == 3)
        let inspected = try work.succeed("inspect", "two.json").output
        #expect(inspected.contains("Of experts 1, 2 statistics and sites are withheld: fewer than 3 sites"))
        #expect(try !work.succeed("inspect", "three.json").output.contains("withheld"))
    }

    /// Whatever stands for them, rounds, adaptation and scores go on, and a third site lifts the rule.
    @Test func roundsGoOnFromUnits() throws {
        try work.succeed("aggregate", "l0.json", "l1.json", "-o", "g.json")
        for site in 0..<3 { try work.succeed("statistics", "g.json", "s\(site).csv", "-o", "r\(site).json") }
        try work.succeed("update", "g.json", "r0.json", "r1.json", "-o", "two.json")
        try work.succeed("update", "g.json", "r0.json", "r1.json", "r2.json", "-o", "three.json")
        #expect(try isWithheld("two.json") == [true, true])
        #expect(try work.model("three.json").withheldStatistics.isEmpty)
        func score(_ name: String) throws -> Double {
            let text = try work.succeed("evaluate", name, "s0.csv", "s1.csv", "--json", "--quiet").output
            return try #require(try work.json(text)["logLikelihoodPerRow"] as? Double)
        }
        #expect(try score("two.json") > score("g.json") - 1e-6)
        try work.succeed("adapt", "g.json", "s0.csv", "-o", "a.json")
    }

    @Test func aStudyMaySayTwo() throws {
        try work.write(
            """
            {"format": "dmoe-study", "formatVersion": 1, "target": "y", "family": "gaussian", "covariates":
            [{"name": "a", "type": "number"}, {"name": "b", "type": "number"}, {"name": "c", "type": "number"}],
            "leastSites": 2}
            """, to: "study.json")
        for site in 0..<2 {
            try work.succeed(
                "fit", "s\(site).csv", "--study", "study.json", "--experts", "2", "--starts", "4", "-o", "m\(site).json"
            )
        }
        try work.succeed("aggregate", "m0.json", "m1.json", "-o", "g.json")
        #expect(try isWithheld("g.json") == [false, false])
        #expect(try work.model("g.json").disclosure?.leastSites == 2)
        let study = try work.text("study.json")
        try work.write(study.replacing("\"leastSites\": 2", with: "\"leastSites\": 1"), to: "one.json")
        let refused = try work.run(["study", "check", "one.json", "s0.csv"])
        #expect(
            refused.exitCode == 65 && refused.errors.contains("'leastSites' must be 2 or more"), "\(refused.errors)")
    }

    /// Who has all rows withholds nothing from itself.
    @Test func learningWithholdsAsSitesWould() throws {
        let learn = ["learn", "s0.csv", "s1.csv", "--target", "y", "--experts", "2", "--starts", "4", "-o", "g.json"]
        try work.succeed(learn)
        #expect(try isWithheld("g.json") == [false, false])
        try work.succeed(learn + ["--as-sites"])
        #expect(try isWithheld("g.json") == [true, true])
        try work.succeed(learn + ["--as-sites", "--rounds", "1"])
        #expect(try isWithheld("g.json") == [true, true])
    }
}
