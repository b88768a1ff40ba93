import Foundation
import Messages
import MixtureOfExperts
import Testing

/// Penalties on slopes, and the choice of the number of experts.
@Suite struct SparsityTests {
    let work: Workspace

    init() throws {
        work = try Workspace()
        try work.writeSites(3)
    }

    private static let fit = ["fit", "d.csv", "--target", "y"]
    private static let two = fit + ["--experts", "2"]
    private static let learn = ["learn", "d.csv", "e.csv", "--target", "y"]

    @Test func aLassoMakesZerosAndSaysSo() throws {
        let outcome = try work.fit("s0.csv", to: "m.json", "--l1-gate", "5", "--l1-experts", "20", "--json")
        let file = try work.model("m.json")
        let zeros = file.experts.flatMap(\.coefficients).count { $0 == 0 }
        #expect(zeros > 0)
        #expect(file.slopeSelection?.gate == true)
        #expect(file.slopeSelection?.experts == [true, true])
        #expect(file.fitted?.selection == SlopeSelection(gate: true, experts: [true, true]))
        let record = try #require(file.fit?.lasso)
        #expect(record.gateWeight == 5 && record.expertWeight == 20 && record.path == nil)
        let lasso = try #require(try work.json(outcome.output)["lasso"] as? [String: Any])
        #expect(lasso["nonzeroParameters"] as? Int == record.nonzeroParameters)
        #expect(
            try work.fit("s0.csv", to: "m.json", "--l1-gate", "5").output.contains("lasso: weight 5 on gate slopes"))
        try work.fit("s0.csv", to: "plain.json")
        try work.fit("s0.csv", to: "zero.json", "--l1-gate", "0", "--l1-experts", "0")
        #expect(try work.text("zero.json") == work.text("plain.json"))
    }

    @Test func theWeightCanBeChosen() throws {
        let outcome = try work.fit("s0.csv", to: "m.json", "--l1", "auto")
        let record = try #require(try work.model("m.json").fit?.lasso)
        let path = try #require(record.path)
        #expect(path.count == 20)
        #expect(record.gateWeight == path.min { $0.bic < $1.bic }?.weight)
        #expect(outcome.output.contains("weight tried"))
        #expect(try work.succeed("inspect", "m.json").output.contains("weight tried"))
    }

    @Test func sparseSitesGiveASparseModel() throws {
        try work.succeed(
            "learn", "s0.csv", "s1.csv", "s2.csv", "--target", "y", "--experts", "2", "--starts", "4", "--l1-gate",
            "20",
            "--l1-experts", "30", "-o", "g.json")
        let file = try work.model("g.json")
        let slopes = file.experts.flatMap { $0.coefficients.dropFirst() }
        #expect(slopes.contains(0))
        #expect(slopes.contains { $0 != 0 })
        #expect(file.slopeSelection?.gate == true)
    }

    @Test func aRangeOfExperts() throws {
        let outcome = try work.fit("s0.csv", to: "m.json", "--experts", "1..3", "--holdout", "0.2", "--json")
        let file = try work.model("m.json")
        let record = try #require(file.fit?.expertCounts)
        #expect(record.points.map(\.experts) == [1, 2, 3])
        #expect(record.chosen == 2 && file.experts.count == 2 && record.criterion == .bic)
        #expect(record.heldOutRows == 60 && file.rows == 240)
        #expect(record.points.allSatisfy { $0.heldOutLogLikelihood != nil && $0.icl >= $0.bic })
        let summary = try work.json(outcome.output)
        #expect(((summary["expertCounts"] as? [String: Any])?["points"] as? [Any])?.count == 3)
        let held = try work.fit(
            "s0.csv", to: "held.json", "--experts", "1..3", "--holdout", "0.2", "--criterion", "holdout")
        let best = try #require(record.points.max { $0.heldOutLogLikelihood ?? 0 < $1.heldOutLogLikelihood ?? 0 })
        #expect(try work.model("held.json").fit?.expertCounts?.chosen == best.experts)
        #expect(held.output.contains("chosen by holdout"))
    }

    @Test func theBestAtTheEdgeIsWarnedOf() throws {
        let outcome = try work.fit("s0.csv", to: "m.json", "--experts", "1..2")
        #expect(outcome.errors.contains("2 experts are the best by bic, at the edge of 1..2: try more"))
        try work.fit("s0.csv", to: "two.json")
        #expect(try work.model("m.json").experts == work.model("two.json").experts)
    }

    static let refusals: [Refusal] = [
        Refusal("negative weight", two + ["--l1-gate=-1"], says: ["--l1-gate must be 0 or more"]),
        Refusal("no weight", two + ["--l1-experts", "nan"], says: ["--l1-experts must be 0 or more"]),
        Refusal("endless weight", two + ["--l1-experts", "inf"], says: ["--l1-experts must be 0 or more"]),
        Refusal(
            "auto and a weight", two + ["--l1", "auto", "--l1-gate", "2"],
            says: ["--l1 and --l1-gate cannot go together"]),
        Refusal("refit of everything", two + ["--l1-refit"], says: ["--l1-refit needs --l1"]),
        Refusal("a weight for both", two + ["--l1", "2"], says: ["'2'", "auto"]),
        Refusal(
            "rounds", learn + ["--experts", "2", "--rounds", "1", "--l1", "auto"],
            says: ["--rounds has no effect here: extra rounds make no slope 0"]),
        Refusal("backwards", fit + ["--experts", "8..1"], says: ["--experts must rise: 8 is above 1"]),
        Refusal("from none", fit + ["--experts", "0..3"], says: ["--experts must be from 1 to 1000"]),
        Refusal("without end", fit + ["--experts", "1.."], says: ["1.."]),
        Refusal("two ranges", fit + ["--experts", "1..2..3"], says: ["1..2..3"]),
        Refusal("words", fit + ["--experts", "few"], says: ["few"]),
        Refusal("criterion for one", two + ["--criterion", "aic"], says: ["--criterion has no effect here"]),
        Refusal("unknown criterion", fit + ["--experts", "1..3", "--criterion", "dic"], says: ["dic", "icl"]),
        Refusal(
            "criterion without rows", fit + ["--experts", "1..3", "--criterion", "holdout"],
            says: ["--criterion needs --holdout"]),
        Refusal(
            "everything held out", fit + ["--experts", "1..3", "--holdout", "1"],
            says: ["--holdout must be at least 0 and below 1"]),
        Refusal(
            "a range to learn", learn + ["--experts", "1..3"],
            says: ["--experts has no effect here: only a fit of one site"]),
        Refusal(
            "a range to compare",
            ["compare", "d.csv", "e.csv", "--target", "y", "--experts", "1..3", "--holdout", "0.2"],
            says: ["--experts has no effect here: only a fit of one site"]),
    ]

    @Test(arguments: refusals) func refused(_ refusal: Refusal) throws {
        try Workspace().expectUsageError(refusal)
    }
}
