import Foundation
import Numerics
import StudyData
import Testing

/// Classes as text, counts with exposures: from the table to the model and back.
@Suite struct ResponseTests {
    /// The class depends on `a`, and is called so.
    private static func classes(seed: UInt64, names: [String], rows: Int = 240) -> String {
        var random = RandomNumbers(seed: seed)
        let lines = (0..<rows).map { _ in
            let a = random.normal()
            let index = min(max(Int(((a + 0.5 * random.normal()) + 1.5).rounded(.down)), 0), names.count - 1)
            return "\(a),\(random.normal()),\(names[index])"
        }
        return (["a,b,y"] + lines).joined(separator: "\n") + "\n"
    }

    /// Counts with a rate of exp(a / 2) a bed.
    private static func counts(seed: UInt64, rows: Int = 240) -> String {
        var random = RandomNumbers(seed: seed)
        let lines = (0..<rows).map { _ in
            let a = random.normal()
            let beds = Double(random.index(below: 20) + 1)
            let mean = beds * exp(0.5 * a)
            return "\(a),\(beds),\(Int((mean + mean.squareRoot() * random.normal()).rounded().magnitude))"
        }
        return (["a,beds,y"] + lines).joined(separator: "\n") + "\n"
    }

    @Test func classesAreTextFromTheTableToTheScores() throws {
        let place = try Workspace()
        try place.write(Self.classes(seed: 1, names: ["low", "mid", "high"]), to: "a.csv")
        // A site that lacks a class.
        try place.write(Self.classes(seed: 2, names: ["low", "mid"]), to: "b.csv")
        let fit = ["--target", "y", "--family", "multinomial", "--experts", "1", "--starts", "2"]
        #expect(try place.run(["fit", "a.csv", "-o", "found.json"] + fit).exitCode == 0)
        #expect(try place.model("found.json").classes == ["high", "low", "mid"])
        for site in ["a", "b"] {
            let outcome = try place.run(
                ["fit", "\(site).csv", "--classes", "low,mid,high", "-o", "\(site).json"] + fit)
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
            #expect(try place.model("\(site).json").classes == ["low", "mid", "high"])
        }
        try place.succeed("aggregate", "a.json", "b.json", "-o", "g.json")
        try place.succeed("evaluate", "g.json", "a.csv")
        try place.succeed("predict", "g.json", "a.csv", "-o", "p.csv")
        try place.write("a,b,y\n1,2,low\n1,2,huge\n", to: "new.csv")
        let refused = try place.run(["evaluate", "g.json", "new.csv"])
        #expect(refused.exitCode == 65)
        #expect(refused.errors.contains("new.csv, line 3: column \"y\" has \"huge\", which is none of the classes"))
        try place.expect(
            Refusal("other classes", ["aggregate", "found.json", "a.json"], says: ["disagree", "classes"]))
    }

    @Test func classesOfAllFilesAreFound() throws {
        let place = try Workspace()
        try place.write(Self.classes(seed: 1, names: ["1", "2"]), to: "a.csv")
        try place.write(Self.classes(seed: 2, names: ["2", "10"]), to: "b.csv")
        let fit = [
            "fit", "a.csv", "b.csv", "--target", "y", "--family", "multinomial", "--experts", "1", "--starts", "2",
        ]
        #expect(try place.run(fit + ["-o", "m.json"]).exitCode == 0)
        #expect(try place.run(fit + ["--out-of-core", "-o", "o.json"]).exitCode == 0)
        #expect(try place.model("m.json").classes == ["1", "2", "10"])
        #expect(try place.text("m.json") == place.text("o.json"))
    }

    @Test func aStudyOfClasses() throws {
        let place = try Workspace()
        try place.write(Self.classes(seed: 1, names: ["no", "yes"]), to: "a.csv")
        try place.succeed("study", "new", "a.csv", "--target", "y", "--experts", "1", "-o", "s.json")
        let study = try Study.read(path: place.url("s.json").path)
        #expect(study.family == "multinomial")
        #expect(study.classes == ["no", "yes"])
        try place.succeed("fit", "a.csv", "--study", "s.json", "--starts", "2", "-o", "m.json")
        #expect(try place.model("m.json").classes == ["no", "yes"])
        try place.succeed("evaluate", "m.json", "a.csv")
        let text = try place.text("s.json")
        for (old, new, says) in [
            ("\"classes\": [\"no\", \"yes\"],", "", "field 'classes' is missing"),
            ("[\"no\", \"yes\"]", "[\"no\"]", "field 'classes' must be two or more"),
            ("[\"no\", \"yes\"]", "[\"no\", \"no\"]", "field 'classes' \"no\" stands twice"),
            ("[\"no\", \"yes\"]", "[\"no\", \"maybe\"]", "a.csv, line "),
        ] {
            try place.write(text.replacing(old, with: new), to: "changed.json")
            try place.expect(Refusal(new, ["fit", "a.csv", "--study", "changed.json"], says: [says]))
        }
    }

    @Test func anExposureTravelsWithTheModel() throws {
        let place = try Workspace()
        for site in ["a", "b"] {
            try place.write(Self.counts(seed: site == "a" ? 1 : 2), to: "\(site).csv")
            try place.succeed(
                "fit", "\(site).csv", "--target", "y", "--family", "poisson", "--exposure", "beds", "--experts", "1",
                "--starts", "2", "-o", "\(site).json")
        }
        let local = try place.model("a.json")
        #expect(local.covariates == ["a", "log beds"])
        #expect(local.expertCovariates == ["a"])
        #expect(local.offset == "log beds")
        #expect(local.study?.exposure == "beds")
        // A rate of exp(a / 2) a bed, whatever the number of beds.
        #expect(abs(local.experts[0].coefficients[0]) < 0.1)
        #expect(abs(local.experts[0].coefficients[1] - 0.5) < 0.1)
        try place.succeed("aggregate", "a.json", "b.json", "-o", "g.json")
        try place.write("a,beds\n0,1\n0,10\n", to: "new.csv")
        try place.succeed("predict", "g.json", "new.csv", "-o", "p.csv")
        let means = try NumberTable(place.text("p.csv")).numbers("mean")
        #expect(abs(means[1] - 10 * means[0]) < 1e-9 * means[1])
        try place.write("a,beds\n0,0\n", to: "none.csv")
        let refused = try place.run(["predict", "g.json", "none.csv", "-o", "q.csv"])
        #expect(refused.exitCode == 65)
        #expect(refused.errors.contains("none.csv, line 2: exposure \"beds\" is 0;"))
    }

    static let refusals: [Refusal] = [
        Refusal(
            "half a count", files: ["d.csv": "a,y\n1,2\n2,1.5\n"],
            ["fit", "d.csv", "--target", "y", "--family", "poisson", "--experts", "1"],
            says: ["d.csv, line 3: target \"y\" is 1.5", "a whole number from 0"]),
        Refusal(
            "a cost of nothing", files: ["d.csv": "a,y\n1,2\n2,0\n"],
            ["fit", "d.csv", "--target", "y", "--family", "gamma", "--experts", "1"],
            says: ["d.csv, line 3: target \"y\" is 0", "above 0"]),
        Refusal(
            "one class", files: ["d.csv": "a,y\n1,x\n2,x\n"],
            ["fit", "d.csv", "--target", "y", "--family", "multinomial", "--experts", "1"],
            says: ["d.csv: 1 different value in target \"y\""]),
        Refusal(
            "a class that is not named", files: ["d.csv": "a,y\n1,x\n2,z\n"],
            ["fit", "d.csv", "--target", "y", "--family", "multinomial", "--classes", "x,y", "--experts", "1"],
            says: ["d.csv, line 3: column \"y\" has \"z\""]),
    ]

    @Test(arguments: refusals) func isRefused(_ refusal: Refusal) throws { try Workspace().expect(refusal) }
}
