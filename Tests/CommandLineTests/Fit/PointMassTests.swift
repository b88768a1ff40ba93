import Evaluation
import Foundation
import Messages
import MixtureOfExperts
import ModelFiles
import Numerics
import Tables
import Testing

/// `--point-mass` and `--noise` from a table to a score.
@Suite struct PointMassTests {
    let work: Workspace

    init() throws {
        work = try Workspace()
        for seed in 1...3 { try work.write(Self.csv(seed: UInt64(seed)), to: "s\(seed).csv") }
    }

    /// Hours, amounts and counts that are 0 for many, and measurements of which some are wild.
    private static func csv(seed: UInt64, rows: Int = 400) -> String {
        var random = RandomNumbers(seed: seed)
        var writer = CSVWriter(header: ["a", "b", "hours", "cost", "count", "reading"])
        for row in 0..<rows {
            let (a, b) = (random.normal(), random.normal())
            let isZero = random.uniform() < 1 / (1 + exp(0.3 - a))
            let mean = 0.6 + 0.4 * a - 0.3 * b
            let (cost, count) = (
                GammaFamily().sample([mean], dispersion: 0.5, using: &random),
                PoissonFamily().sample([mean], dispersion: 1, using: &random)
            )
            let reading = 2 + a - b + 0.5 * random.normal()
            writer.append([
                .number(a), .number(b), .number(isZero ? 0 : 5 + 2 * a + random.normal()), .number(isZero ? 0 : cost),
                .number(isZero ? 0 : count), .number(row % 16 == 3 ? 1e5 * random.normal() : reading),
            ])
        }
        return writer.contents
    }

    private func fit(_ site: Int, _ target: String, _ family: String, _ more: [String] = ["--point-mass", "0"]) throws {
        try work.succeed(
            [
                "fit", "s\(site).csv", "--target", target, "--family", family, "--features", "a,b", "--experts", "1",
                "-o",
                "m\(site).json",
            ] + more)
    }

    private func scores(_ model: String) throws -> Scores {
        try JSONDecoder().decode(
            Scores.self, from: Data(work.succeed("evaluate", model, "s3.csv", "--json").output.utf8))
    }

    @Test(arguments: [("hours", "gaussian"), ("cost", "gamma"), ("count", "poisson"), ("count", "negative-binomial")])
    func fromATableToAScore(_ target: String, _ family: String) throws {
        for site in 1...2 { try fit(site, target, family) }
        let outcome = try work.succeed("aggregate", "m1.json", "m2.json", "-o", "g.json")
        #expect(outcome.output.contains("became 1 expert and 1 point mass"))
        let global = try work.model("g.json")
        #expect(global.model.fixedDistributions == [.pointMass(0)])
        for model in ["m1.json", "g.json"] {
            let scores = try scores(model)
            #expect((scores.pointMasses == [0]) == (target != "count"))
            // 400 rows: three standard errors.
            #expect(abs(scores.coverage90 - (scores.expectedCoverage90 ?? 0)) < 0.06)
            #expect(scores.meanDeviance == nil)
        }
        try work.succeed("predict", "g.json", "s3.csv", "--interval", "0.8", "-o", "p.csv")
        let table = try DataTable.read(path: work.url("p.csv").path)
        let (lower, zero) = (try table.numbers("lower"), try table.numbers("gate2"))
        #expect(lower.indices.allSatisfy { zero[$0] < 0.11 || target == "hours" || lower[$0] == 0 })
        let text = try work.succeed("inspect", "g.json").output
        #expect(text.contains("expert 2, the value 0"))
        #expect(text.contains("counting measure at 0") == (target != "count"))
    }

    @Test func aStudyHasThemForAllSites() throws {
        try work.succeed(
            "study", "new", "s1.csv", "--target", "hours", "--exclude", "cost,count,reading", "--point-mass", "0",
            "--noise",
            "-100..100", "-o", "study.json")
        #expect(try work.text("study.json").contains("\"pointMasses\": [0.0]"))
        try work.succeed("fit", "s1.csv", "--study", "study.json", "--experts", "1", "--draft", "-o", "m.json")
        #expect(try work.model("m.json").study?.noise == [-100, 100])
        try work.succeed("predict", "m.json", "s2.csv", "-o", "p.csv")
    }

    @Test func wildRowsGoToTheNoise() throws {
        try fit(1, "reading", "gaussian", ["--noise", "auto"])
        let file = try work.model("m1.json")
        #expect(file.model.fixedDistributions.count == 1)
        let expert = file.model.experts[0]
        for (found, expected) in zip(expert.coefficients, [2.0, 1, -1]) { #expect(abs(found - expected) < 0.1) }
        #expect(try work.succeed("inspect", "m1.json").output.contains("expert 2, noise from"))
    }

    @Test func saysWhereAValueIsTooFrequent() throws {
        for (target, family, isSaid) in [
            ("hours", "gaussian", true), ("count", "poisson", true), ("reading", "gaussian", false),
        ] {
            let outcome = try work.succeed(
                "fit", "s1.csv", "--target", target, "--family", family, "--features", "a,b", "--experts", "1", "-o",
                "x.json")
            #expect(outcome.errors.contains("--point-mass 0 makes the value an expert of its own") == isSaid)
        }
        let outcome = try work.succeed("study", "new", "s1.csv", "--target", "hours", "-o", "study.json")
        #expect(outcome.output.contains("--point-mass 0 makes the value an expert of its own"))
    }

    @Test(arguments: [
        ["statistics", "m1.json", "s1.csv", "-o", "x.json"], ["adapt", "m1.json", "s1.csv", "-o", "x.json"],
    ])
    func otherCommandsRefuseThem(arguments: [String]) throws {
        try fit(1, "hours", "gaussian")
        let outcome = try work.run(arguments)
        #expect(outcome.exitCode == 65)
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.contains("neither adapted nor updated in rounds yet"))
    }

    @Test(arguments: [["--rounds", "1"], ["--adapt"], ["--l1", "auto"], ["--noise", "auto"]])
    func learningRefusesWhatItCannotDo(more: [String]) throws {
        let outcome = try work.run(
            ["learn", "s1.csv", "s2.csv", "--target", "hours", "--features", "a,b", "--experts", "1", "-o", "x.json"]
                + (more[0] == "--noise" ? [] : ["--point-mass", "0"]) + more)
        #expect(outcome.exitCode == 64)
        #expect(!work.exists("x.json"))
    }
}
