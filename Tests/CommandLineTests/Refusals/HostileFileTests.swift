import Foundation
import ModelFiles
import Testing

/// Files of other organisations in the hands of the program: numbers that no fit writes.
@Suite struct HostileFileTests {
    let work: Workspace

    init() throws {
        work = try Workspace()
        let locals = try work.writeLocalModels(4)
        let outcome = try work.run(["aggregate"] + locals + ["-o", "g.json", "--quiet"])
        try #require(outcome.exitCode == 0, "\(outcome.errors)")
    }

    /// l0.json with its numbers changed, as bad.json.
    private func change(_ body: (inout [String: Any]) throws -> Void) throws {
        var object = try #require(try JSONSerialization.jsonObject(with: work.data("l0.json")) as? [String: Any])
        try body(&object)
        try work.write(try JSONSerialization.data(withJSONObject: object), to: "bad.json")
    }

    private func changeExperts(_ body: (inout [String: Any]) throws -> Void) throws {
        try change { file in
            var experts = try #require(file["experts"] as? [[String: Any]])
            for index in experts.indices { try body(&experts[index]) }
            file["experts"] = experts
        }
    }

    /// As if each row stood for `factor` of them.
    private func claim(_ factor: Double, squaredBy power: Double = 1, rows: Int? = nil) throws {
        try change { file in
            if let rows { file["rows"] = rows }
            func scaled(_ value: Any?, _ factor: Double) -> Double { ((value as? NSNumber)?.doubleValue ?? 0) * factor }
            file["weight"] = scaled(file["weight"], factor)
            var experts = try #require(file["experts"] as? [[String: Any]])
            for index in experts.indices {
                var own = try #require(experts[index]["statistics"] as? [String: Any])
                own["weight"] = scaled(own["weight"], factor)
                own["squaredWeight"] = scaled(own["squaredWeight"], pow(factor, power))
                own["scatter"] = (own["scatter"] as? [Any])?.map { scaled($0, factor) }
                experts[index]["statistics"] = own
            }
            file["experts"] = experts
        }
    }

    private func expectRefusal(_ says: [String]) throws {
        try work.expect(Refusal("", ["aggregate", "bad.json", "l1.json", "l2.json", "l3.json"], says: says))
        try work.expect(Refusal("", ["aggregate", "bad.json"], says: says))
    }

    @Test func squaredWeightsThatTakeMoreRows() throws {
        try claim(1, squaredBy: 1)
        try work.succeed("aggregate", "bad.json", "l1.json", "-o", "same.json", "--quiet")
        for value in [5e-324, 1e-300, 1] {
            try changeExperts { expert in
                var own = try #require(expert["statistics"] as? [String: Any])
                own["squaredWeight"] = value
                expert["statistics"] = own
            }
            try expectRefusal(["bad.json", "statistics.squaredWeight"])
        }
    }

    @Test func weightsBeyondTheRows() throws {
        try claim(1e12)
        try expectRefusal(["bad.json", "squaredWeight", "more rows than there are"])
        try claim(1e300)
        try expectRefusal(["bad.json", "'weight'", "1e100"])
    }

    @Test func rowsBeyondWhatCanBeCounted() throws {
        try change { $0["rows"] = 9_007_199_254_740_992 }
        // At one site they are written, and what is written is read again.
        try work.succeed("aggregate", "bad.json", "-o", "one.json", "--quiet")
        #expect(try work.model("one.json").rows == 1 << 53)
        try work.expect(Refusal("", ["aggregate", "l1.json", "bad.json"], says: ["bad.json", "'rows'", "sum"]))
        try change { $0["rows"] = 9_007_199_254_740_994 }
        try expectRefusal(["bad.json", "'rows'", "2^53"])
    }

    @Test func rowsOfElevenHundredSites() throws {
        try change { $0["rows"] = 9_007_199_254_740_992 }
        let text = try work.text("bad.json")
        let names = (0..<1100).map { "many/\($0).json" }
        for name in names { try work.write(text, to: name) }
        try work.expect(Refusal("", ["aggregate"] + names, says: ["many/0.json", "'rows'"]))
    }

    @Test func gatesWithoutBounds() throws {
        for value in [1.7e308, -1.7e308, 1e101] {
            try changeExperts { $0["gate"] = [value, value, value, value] }
            try work.expect(
                Refusal("", ["predict", "bad.json", "s0.csv"], says: ["bad.json", "experts[0].gate", "1e100"]))
        }
    }

    /// A steep gate gives probabilities of 0 and 1.
    @Test func steepGatesSaturate() throws {
        var sign = -1.0
        try changeExperts { expert in
            sign += 1
            expert["gate"] = [sign * 1e99, -sign * 1e99, 0, 0]
        }
        try work.succeed("predict", "bad.json", "s0.csv", "-o", "p.csv")
        let table = try NumberTable(work.text("p.csv"))
        #expect(try table.numbers("gate1").allSatisfy { $0 == 0 || $0 == 1 })
    }

    @Test func rowsBeyondTheModelAreNamed() throws {
        try changeExperts { $0["coefficients"] = [1e99, 1e99, 0, 0] }
        try work.write("a,b,c,y\n1,2,3,4\n1e60,2,3,4\n", to: "far.csv")
        for command in [["predict", "bad.json", "far.csv", "-o", "p.csv"], ["evaluate", "bad.json", "far.csv"]] {
            let outcome = try work.run(command)
            #expect(outcome.exitCode == 65)
            #expect(outcome.errors.contains("far.csv, row 2: its covariates are too large"), "\(outcome.errors)")
        }
        #expect(!work.exists("p.csv"))
        // Honest parameters give finite numbers as far as a table goes.
        try work.write("a,b,c,y\n1e90,2,3,4\n-1e90,1e90,-1e90,4\n", to: "far.csv")
        try work.succeed("predict", "l0.json", "far.csv", "-o", "p.csv")
        #expect(!(try work.text("p.csv")).lowercased().contains("nan"))
    }

    @Test func aSiteThatClaimsOtherRowsThanItsErrorsIsLeftOut() throws {
        try claim(1e7, rows: 3_000_000_000)
        let outcome = try work.succeed("aggregate", "bad.json", "l1.json", "l2.json", "l3.json", "-o", "with.json")
        #expect(
            outcome.errors.contains(
                "warning: bad is left out as impossible: its standard errors are those of far fewer rows"))
        try work.succeed("aggregate", "l1.json", "l2.json", "l3.json", "-o", "without.json", "--quiet")
        #expect(try work.model("with.json").experts == work.model("without.json").experts)
    }

    @Test func aSiteWithMostOfTheWeightIsNamedAndCanBeBounded() throws {
        try claim(6, rows: 1800)
        let taken = try work.succeed("aggregate", "bad.json", "l1.json", "l2.json", "l3.json", "-o", "all.json")
        #expect(taken.errors.contains("warning: bad has 66.7 % of the weight of all sites"), "\(taken.errors)")
        #expect(taken.errors.contains("--largest-share"))
        let bounded = try work.succeed(
            "aggregate", "bad.json", "l1.json", "l2.json", "l3.json", "--largest-share", "0.4", "-o",
            "bounded.json")
        #expect(!bounded.errors.contains("of the weight of all sites"))
        let weights = try work.model("bounded.json").aggregation?.sites.map(\.weight) ?? []
        #expect(abs((weights.max() ?? 0) - 0.4) < 1e-12)
    }

    /// They are one expert: nothing is to be found beyond it.
    @Test(arguments: [20, 50]) func identicalExperts(count: Int) throws {
        try change { file in
            var expert = try #require((file["experts"] as? [[String: Any]])?.first)
            var own = try #require(expert["statistics"] as? [String: Any])
            let weight = try #require(own["weight"] as? NSNumber)
            func share(_ value: Any?) -> Double { ((value as? NSNumber)?.doubleValue ?? 0) / Double(count) }
            for name in ["weight", "squaredWeight"] { own[name] = share(own[name]) }
            own["scatter"] = (own["scatter"] as? [Any])?.map(share)
            (expert["statistics"], expert["uncertainty"], expert["gate"]) = (own, nil, [0, 0, 0, 0])
            (file["weight"], file["uncertainty"]) = (weight, nil)
            file["experts"] = [[String: Any]](repeating: expert, count: count)
        }
        try work.succeed("aggregate", "bad.json", "-o", "o.json", "--quiet")
        let file = try work.model("o.json")
        #expect(file.experts.count == count && (file.aggregation?.objectives.last ?? 1) < 1e-9)
    }

    @Test func sharesBelowThoseOfEqualWeightsAreRefused() throws {
        for site in 0..<3 {
            try work.succeed("statistics", "g.json", "s\(site).csv", "-o", "t\(site).json", "--quiet")
        }
        for command in [
            ["aggregate", "l0.json", "l1.json", "l2.json"], ["update", "g.json", "t0.json", "t1.json", "t2.json"],
        ] {
            try work.expectUsageError(
                Refusal("", command + ["--largest-share", "0.33"], says: ["--largest-share", "1/3"]))
            try work.succeedList(command + ["--largest-share", "0.34", "-o", "o.json"])
        }
    }
}

extension Workspace {
    fileprivate func succeedList(_ arguments: [String]) throws {
        let outcome = try run(arguments)
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
    }
}
