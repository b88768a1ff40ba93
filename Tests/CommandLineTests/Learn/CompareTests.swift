import DistributedMoE
import Evaluation
import Foundation
import Messages
import Testing

/// `dmoe compare`.
@Suite struct CompareTests {
    let work: Workspace

    init() throws {
        work = try Workspace()
        try work.writeSites(3)
        try work.write(Sample.csv(seed: 60), to: "test.csv")
    }

    private func compare(_ arguments: String...) throws -> Workspace.Outcome {
        let common = ["--target", "y", "--experts", "2", "--starts", "3", "--support-size", "200"]
        let outcome = try work.run(["compare", "s0.csv", "s1.csv", "s2.csv"] + arguments + common)
        try #require(outcome.exitCode == 0, "\(outcome.errors)")
        return outcome
    }

    private func estimators(_ outcome: Workspace.Outcome) throws -> [[String: Any]] {
        try #require(try work.json(outcome.output)["estimators"] as? [[String: Any]])
    }

    @Test func everyEstimatorIsInTheObject() throws {
        let outcome = try compare("--test", "test.csv", "--json")
        #expect(outcome.errors.isEmpty)
        let object = try work.json(outcome.output)
        #expect(
            Set(object.keys) == ["target", "experts", "shards", "rows", "testRows", "seed", "leftOut", "estimators"])
        #expect(object["rows"] as? Int == 900 && object["testRows"] as? Int == 300)
        let all = try estimators(outcome)
        #expect(all.map { $0["method"] as? String } == EstimationMethod.all.map(\.name))
        for estimator in all {
            #expect(estimator["failure"] == nil)
            let scores = try #require(estimator["scores"] as? [String: Any])
            #expect(scores["logLikelihoodPerRow"] is Double && scores["crps"] is Double)
        }
        // The score is that of the same method by hand.
        try work.succeed("fit", "s0.csv", "--target", "y", "--experts", "2", "--starts", "3", "-o", "l0.json")
        try work.succeed("fit", "s1.csv", "--target", "y", "--experts", "2", "--starts", "3", "-o", "l1.json")
        try work.succeed("fit", "s2.csv", "--target", "y", "--experts", "2", "--starts", "3", "-o", "l2.json")
        try work.succeed(
            "aggregate", "l0.json", "l1.json", "l2.json", "--method", "greedy", "--support-size", "200", "-o", "g.json")
        let score = try work.json(work.succeed("evaluate", "g.json", "test.csv", "--json").output)
        let greedy = try #require(all.first { $0["method"] as? String == "greedy" }?["scores"] as? [String: Any])
        #expect(greedy["logLikelihoodPerRow"] as? Double == score["logLikelihoodPerRow"] as? Double)
    }

    @Test func theTableOfChosenMethodsOnHeldOutRows() throws {
        let text = try compare("--holdout", "0.2", "--methods", "medoid,pooled", "--rounds", "1").output
        #expect(text.hasPrefix("3 shards of 720 rows in all; 2 experts for 'y'; scored on 180 rows\n"))
        #expect(text.contains(#/\nmedoid local model  .*\nmedoid local model, 1 extra round  .*\npooled fit  /#))
        #expect(text.contains("from pooled") && !text.contains("from truth") && !text.contains("Rand"))
    }

    @Test func theCSVHasALineForEach() throws {
        let outcome = try compare("--test", "test.csv", "--methods", "pooled,average,mixture", "--csv")
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.map { $0.prefix { $0 != "," } } == ["method", "pooled", "average", "mixture"])
        let table = try NumberTable(outcome.output)
        #expect(try table.numbers("divergence_from_pooled")[0] == 0)
        #expect(try table.numbers("experts") == [2, 2, 6])
        #expect(try table.numbers("bytes_sent")[0] == 900 * 4 * 8)
        #expect(try table.column("divergence_from_truth") == [nil, nil, nil])
        #expect(try table.numbers("log_likelihood_per_row").allSatisfy { $0.isFinite })
    }

    @Test func aMethodThatFailsIsInTheTable() throws {
        try work.write(Sample.csv(seed: 8, rows: 30), to: "s2.csv")
        let outcome = try compare("--test", "test.csv", "--methods", "average,medoid")
        #expect(outcome.output.contains(#/\naverage of parameters +-\n/#))
        #expect(outcome.output.contains("average of parameters: average averages expert by expert, but "))
        #expect(outcome.output.contains(#/\nmedoid local model +2 /#))
        #expect(outcome.errors == "warning: s2: 30 rows support 1 of 2 experts: fitted with 1\n")
    }

    @Test func truthAndGroups() throws {
        try work.succeed(
            "simulate", "--rows", "2000", "--shards", "2", "--test-rows", "500", "-o", "bench", "--quiet")
        let outcome = try work.succeed(
            "compare", "bench/shards/shard-01.csv", "bench/shards/shard-02.csv", "--target", "y", "--experts", "5",
            "--starts", "4", "--test", "bench/test.csv", "--truth", "bench/truth.json", "--groups", "group",
            "--methods", "pooled,medoid", "--support-size", "200", "--json")
        for estimator in try estimators(outcome) {
            let divergence = try #require(estimator["divergence"] as? [String: Any])
            #expect(try #require(divergence["truth"] as? Double) > 0)
            #expect(estimator["parameterError"] is [String: Any])
            #expect(try #require(estimator["adjustedRandIndex"] as? Double) > 0.2)
            #expect(try #require(estimator["clusteringError"] as? Double) < 0.5)
        }
    }

    @Test func whatDoesNotServeIsRefused() throws {
        let run = ["compare", "s0.csv", "s1.csv", "--target", "y", "--experts", "2", "--starts", "2"]
        func outcome(_ more: String...) throws -> Workspace.Outcome { try work.run(run + more) }
        try work.succeed("simulate", "--rows", "4", "--shards", "2", "--test-rows", "2", "-o", "b", "--quiet")
        let stranger = try outcome("--test", "test.csv", "--truth", "b/truth.json")
        #expect(stranger.exitCode == 65 && stranger.errors.contains("b/truth.json: its target or covariates"))
        #expect(try outcome("--test", "none.csv").exitCode == 66)
        let groups = try outcome("--test", "test.csv", "--groups", "group")
        #expect(groups.exitCode == 65 && groups.errors.contains("group"))
        for (more, message) in [
            ([], "--test is missing: give it or --holdout"),
            (["--test", "t.csv", "--holdout", "0.1"], "--test and --holdout cannot go together"),
            (["--holdout", "1"], "--holdout must be"), (["--holdout", "0.2", "--groups", "g"], "a column of --test"),
            (["--holdout", "0.2", "--rounds=-1"], "--rounds must be from 0"),
            (["--holdout", "0.2", "--global-experts", "0"], "--global-experts must be from 1"),
            (["--holdout", "0.2", "--csv", "--json"], "cannot go together"),
            (["--holdout", "0.2", "--methods", "medoid,mean"], "--methods: \"mean\" is not known; known are pooled, "),
            (["--holdout", "0.2", "--methods", "medoid,medoid"], "\"medoid\" is duplicated"),
        ] {
            let refused = try work.run(run + more)
            #expect(refused.exitCode == 64 && refused.output.isEmpty, "\(more)")
            #expect(refused.errors.contains(message), "\(refused.errors)")
        }
    }
}
