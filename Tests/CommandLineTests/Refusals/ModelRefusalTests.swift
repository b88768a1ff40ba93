import Foundation
import Messages
import Testing

/// Model files that cannot be used, alone or together.
@Suite struct ModelRefusalTests {
    let work: Workspace

    init() throws {
        work = try Workspace()
        _ = try work.writeLocalModels(2)
    }

    /// l1.json with one passage changed, as bad.json.
    private func damage(_ passage: String, _ text: String) throws {
        let good = try work.text("l1.json")
        let bad = good.replacing(passage, with: text, maxReplacements: 1)
        try #require(bad != good)
        try work.write(bad, to: "bad.json")
    }

    private func expect(_ says: [String], code: Int32 = 65) throws {
        try work.expect(Refusal("", ["aggregate", "l0.json", "bad.json"], code: code, says: says))
        try work.expect(Refusal("", ["predict", "bad.json", "s0.csv"], code: code, says: says))
    }

    @Test func unknownFamily() throws {
        try damage("\"gaussian\"", "\"cauchy\"")
        try expect(["bad.json", "'family'", "'cauchy'"])
    }

    @Test func negativeVariance() throws {
        try damage("\"dispersion\": ", "\"dispersion\": -")
        try expect(["bad.json", "experts[0].dispersion", "positive"])
    }

    @Test func missingField() throws {
        try damage("\"target\": \"y\",\n", "")
        try expect(["bad.json", "'target'", "missing"])
    }

    @Test func wrongLength() throws {
        try damage("\"gate\": [", "\"gate\": [1.5, ")
        try expect(["bad.json", "experts[0].gate", "5 numbers, not 4"])
    }

    @Test func wrongKind() throws {
        try damage("\"rows\": 300", "\"rows\": \"300\"")
        try expect(["bad.json", "'rows'"])
    }

    @Test func newerFormat() throws {
        try damage("\"formatVersion\": 2", "\"formatVersion\": 7")
        try expect(["bad.json", "version 7", "update"])
    }

    @Test func truncated() throws {
        try work.write(String(try work.text("l1.json").dropLast(200)), to: "bad.json")
        try expect(["bad.json", "not a complete model file"])
    }

    @Test func otherFiles() throws {
        for text in ["", "{}"] {
            try work.write(text, to: "bad.json")
            try expect(["bad.json", "not a complete model file"])
        }
        for text in ["a,b\n1,2\n", "[1, 2]", "\u{0}\u{1}"] {
            try work.write(text, to: "bad.json")
            try expect(["bad.json", "not a file that dmoe has written"])
        }
    }

    @Test func unreadable() throws {
        try FileManager.default.createDirectory(at: work.url("bad.json"), withIntermediateDirectories: true)
        try expect(["bad.json"], code: 66)
        try FileManager.default.removeItem(at: work.url("bad.json"))
        try expect(["bad.json", "no such file"], code: 66)
    }

    @Test func inspectAndEvaluateRefuseTheSame() throws {
        try damage("\"gaussian\"", "\"cauchy\"")
        for arguments in [["inspect", "bad.json"], ["evaluate", "bad.json", "s0.csv"]] {
            let outcome = try work.run(arguments)
            #expect(outcome.exitCode == 65)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.contains(/^dmoe: bad\.json: [^\n]*'cauchy'[^\n]*\n$/))
        }
    }

    // MARK: Together

    private func expectAggregation(_ files: String..., more: [String] = [], says: [String], code: Int32 = 65) throws {
        try work.expect(Refusal("", ["aggregate"] + files + more, code: code, says: says))
    }

    @Test func anotherTarget() throws {
        try work.write(try work.text("s1.csv").replacing("c,y", with: "c,z"), to: "z.csv")
        try work.succeed("fit", "z.csv", "--target", "z", "--experts", "2", "--starts", "2", "-o", "other.json")
        try expectAggregation("l0.json", "other.json", says: ["l0", "other", "the target", "'y'", "'z'"])
    }

    @Test func otherCovariates() throws {
        try work.fit("s1.csv", to: "other.json", "--features", "a,b")
        try expectAggregation("l0.json", "other.json", says: ["l0", "other", "the covariates", "'c'"])
        try work.fit("s1.csv", to: "other.json", "--gate-features", "a")
        try expectAggregation("l0.json", "other.json", says: ["l0", "other", "the covariates", "gate"])
    }

    @Test func aReferenceHasNoStatistics() throws {
        try work.succeed("simulate", "--rows", "4", "--shards", "2", "--test-rows", "2", "-o", "b")
        try expectAggregation("l0.json", "b/truth.json", says: ["b/truth.json", "reference"])
    }

    @Test func moreExpertsThanThereAre() throws {
        try expectAggregation("l0.json", "l1.json", more: ["--experts", "9"], says: ["9 experts", "4 local"])
    }

    /// Numbers that are finite but whose squares are not must not keep the program busy for ever.
    @Test func numbersTooLarge() throws {
        for (mean, says) in [
            ("1e300", ["bad.json", "statistics.mean", "1e100"]), ("1e90", ["bad", "another mean than the statistics"]),
        ] {
            try damage("\"mean\": [", "\"mean\": [\(mean), ")
            try work.write(
                try work.text("bad.json").replacing(/("mean": \[1e[0-9]+), [^,]+,/, maxReplacements: 1) {
                    "\($0.output.1),"
                },
                to: "bad.json")
            try expectAggregation("l0.json", "bad.json", says: says)
        }
    }

    @Test func supportThatDoesNotServe() throws {
        try work.write("a,b\n1,2\n", to: "narrow.csv")
        try work.write("a,b,c\n1,2,3\n4,5,6\n", to: "short.csv")
        try work.write("a,b,c\n1,NA,3\n", to: "holes.csv")
        let files = ["l0.json", "l1.json", "--support"]
        for (name, says, code) in [
            ("narrow.csv", ["narrow.csv", "\"c\""], Int32(65)), ("short.csv", ["2 rows"], 65),
            ("holes.csv", ["holes.csv, line 2", "\"b\""], 65), ("none.csv", ["none.csv"], 66),
        ] {
            try work.expect(Refusal(name, ["aggregate"] + files + [name], code: code, says: says))
        }
    }
}
