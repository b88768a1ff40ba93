import Foundation
import ModelFiles
import Testing

/// Releases, drafts and files of one owner, as the program writes and takes them.
@Suite struct ReleaseTests {
    private let work: Workspace

    init() throws {
        work = try Workspace()
        try work.writeSites(2, rows: 200)
    }

    private func fit(_ table: String, to output: String, _ options: String...) throws -> Workspace.Outcome {
        try work.run(["fit", table, "--target", "y", "--experts", "2", "--starts", "2", "-o", output] + options)
    }

    @Test func draftsStayWithTheirOwner() throws {
        let drafted = try fit("s0.csv", to: "d.json", "--draft")
        #expect(drafted.exitCode == 0)
        #expect(drafted.output.contains("a draft, not for release"))
        #expect(try work.model("d.json").status == .draft)
        try work.fit("s1.csv", to: "r.json")
        for command in [
            ["aggregate", "r.json", "d.json", "-o", "g.json"], ["statistics", "d.json", "s0.csv", "-o", "t.json"],
            ["update", "d.json", "t.json", "-o", "g.json"],
        ] {
            if command[0] == "update" { _ = try work.run(["statistics", "r.json", "s0.csv", "-o", "t.json"]) }
            let refused = try work.run(command)
            #expect(refused.exitCode == 65)
            #expect(
                refused.errors
                    == "dmoe: d.json: a draft, not for release: its rows are not protected; fit again without --draft\n"
            )
        }
        for command in [
            ["predict", "d.json", "s1.csv", "-o", "p.csv"], ["evaluate", "d.json", "s1.csv"], ["inspect", "d.json"],
        ] {
            #expect(try work.run(command).exitCode == 0)
        }
        #expect(try work.run(["inspect", "d.json"]).output.contains("a draft, not for release"))
        #expect(try work.run(["inspect", "--audit", "d.json"]).exitCode == 65)
    }

    @Test func releasesSayWhichRulesTheyKeep() throws {
        try work.fit("s0.csv", to: "r.json")
        let file = try work.model("r.json")
        #expect(file.status == .release)
        let figures = try #require(file.disclosure?.figures)
        #expect(figures.parameters + figures.residualDegreesOfFreedom == file.rows)
        #expect(figures.parametersPerRow <= 0.33 && figures.largestShare < 0.5 && figures.leastEffectiveRows >= 10)
        let audit = try work.run(["inspect", "--audit", "r.json"]).output
        #expect(
            audit.contains("approved by") && audit.contains("No ledger was kept, by request") && !audit.contains(" NO"))
        #expect(try work.run(["inspect", "r.json"]).output.contains("rules: 10 effective rows"))
    }

    @Test func whatIsLearnedInOnePlaceIsOfOneOwner() throws {
        let learn = ["learn", "s0.csv", "s1.csv", "--target", "y", "--experts", "2", "--starts", "2", "--quiet"]
        #expect(try work.run(learn + ["--local-models", "own", "-o", "g.json"]).exitCode == 0)
        #expect(try work.run(learn + ["--as-sites", "--local-models", "sites", "-o", "h.json"]).exitCode == 0)
        #expect(try work.model("g.json").status == .oneOwner && work.model("own/s0.json").status == .oneOwner)
        #expect(try work.model("h.json").status == .release && work.model("sites/s0.json").status == .release)
        #expect(try work.run(["aggregate", "own/s0.json", "sites/s1.json", "-o", "m.json"]).exitCode == 0)
        #expect(try work.model("m.json").status == .oneOwner)
    }

    /// A site that the study's subjects leave too few rows of 16 a subject withholds what it would alone.
    @Test func sitesOfALearningCountSubjects() throws {
        let columns = Sample.columns(seed: 3, rows: 400)
        for site in 0..<2 {
            let subjects = (0..<400).map { Double(site > 0 ? $0 : $0 < 14 ? 0 : $0 / 2) }
            try work.write(
                Sample.csv([("who", subjects)] + Array(zip(Sample.names, columns)).map { (name: $0.0, values: $0.1) }),
                to: "v\(site).csv")
        }
        let tables = ["v0.csv", "v1.csv"]
        try work.succeed(
            ["study", "new"] + tables + ["--target", "y", "--features", "a,b,c", "--experts", "1", "-o", "s.json"])
        let study = try work.text("s.json").replacingOccurrences(
            of: "\"target\": \"y\"", with: "\"target\": \"y\", \"subject\": \"who\"")
        try work.write(study, to: "s.json")
        try work.succeed(
            ["learn"] + tables + ["--study", "s.json", "--as-sites", "--local-models", "own", "-o", "g.json"])
        let record = try #require(try work.model("own/v0.json").disclosure)
        #expect(record.unit == .subject && record.rowsPerSubject == 16 && record.policy?.minimumRows == 160)
        let alone = try #require(try work.model("own/v1.json").disclosure)
        #expect(alone.unit == .subject && alone.rowsPerSubject == 1 && alone.policy?.minimumRows == 10)
        let other = try work.run(
            ["fit", "v0.csv", "--study", "s.json", "--subject", "a", "-o", "w.json", "--no-ledger"])
        #expect(other.exitCode == 64 && other.errors.contains("--subject cannot go with --study"))
    }

    /// Bounds of rows are as many times larger as one subject has rows.
    @Test func subjectsAreCountedInPlaceOfRows() throws {
        let columns = Sample.columns(seed: 3, rows: 400)
        let subjects = (0..<400).map { Double($0 < 14 ? 0 : $0 / 2) }
        try work.write(
            Sample.csv([("who", subjects)] + Array(zip(Sample.names, columns)).map { (name: $0.0, values: $0.1) }),
            to: "v.csv")
        #expect(try fit("v.csv", to: "r.json", "--subject", "who").exitCode == 0)
        let record = try #require(try work.model("r.json").disclosure)
        #expect(record.unit == .subject && record.rowsPerSubject == 16 && record.policy?.minimumRows == 160)
        #expect(try #require(record.figures?.leastEffectiveRows) >= 160)
        #expect(try !work.model("r.json").covariates.contains("who"))
        let text = try work.run(["inspect", "r.json"]).output
        #expect(text.contains("160 effective rows behind every count and sum, which are of 10 subjects or more"))
        #expect(try work.run(["inspect", "--audit", "r.json"]).output.contains("unit: subject"))
        let wrong = try fit("v.csv", to: "w.json", "--subject", "nobody")
        #expect(wrong.exitCode == 65 && wrong.errors.contains("nobody"))
        #expect(try fit("v.csv", to: "w.json", "--subject", "a", "--features", "a,b").exitCode == 64)
        try work.succeed("statistics", "r.json", "v.csv", "--subject", "who", "-o", "t.json")
    }

    @Test func theSameSecretGivesTheSameBytes() throws {
        for (output, secret) in [("a.json", "one"), ("b.json", "one"), ("c.json", "two")] {
            #expect(try fit("s0.csv", to: output, "--rounding-secret", secret).exitCode == 0)
        }
        #expect(try work.text("a.json") == work.text("b.json"))
        #expect(try work.text("a.json") != work.text("c.json"))
        #expect(try work.model("a.json").disclosure?.roundingStep == 0.5)
        #expect(try work.run(["inspect", "--audit", "a.json"]).output.contains("rounded to 0.5 standard errors"))
        #expect(try fit("s0.csv", to: "d.json", "--draft").exitCode == 0)
        #expect(try work.model("d.json").disclosure?.roundingStep == nil)
        chmod(work.url("one").path, 0o644)
        #expect(
            try fit("s0.csv", to: "e.json", "--rounding-secret", "one").errors.contains(
                "others than its owner can read"))
        chmod(work.url("one").path, 0o600)
        try work.write("short", to: "short")
        chmod(work.url("short").path, 0o600)
        let refused = try fit("s0.csv", to: "e.json", "--rounding-secret", "short")
        #expect(refused.exitCode == 65 && refused.errors.contains("5 bytes can be guessed"))
        for output in ["a.round", "b.round"] {
            let sums = ["statistics", "c.json", "s0.csv", "--rounding-secret", "one", "-o", output]
            #expect(try work.run(sums).exitCode == 0)
        }
        #expect(try work.text("a.round") == work.text("b.round"))
    }
}
