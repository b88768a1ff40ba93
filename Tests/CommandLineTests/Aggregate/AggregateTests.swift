import Evaluation
import Foundation
import Messages
import Testing

@Suite struct AggregateTests {
    let work: Workspace
    let locals: [String]

    init() throws {
        work = try Workspace()
        locals = try work.writeLocalModels(3)
    }

    @discardableResult
    private func aggregate(_ files: [String], to output: String, _ more: String...) throws -> Workspace.Outcome {
        let outcome = try work.run(["aggregate"] + files + ["-o", output] + more)
        try #require(outcome.exitCode == 0, "\(outcome.errors)")
        return outcome
    }

    @Test func theOrderOfCovariatesDoesNotMatter() throws {
        try work.fit("s0.csv", to: "l0.json")
        try work.fit("s1.csv", to: "same.json", "--features", "a,b,c")
        try work.fit("s1.csv", to: "other.json", "--features", "c,a,b")
        for file in ["same", "other"] {
            try work.succeed("aggregate", "l0.json", file + ".json", "-o", "g-" + file + ".json", "--gate", "label")
            try work.succeed("predict", "g-" + file + ".json", "s0.csv", "-o", file + ".csv")
        }
        let means = try ["same.csv", "other.csv"].map { name in
            try work.text(name).split(separator: "\n").dropFirst().map { line in
                try #require(Double(line.split(separator: ",")[1]))
            }
        }
        // The support is drawn in other coordinates: equal up to the noise of the draw.
        for (first, second) in zip(means[0], means[1]) { #expect(abs(first - second) < 0.2) }
    }

    @Test func aGlobalModelBesideItsOwnSiteIsRefused() throws {
        try work.succeed("aggregate", "l0.json", "l1.json", "-o", "g.json")
        let outcome = try work.run(["aggregate", "g.json", "l0.json", "-o", "again.json"])
        #expect(outcome.exitCode == 65)
        #expect(outcome.errors.contains("'l0'"))
    }

    @Test func orderOfTheFilesDoesNotMatter() throws {
        try aggregate(locals, to: "g.json")
        for order in [[2, 1, 0], [1, 2, 0], [0, 2, 1]] {
            try aggregate(order.map { locals[$0] }, to: "other.json")
            #expect(try work.text("other.json") == work.text("g.json"))
        }
    }

    @Test func seedAndThreads() throws {
        try aggregate(locals, to: "first.json", "--threads", "1")
        try aggregate(locals, to: "second.json", "--threads", "2")
        #expect(try work.text("first.json") == work.text("second.json"))
        try aggregate(locals, to: "third.json", "--seed", "2")
        #expect(try work.text("third.json") != work.text("first.json"))
        #expect(try work.model("third.json").aggregation?.options.seed == 2)
    }

    /// One coordinator, no rows: what comes of it must be near the fit of all rows in one place.
    @Test func theGlobalModelIsNearThePooledFit() throws {
        try aggregate(locals, to: "g.json")
        try work.succeed(
            "fit", "s0.csv", "s1.csv", "s2.csv", "--target", "y", "--experts", "2", "--starts", "4", "-o", "pooled.json"
        )
        let global = try work.model("g.json")
        #expect(global.rows == 900)
        #expect(global.kind == .global)
        let scores = try ["g.json", "pooled.json"].map { model in
            let text = try work.succeed("evaluate", model, "s0.csv", "s1.csv", "s2.csv", "--json").output
            return try JSONDecoder().decode(Scores.self, from: Data(text.utf8)).logLikelihoodPerRow
        }
        #expect(scores[0] <= scores[1])
        #expect(scores[1] - scores[0] < 0.005)
    }

    @Test func everySiteIsAccountedFor() throws {
        let summary = try work.json(try aggregate(locals, to: "g.json", "--json").output)
        #expect(Set(summary.keys) == ["output", "target", "experts", "rows", "aggregation"])
        let aggregation = try #require(try work.model("g.json").aggregation)
        #expect(Set(aggregation.sites.map(\.name)) == ["l0", "l1", "l2"])
        #expect(aggregation.sites.allSatisfy { $0.rows == 300 && abs($0.weight - 1.0 / 3) < 1e-12 })
        #expect(aggregation.sites.allSatisfy { Set($0.experts) == [1, 2] })
        #expect(aggregation.support == .sketches)
    }

    @Test func numberOfExpertsIsFree() throws {
        try aggregate(locals, to: "one.json", "--experts", "1")
        try aggregate(locals, to: "four.json", "--experts", "4")
        #expect(try work.model("one.json").experts.count == 1)
        #expect(try work.model("four.json").experts.count == 4)
    }

    // MARK: Options

    @Test func thePublishedMethodIsReportedAsSuch() throws {
        let text = try aggregate(locals, to: "p.json", "--method", "published").output
        #expect(text.contains("gate by plan"))
        let aggregation = try #require(try work.model("p.json").aggregation)
        #expect(aggregation.siteWeights == .constant)
        #expect(aggregation.chosen == .support(target: .plan, siteWeights: .constant))
        #expect(aggregation.candidates.count == 1)
        let inspected = try work.succeed("inspect", "p.json").output
        #expect(inspected.contains("site weights constant; experts from the support, gate by plan"))
        try aggregate(locals, to: "g.json")
        #expect(try work.model("g.json").experts != work.model("p.json").experts)
    }

    @Test(arguments: ["label", "plan"]) func theGateIsChosen(_ gate: String) throws {
        try aggregate(locals, to: "g.json", "--gate", gate)
        let aggregation = try #require(try work.model("g.json").aggregation)
        #expect(aggregation.chosen.description == "gate by \(gate)")
        #expect(aggregation.candidates.map(\.construction.description) == ["gate by \(gate)"])
    }

    @Test func siteWeightsAreChosen() throws {
        // Only sites in different places tell the two apart.
        var columns = Sample.columns(seed: 9)
        columns[2] = columns[2].map { $0 + 5 }
        try work.write(
            Sample.csv(zip(Sample.names, columns).map { (name: $0.0, values: $0.1) }), to: "far.csv")
        try work.fit("far.csv", to: "far.json")
        try aggregate(["l0.json", "far.json"], to: "density.json", "--site-weights", "density")
        try aggregate(["l0.json", "far.json"], to: "constant.json", "--site-weights", "constant")
        try aggregate(["l0.json", "far.json"], to: "default.json")
        #expect(try work.model("constant.json").aggregation?.siteWeights == .constant)
        #expect(try work.text("density.json") == work.text("default.json"))
        #expect(try work.model("density.json").experts != work.model("constant.json").experts)
    }

    // MARK: Support

    @Test func ofASupportFileOnlyTheCovariatesAreRead() throws {
        let columns = Sample.columns(seed: 40)
        let covariates = (0..<3).map { (name: Sample.names[$0], values: columns[$0]) }
        try work.write(Sample.csv(seed: 40), to: "with/x.csv")
        try work.write(Sample.csv(covariates.reversed()), to: "without/x.csv")
        let secret = Sample.csv(covariates).split(separator: "\n").enumerated()
            .map { $1 + ($0 == 0 ? ",y,name" : ",secret,Ada") }.joined(separator: "\n")
        try work.write(secret, to: "text/x.csv")
        for folder in ["with", "without", "text"] {
            try aggregate(locals, to: "\(folder).json", "--support", "\(folder)/x.csv")
        }
        #expect(try work.text("with.json") == work.text("without.json"))
        #expect(try work.text("with.json") == work.text("text.json"))
        let aggregation = try #require(try work.model("with.json").aggregation)
        #expect(aggregation.support == .covariates(source: "x"))
        #expect(aggregation.supportSize == 300)
        try aggregate(locals, to: "small.json", "--support", "with/x.csv", "--support-size", "70")
        #expect(try work.model("small.json").aggregation?.supportSize == 70)
        try aggregate(locals, to: "none.json")
        #expect(try work.text("none.json") != work.text("with.json"))
    }

    @Test func holesInTheSupportAreLeftOutOnDemand() throws {
        try work.write(Sample.csv(seed: 41, line: 5, column: 1, "NA"), to: "holes.csv")
        try aggregate(locals, to: "g.json", "--support", "holes.csv", "--missing", "drop")
        #expect(try work.model("g.json").aggregation?.supportSize == 299)
    }

    @Test func globalModelsCanBeAggregatedFurther() throws {
        try aggregate(["l0.json", "l1.json"], to: "g.json")
        try aggregate(["g.json", "l2.json"], to: "top.json")
        #expect(try work.model("top.json").rows == 900)
    }
}
