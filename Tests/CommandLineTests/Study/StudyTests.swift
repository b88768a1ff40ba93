import Foundation
import Messages
import StudyData
import Testing

/// A study file from a table to predictions.
@Suite struct StudyTests {
    @Test func aStudyIsWrittenFromATable() throws {
        let place = try Workspace()
        try place.write(StudySample.csv(seed: 1), to: "a.csv")
        try place.write(StudySample.csv(seed: 2, origins: ["EWR", "SFO"]), to: "b.csv")
        let outcome = try place.succeed(
            "study", "new", "a.csv", "b.csv", "--target", "y", "--categories", "month", "--missing", "mean",
            "--weights",
            "w", "--experts", "2", "--seed", "9", "-o", "study.json")
        let study = try Study.read(path: place.url("study.json").path)
        #expect(study.target == "y")
        #expect(study.family == "gaussian")
        #expect(study.weights == "w")
        #expect(study.experts == 2)
        #expect(study.seed == 9)
        // No response is filled in: rows without one are left out.
        #expect(study.missing == .drop)
        #expect(
            study.covariates == [
                .category("origin", levels: ["EWR", "JFK", "LGA", "SFO"], reference: "EWR", missing: .level),
                .category(
                    "month", levels: ["1", "2", "3"], reference: study.covariates[1].reference ?? "", missing: .level),
                .number("temp", missing: .mean), .yesNo("night", yes: "yes", no: "no", missing: .level),
            ])
        #expect(outcome.output.contains("'temp' has "))
        #expect(outcome.output.contains("study.json written"))
    }

    /// As `fit` takes them: of the gate alone.
    @Test func gateFeaturesNeedNotBeCovariatesOfTheExperts() throws {
        let place = try Workspace()
        try place.write(Sample.csv(seed: 1), to: "d.csv")
        try place.succeed(
            "study", "new", "d.csv", "--target", "y", "--features", "a,b", "--gate-features", "b,c", "-o", "s.json")
        let study = try Study.read(path: place.url("s.json").path)
        #expect(study.covariates.map(\.name) == ["a", "b", "c"])
        #expect(study.regression == ["a", "b"] && study.gate == ["b", "c"])
        try place.succeed("fit", "d.csv", "--study", "s.json", "--experts", "2", "--starts", "2", "-o", "m.json")
        let design = try place.model("m.json").model.design
        #expect(design.expertFeatures == ["a", "b"] && design.gateFeatures == ["b", "c"])
    }

    @Test func columnsThatAreNoCovariatesAreNamed() throws {
        let place = try Workspace()
        let rows = (0..<50).map { "name \($0),same,,\($0 % 2),\($0),x\($0 % 5)" }
        try place.write("id,one,none,flag,y,kind\n" + rows.joined(separator: "\n"), to: "d.csv")
        let outcome = try place.succeed("study", "new", "d.csv", "--target", "y", "--json", "-o", "s.json")
        let study = try Study.read(path: place.url("s.json").path)
        #expect(
            study.covariates == [
                .yesNo("flag", yes: "1", no: "0"),
                .category("kind", levels: ["x0", "x1", "x2", "x3", "x4"], reference: "x0"),
            ])
        let notes = try #require(try place.json(outcome.output)["notes"] as? [String])
        #expect(
            notes == [
                "'id' has text (line 2: 'name 0') and 50 different values: no covariate (--categories id makes it a category)",
                "'one' is 'same' in every row: no covariate", "'none' has no value: no covariate",
            ])
    }

    @Test func aLocalModelOfAStudy() throws {
        let place = try sites()
        let local = try place.model("a.json")
        #expect(local.covariates == Self.columns)
        #expect(local.fit?.options.seed == 5)
        #expect(local.experts.count == 2)
        #expect(local.study == StudySample.study)
        #expect(local.studyDigest == StudySample.study.digest)
        let gaps = StudySample.csv(seed: 1).split(separator: "\n").count { $0.contains(",,") }
        #expect(local.reading?.filled.first?.missing == .exact(gaps).released(minimum: 10))
    }

    @Test func aGlobalModelOfAStudy() throws {
        let place = try sites()
        try place.succeed("aggregate", "a.json", "b.json", "-o", "global.json")
        let global = try place.model("global.json")
        #expect(global.study == StudySample.study)
        #expect(global.covariates == Self.columns)
        let fills = try ["a.json", "b.json"].map { try #require(place.model($0).reading?.fill["temp"]) }
        let mean = (fills[0] + fills[1]) / 2
        #expect(abs((global.reading?.fill["temp"] ?? 0) - mean) < 1e-12)

        try place.write(StudySample.csv(seed: 3), to: "test.csv")
        let scores = try place.json(try place.succeed("evaluate", "global.json", "test.csv", "--json").output)
        #expect(try #require(scores["rows"] as? Int) == 300)
        let outcome = try place.succeed("predict", "global.json", "test.csv", "--json", "-o", "p.csv")
        let filled = mean == mean.rounded() ? "\(Int(mean))" : "\(mean)".prefix(4)
        #expect(outcome.errors.contains("filled in with \(filled)"))
        #expect(try place.json(outcome.output)["filled"] != nil)
        #expect(try NumberTable(place.text("p.csv")).numbers("mean").count == 300)
        let inspected = try place.succeed("inspect", "global.json").output
        #expect(inspected.contains("JFK is the reference of EWR, LGA"))
        #expect(inspected.contains("missing values filled in with"))
    }

    private static let columns = ["origin=EWR", "origin=LGA", "month=2", "month=3", "temp", "temp missing", "night"]

    /// a.json and b.json: the second site lacks a level.
    private func sites() throws -> Workspace {
        let place = try Workspace()
        try place.write(StudySample.study.text(), to: "study.json")
        try place.write(StudySample.csv(seed: 1), to: "a.csv")
        try place.write(StudySample.csv(seed: 2, origins: ["EWR", "JFK"]), to: "b.csv")
        for site in ["a", "b"] {
            let fit = try place.run([
                "fit", "\(site).csv", "--study", "study.json", "--starts", "4", "-o", "\(site).json",
            ])
            #expect(fit.exitCode == 0, "\(fit.errors)")
            #expect(fit.errors.contains("missing values of 'temp' filled in with "))
        }
        return place
    }

    /// Rows read anew in every pass, and several files, give the same model.
    @Test func theSameModelOutOfCore() throws {
        let place = try Workspace()
        try place.write(StudySample.study.text(), to: "study.json")
        let all = StudySample.csv(seed: 1).split(separator: "\n").map(String.init)
        try place.write(all.prefix(120).joined(separator: "\n"), to: "a.csv")
        try place.write(([all[0]] + all.dropFirst(120)).joined(separator: "\n"), to: "b.csv")
        try place.write(all.joined(separator: "\n"), to: "all.csv")
        let fit = ["--study", "study.json", "--starts", "3"]
        for (name, arguments) in [
            ("one.json", ["all.csv"]), ("two.json", ["a.csv", "b.csv"]),
            ("three.json", ["a.csv", "b.csv", "--out-of-core"]),
        ] {
            #expect(try place.run(["fit"] + arguments + fit + ["-o", name]).exitCode == 0)
        }
        #expect(try place.text("one.json") == place.text("two.json"))
        #expect(try place.text("one.json") == place.text("three.json"))
    }

    /// learn does at each shard what fit does at a site.
    @Test func learnFitsShardsAsSites() throws {
        let place = try Workspace()
        try place.write(StudySample.study.text(), to: "study.json")
        for site in ["a", "b"] { try place.write(StudySample.csv(seed: site == "a" ? 1 : 2), to: "\(site).csv") }
        try place.succeed(
            "learn", "a.csv", "b.csv", "--study", "study.json", "--starts", "4", "--local-models", "locals", "-o",
            "g.json", "--as-sites")
        for site in ["a", "b"] {
            try place.succeed("fit", "\(site).csv", "--study", "study.json", "--starts", "4", "-o", "\(site).json")
            #expect(try place.text("locals/\(site).json") == place.text("\(site).json"))
        }
        try place.succeed("aggregate", "a.json", "b.json", "--seed", "5", "-o", "g2.json")
        #expect(try place.text("g.json") == place.text("g2.json"))
        let held = try place.succeed(
            "learn", "a.csv", "b.csv", "--study", "study.json", "--starts", "4", "--holdout", "0.3", "--experts", "1",
            "--json", "-o", "h.json")
        let summary = try place.json(held.output)
        #expect(summary["heldOut"] != nil)
        #expect(try place.model("h.json").experts.count == 1)
        #expect((summary["filled"] as? [[String: Any]])?.first?["covariate"] as? String == "temp")
    }

    /// The command line wins over the study.
    @Test func expertsAndSeedMayBeGivenBesides() throws {
        let place = try Workspace()
        try place.write(StudySample.study.text(), to: "study.json")
        try place.write(StudySample.csv(seed: 1), to: "a.csv")
        try place.succeed(
            "fit", "a.csv", "--study", "study.json", "--experts", "1", "--seed", "77", "--starts", "2", "-o", "a.json")
        let model = try place.model("a.json")
        #expect(model.experts.count == 1)
        #expect(model.fit?.options.seed == 77)
    }

    @Test func anUnknownLevelMayBeTheReference() throws {
        let place = try Workspace()
        try place.write(StudySample.study.text(), to: "study.json")
        try place.write(StudySample.csv(seed: 1), to: "a.csv")
        try place.succeed("fit", "a.csv", "--study", "study.json", "--starts", "2", "-o", "a.json")
        try place.write("origin,month,temp,night\nSFO,1,9,no\n", to: "new.csv")
        try place.write("origin,month,temp,night\nJFK,1,9,no\n", to: "reference.csv")
        try place.succeed("predict", "a.json", "new.csv", "--unknown", "reference", "-o", "new.out")
        try place.succeed("predict", "a.json", "reference.csv", "-o", "reference.out")
        #expect(try place.text("new.out") == place.text("reference.out"))
    }

    /// Statistics of a round are taken on rows read by the study of the model.
    @Test func roundsReadTablesByTheStudyOfTheModel() throws {
        let place = try Workspace()
        try place.write(StudySample.study.text(), to: "study.json")
        for site in ["a", "b"] {
            try place.write(StudySample.csv(seed: site == "a" ? 1 : 2), to: "\(site).csv")
            try place.succeed("fit", "\(site).csv", "--study", "study.json", "--starts", "4", "-o", "\(site).json")
        }
        try place.succeed("aggregate", "a.json", "b.json", "-o", "g.json")
        for site in ["a", "b"] { try place.succeed("statistics", "g.json", "\(site).csv", "-o", "\(site).round.json") }
        try place.succeed("update", "g.json", "a.round.json", "b.round.json", "-o", "g1.json")
        let updated = try place.model("g1.json")
        #expect(updated.study == StudySample.study)
        #expect(updated.reading == (try place.model("g.json").reading))
        try place.succeed("evaluate", "g1.json", "a.csv")
    }

    @Test func aTableThatFitsIsReported() throws {
        let place = try Workspace()
        try place.write(StudySample.study.text(), to: "study.json")
        try place.write(StudySample.csv(seed: 1), to: "a.csv")
        let good = try place.succeed("study", "check", "study.json", "a.csv")
        #expect(good.output == "300 rows fit the study study.json (digest \(StudySample.study.digest))\n")
        try place.write("origin,month,temp,night,y\nSFO,1,9,no,1\nJFK,4,9,no,x\n", to: "bad.csv")
        let bad = try place.run(["study", "check", "study.json", "bad.csv"])
        #expect(bad.exitCode == 65)
        #expect(bad.errorLines.count == 3)
        for part in ["line 2: column \"origin\"", "line 3: column \"month\"", "line 3: column \"y\""] {
            #expect(bad.errors.contains(part), "\(bad.errors)")
        }
    }
}
