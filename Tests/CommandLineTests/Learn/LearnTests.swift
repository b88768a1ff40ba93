import Foundation
import Messages
import Testing

@Suite struct LearnTests {
    let work: Workspace

    init() throws {
        work = try Workspace()
        try work.writeSites(3)
    }

    private static let fit = ["--target", "y", "--experts", "2", "--starts", "4"]

    @discardableResult
    private func learn(_ arguments: String...) throws -> Workspace.Outcome {
        let outcome = try work.run(["learn"] + arguments + Self.fit)
        try #require(outcome.exitCode == 0, "\(outcome.errors)")
        return outcome
    }

    private func summary(_ outcome: Workspace.Outcome) throws -> [String: Any] { try work.json(outcome.output) }

    // MARK: The same as by hand

    @Test func learnIsFitAndAggregate() throws {
        try learn("s0.csv", "s1.csv", "s2.csv", "-o", "learned.json", "--local-models", "locals", "--as-sites")
        #expect(try work.files("locals") == ["s0.json", "s1.json", "s2.json"])
        for name in ["s0", "s1", "s2"] {
            try work.fit("\(name).csv", to: "\(name).json")
            #expect(try work.text("\(name).json") == work.text("locals/\(name).json"))
        }
        try work.succeed("aggregate", "s2.json", "s0.json", "s1.json", "-o", "byhand.json")
        #expect(try work.text("byhand.json") == work.text("learned.json"))
    }

    @Test func shardsByColumnAreShardsByFile() throws {
        var lines = ["site,a,b,c,y"]
        for name in ["s2", "s0", "s1"] {
            lines += try work.text("\(name).csv").split(separator: "\n").dropFirst().map { "\(name),\($0)" }
        }
        try work.write(lines.joined(separator: "\n"), to: "all.csv")
        let outcome = try learn("all.csv", "--shard-by", "site", "-o", "by.json", "--json")
        let shards = try #require(try summary(outcome)["shards"] as? [[String: Any]])
        #expect(shards.map { $0["name"] as? String } == ["s0", "s1", "s2"])
        try learn("s0.csv", "s1.csv", "s2.csv", "-o", "files.json")
        #expect(try work.text("by.json") == work.text("files.json"))
    }

    @Test func aNumericShardColumnIsNoCovariate() throws {
        let columns = zip(Sample.names, Sample.columns(seed: 1, rows: 600)).map { (name: $0.0, values: $0.1) }
        let hospital = (name: "hospital", values: (0..<600).map { Double($0 % 2 + 7) })
        try work.write(Sample.csv(columns + [hospital]), to: "all.csv")
        try learn("all.csv", "--shard-by", "hospital", "-o", "g.json")
        let file = try work.model("g.json")
        #expect(file.covariates == ["a", "b", "c"])
        let sites = try #require(file.aggregation).sites
        #expect(Set(sites.map(\.name)) == ["7", "8"])
    }

    /// Rows without a name are a shard called (empty): one of that name would be a second.
    @Test func aShardCalledAsRowsWithoutANameIsRefused() throws {
        let rows = try work.text("s0.csv").split(separator: "\n")
        let lines = rows.enumerated().map { ($0 == 0 ? "site" : ["", "(empty)", "c"][$0 % 3]) + "," + $1 }
        try work.write(lines.joined(separator: "\n"), to: "all.csv")
        let outcome = try work.run(["learn", "all.csv", "--shard-by", "site", "-o", "g.json"] + Self.fit)
        #expect(outcome.exitCode == 64 && outcome.errors.contains("(empty)") && outcome.errors.contains("duplicated"))
    }

    @Test func aHoldoutWithoutARowIsRefused() throws {
        let outcome = try work.run(["learn", "s0.csv", "s1.csv", "--holdout", "1e-9", "-o", "g.json"] + Self.fit)
        #expect(outcome.exitCode == 65 && outcome.errors.contains("no row is left to score"))
        #expect(try !work.files(".").contains("g.json"))
    }

    @Test func randomShardsAreOfEqualSize() throws {
        try work.write(Sample.csv(seed: 5, rows: 800), to: "all.csv")
        try learn("all.csv", "--shards", "3", "-o", "first.json")
        try learn("all.csv", "--shards", "3", "-o", "second.json")
        try learn("all.csv", "--shards", "3", "-o", "third.json", "--seed", "2")
        let sites = try #require(try work.model("first.json").aggregation).sites
        #expect(Set(sites.map(\.name)) == ["shard 1", "shard 2", "shard 3"])
        #expect(sites.map(\.rows).sorted() == [266, 267, 267])
        #expect(try work.text("first.json") == work.text("second.json"))
        #expect(try work.text("first.json") != work.text("third.json"))
    }

    @Test func oneTableFromStandardInput() throws {
        let outcome = try work.run(
            ["learn", "-", "--shards", "2", "-o", "g.json"] + Self.fit, input: Data(Sample.csv(seed: 5, rows: 400).utf8)
        )
        #expect(outcome.exitCode == 0)
        #expect(try work.model("g.json").rows == 400)
    }

    @Test func threadsDoNotMatter() throws {
        for threads in ["1", "2"] {
            try learn(
                "s0.csv", "s1.csv", "s2.csv", "-o", "g\(threads).json", "--local-models", "locals\(threads)",
                "--threads", threads)
        }
        #expect(try work.text("g1.json") == work.text("g2.json"))
        for name in try work.files("locals1") {
            #expect(try work.text("locals1/\(name)") == work.text("locals2/\(name)"))
        }
    }

    @Test func experts() throws {
        try learn("s0.csv", "s1.csv", "-o", "g.json", "--global-experts", "3")
        #expect(try work.model("g.json").experts.count == 3)
    }

    // MARK: Scores

    @Test func theSummaryNamesAllThatHappened() throws {
        let summary = try summary(
            try learn("s0.csv", "s1.csv", "s2.csv", "-o", "g.json", "--holdout", "0.2", "--pooled", "--json"))
        #expect(
            Set(summary.keys) == [
                "output", "target", "experts", "shards", "leftOut", "rounds", "rowsLeftOut", "filled", "bytesSent",
                "learningSeconds",
                "aggregationSeconds", "wallSeconds", "heldOut", "pooled",
            ])
        let shards = try #require(summary["shards"] as? [[String: Any]])
        #expect(shards.map { $0["name"] as? String } == ["s0", "s1", "s2"])
        #expect(shards.allSatisfy { $0["rows"] as? Int == 240 && $0["stopReason"] as? String == "converged" })
        #expect(
            shards.allSatisfy {
                Set($0.keys) == [
                    "name", "rows", "experts", "logLikelihoodPerRow", "iterations", "stopReason", "seconds", "warnings",
                ]
            })
        let heldOut = try #require(summary["heldOut"] as? [String: Any])
        let pooled = try #require(summary["pooled"] as? [String: Any])
        let pooledHeldOut = try #require(pooled["heldOut"] as? [String: Any])
        #expect(heldOut["rows"] as? Int == 180)
        #expect(Set(heldOut.keys) == Set(EvaluateTests.keys))
        #expect(Set(pooledHeldOut.keys) == Set(EvaluateTests.keys))
        #expect(pooled["rowsPooled"] as? Int == 720)
        #expect(pooled["bytesSent"] as? Int == 720 * 4 * 8)
        let score = try #require(heldOut["logLikelihoodPerRow"] as? Double)
        let pooledScore = try #require(pooledHeldOut["logLikelihoodPerRow"] as? Double)
        #expect(abs(score - pooledScore) < 0.02)
        #expect(try work.model("g.json").rows == 720)
    }

    @Test func withoutHoldoutTheScoreIsOfTheRowsFitted() throws {
        let outcome = try learn(
            "s0.csv", "s1.csv", "-o", "g.json", "--json", "--local-models", "locals")
        let summary = try summary(outcome)
        #expect(summary["heldOut"] == nil)
        #expect(summary["pooled"] == nil)
        // The score there is: of the rows fitted.
        let own = try ["s0.csv", "s1.csv"].map { site in
            let outcome = try work.succeed("evaluate", "g.json", site, "--json")
            return try #require(work.json(outcome.output)["logLikelihoodPerRow"] as? Double)
        }
        let training = try #require(summary["trainingLogLikelihoodPerRow"] as? Double)
        #expect(abs(training - (own[0] + own[1]) / 2) < 1e-9)
        let sent = try work.files("locals").reduce(0) { try $0 + work.data("locals/\($1)").count }
        #expect(summary["bytesSent"] as? Int == sent)
    }

    @Test func theTextShowsBothSides() throws {
        let text = try learn("s0.csv", "s1.csv", "-o", "g.json", "--holdout", "0.2", "--pooled").output
        #expect(text.contains(/one-shot +pooled\n/))
        #expect(text.contains(/rows transferred +0 +480\n/))
        #expect(text.contains(/held-out rows +120 +120\n/))
        #expect(text.contains("log-likelihood per held-out row"))
        #expect(text.hasSuffix("g.json written (dmoe inspect g.json)\n"))
    }

    @Test func droppedRowsAreCounted() throws {
        try work.write(Sample.csv(seed: 3, line: 4, column: 0, ""), to: "s0.csv")
        let outcome = try learn("s0.csv", "s1.csv", "-o", "g.json", "--missing", "drop", "--json")
        #expect(try summary(outcome)["rowsLeftOut"] as? Int == 1)
        #expect(outcome.errors == "s0.csv: 1 of 300 rows left out for missing values\n")
    }

    @Test func weightsAndGateFeaturesReachTheFits() throws {
        for (seed, name) in ["s0.csv", "s1.csv"].enumerated() {
            let columns = zip(Sample.names, Sample.columns(seed: UInt64(seed + 1))).map { (name: $0.0, values: $0.1) }
            try work.write(
                Sample.csv(columns + [(name: "w", values: [Double](repeating: 2, count: 300))]), to: name)
        }
        try learn("s0.csv", "s1.csv", "--weights", "w", "--gate-features", "a", "-o", "g.json")
        let file = try work.model("g.json")
        #expect(file.weight == 1200)
        #expect(file.rows == 600)
        #expect(file.covariates == ["a", "b", "c"])
        #expect(file.gateCovariates == ["a"])
    }

    /// Names of sites may be longer than those of files, and alike as far as these go.
    @Test func namesOfSitesThatNoFileCanHave() throws {
        var lines = ["site,a,b,c,y"]
        for (index, ending) in ["x", "y", ""].enumerated() {
            let site = String(repeating: "é", count: 200) + ending
            lines += try work.text("s\(index).csv").split(separator: "\n").dropFirst().map { "\(site),\($0)" }
        }
        try work.write(lines.joined(separator: "\n"), to: "all.csv")
        try learn("all.csv", "--shard-by", "site", "-o", "by.json", "--local-models", "locals")
        let files = try work.files("locals")
        #expect(files.count == 3 && files.allSatisfy { $0.utf8.count <= 255 })
        try work.succeed(["aggregate"] + files.map { "locals/" + $0 } + ["-o", "again.json"])
    }
}
