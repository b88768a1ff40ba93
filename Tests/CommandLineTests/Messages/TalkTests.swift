import Foundation
import Messages
import Testing

/// What the program says when all goes well.
@Suite struct TalkTests {
    static let commands = ["fit", "aggregate", "learn", "predict", "evaluate", "inspect", "simulate"]

    let work: Workspace

    init() throws { work = try Workspace() }

    @Test(arguments: commands) func everyCommandHelps(_ command: String) throws {
        let outcome = try work.run([command, "--help"])
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors.isEmpty)
        #expect(outcome.output.contains("Example: dmoe \(command)"))
        #expect(outcome.output.contains("USAGE: dmoe \(command)"))
    }

    @Test(arguments: [["--help"], [], ["help"]]) func theProgramHelps(_ arguments: [String]) throws {
        let outcome = try work.run(arguments)
        #expect(outcome.exitCode == 0)
        for command in Self.commands { #expect(outcome.output.contains("\n  \(command) "), "\(command)") }
    }

    @Test func theVersionIsOneLine() throws {
        #expect(try work.succeed("--version").output.contains(/^\d+\.\d+\.\d+(-dev)?\n$/))
    }

    @Test func quietCommandsPrintNothing() throws {
        try work.writeSites(2)
        let fit = ["--target", "y", "--experts", "2", "--starts", "4"]
        let runs = [
            ["fit", "s0.csv", "-o", "l0.json"] + fit, ["fit", "s1.csv", "-o", "l1.json"] + fit,
            ["aggregate", "l0.json", "l1.json", "-o", "g.json"],
            ["learn", "s0.csv", "s1.csv", "--holdout", "0.2", "--pooled", "-o", "learned.json"] + fit,
            ["predict", "g.json", "s0.csv", "-o", "p.csv"],
            ["simulate", "--rows", "10", "--shards", "2", "--test-rows", "5", "-o", "b"],
        ]
        for arguments in runs {
            let outcome = try work.run(arguments + ["--quiet"])
            #expect(outcome.exitCode == 0)
            #expect(outcome.output.isEmpty, "\(arguments)")
            #expect(outcome.errors.isEmpty, "\(arguments)")
        }
        for name in ["l0.json", "l1.json", "g.json", "learned.json", "p.csv", "b/test.csv"] {
            #expect(work.exists(name), "\(name)")
        }
    }

    /// Progress is for terminals: a log gets none of it.
    @Test func nothingButTheSummaryWithoutATerminal() throws {
        try work.writeSites(1)
        #expect(try work.fit("s0.csv", to: "m.json").errors.isEmpty)
    }

    // MARK: Warnings

    private func lines(_ outcome: Workspace.Outcome) -> [String] {
        outcome.errorLines.map(String.init)
    }

    private func writeColumns(_ more: [(name: String, values: [Double])], to name: String) throws {
        let columns = zip(Sample.names, Sample.columns(seed: 1)).map { (name: $0.0, values: $0.1) }
        try work.write(Sample.csv(columns + more), to: name)
    }

    @Test func constantAndCollinearCovariatesAreNamed() throws {
        let a = Sample.columns(seed: 1)[0]
        try writeColumns(
            [(name: "flat", values: a.map { _ in 7 }), (name: "twice", values: a.map { 2 * $0 + 1 })], to: "d.csv")
        let lines = lines(try work.fit("d.csv", to: "m.json"))
        #expect(lines.count == 3)
        #expect(lines.contains { $0.hasPrefix("warning: no standard errors for coefficients of 'a', 'twice'") })
        #expect(lines.contains { $0.hasPrefix("warning: covariate 'flat' is constant") })
        #expect(lines.contains { $0.hasPrefix("warning: covariate 'twice' is a linear combination") })
        let file = try work.model("m.json")
        #expect(file.warningLines.map { "warning: \($0.text(.commandLine))" } == lines)
        let flat = try #require(file.expertCovariates.firstIndex(of: "flat"))
        #expect(file.experts.allSatisfy { abs($0.coefficients[flat + 1]) < 1e-9 })
        let inspected = try work.succeed("inspect", "m.json").output
        #expect(lines.allSatisfy { inspected.contains($0) })
    }

    @Test func aFitThatIsNotDoneIsWarnedOf() throws {
        // Five experts for two groups take long.
        try work.writeSites(1)
        let outcome = try work.succeed(
            "fit", "s0.csv", "--target", "y", "--experts", "5", "--starts", "2", "--max-iterations", "2", "-o", "m.json"
        )
        #expect(lines(outcome).contains { $0.hasPrefix("warning: not converged after 2 iterations") })
        #expect(outcome.output.contains("not converged after 2 iterations"))
        #expect(try work.model("m.json").fit?.stopReason == .maxIterations)
    }

    @Test func aModelGivenTwiceIsRefusedAndACopyIsWarnedOf() throws {
        _ = try work.writeLocalModels(2)
        let refused = try work.run(["aggregate", "l0.json", "l1.json", "l0.json", "-o", "g.json"])
        #expect(refused.exitCode == 64 && refused.errors.contains("site \"l0.json\" is duplicated"))
        // Found after the parser had done its work, and shown as if it had found it.
        #expect(refused.errors.contains("\nUsage: dmoe aggregate [<options>] "))
        #expect(refused.errors.contains("\n  See 'dmoe aggregate --help' for more information.\n"))
        try work.write(work.data("l0.json"), to: "copy.json")
        let outcome = try work.succeed("aggregate", "l0.json", "l1.json", "copy.json", "-o", "g.json")
        #expect(lines(outcome).count == 1)
        #expect(outcome.errors.contains("are the same local model"))
    }

    @Test func learningRefusesTheMixtureOfAllModelsAndSaysWhereItIsMade() throws {
        try work.writeSites(2)
        let refused = try work.run([
            "learn", "s0.csv", "s1.csv", "--target", "y", "--experts", "2", "--method", "mixture", "-o", "g.json",
        ])
        #expect(refused.exitCode == 64)
        #expect(refused.errors.contains("--method mixture keeps all local models"))
        #expect(refused.errors.contains("aggregate them by --method mixture"))
    }

    @Test func aSmallShardGetsFewerExperts() throws {
        try work.writeSites(2)
        try work.write(Sample.csv(seed: 8, rows: 30), to: "small.csv")
        let outcome = try work.succeed(
            "learn", "s0.csv", "s1.csv", "small.csv", "--target", "y", "--experts", "2", "--starts", "4", "-o", "g.json"
        )
        #expect(
            outcome.errors.hasPrefix(
                """
                warning: small: 30 rows support 1 of 2 experts: fitted with 1
                warning: the global model is made without small: 30 of 630 rows, fitted with fewer experts than they are of

                """))
        let sites = try #require(try work.model("g.json").aggregation).sites
        #expect(sites.first { $0.name == "small" }?.experts.count == 1)
    }

    @Test func aShardTooSmallIsLeftOut() throws {
        try work.writeSites(2)
        try work.write(Sample.csv(seed: 8, rows: 6), to: "tiny.csv")
        let arguments = [
            "learn", "s0.csv", "s1.csv", "tiny.csv", "--target", "y", "--experts", "2", "--starts", "4", "-o", "g.json",
        ]
        let outcome = try work.run(arguments)
        #expect(outcome.exitCode == 0)
        #expect(lines(outcome).count == 1)
        #expect(outcome.errors.hasPrefix("warning: tiny is left out: 6 rows are too few for a single expert"))
        #expect(outcome.output.contains(/tiny +6 +left out\n/))
        let sites = try #require(try work.model("g.json").aggregation).sites
        #expect(Set(sites.map(\.name)) == ["s0", "s1"])
        let summary = try work.json(try work.run(arguments + ["--json"]).output)
        let leftOut = try #require(summary["leftOut"] as? [[String: Any]])
        #expect(leftOut.map { $0["name"] as? String } == ["tiny"])
        #expect(leftOut.map { $0["rows"] as? Int } == [6])
        #expect((leftOut.first?["reason"] as? [String: Any])?["code"] as? String == "noModelPossible")
    }

    @Test func aColumnOfTextIsWarnedOf() throws {
        let rows = Sample.csv(seed: 1).split(separator: "\n").enumerated().map { index, line in
            var fields = line.split(separator: ",").map(String.init)
            if index > 0 { fields[1] = "x\(index % 3)" }
            return fields.joined(separator: ",")
        }
        try work.write(rows.joined(separator: "\n"), to: "typo.csv")
        #expect(
            try work.fit("typo.csv", to: "m.json").errors
                == "warning: typo.csv: columns with text are no covariates: 'b' (line 2: 'x1')\n")
        #expect(try work.model("m.json").covariates == ["a", "c"])
        #expect(try work.fit("typo.csv", to: "m.json", "--exclude", "b").errors.isEmpty)
        #expect(try work.fit("typo.csv", to: "m.json", "--features", "a,c").errors.isEmpty)
    }

    /// The global model is written and good; only the comparison is missing.
    @Test func aPooledFitThatCannotBeHadIsNoFailure() throws {
        try work.writeSites(2, rows: 100)
        let outcome = try work.succeed(
            "learn", "s0.csv", "s1.csv", "--target", "y", "--experts", "40", "--starts", "2", "--pooled", "-o",
            "g.json", "--json")
        #expect(lines(outcome).last?.hasPrefix("warning: no pooled fit: 200 rows cannot support 40 experts") == true)
        #expect(try work.json(outcome.output)["pooled"] == nil)
        #expect(try work.model("g.json").rows == 200)
    }
}
