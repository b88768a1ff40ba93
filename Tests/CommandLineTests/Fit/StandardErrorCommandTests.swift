import Foundation
import Messages
import Numerics
import Testing

/// `fit --standard-errors`, and what `inspect` makes of them.
@Suite struct StandardErrorCommandTests {
    private let work: Workspace

    init() throws {
        work = try Workspace()
        try work.writeSites(2)
    }

    @Test func inspectShowsEffectsWithIntervals() throws {
        try work.fit("s0.csv", to: "l.json")
        let text = try work.succeed("inspect", "l.json").output
        #expect(text.contains("effects, largest first, with 95 % intervals"))
        #expect(text.contains("gate: log odds of expert 1 against 2"))
        #expect(text.contains("standard deviation"))
        let object = try work.json(work.succeed("inspect", "l.json", "--json").output)
        let effects = try #require(object["effects"] as? [String: Any])
        let experts = try #require(effects["experts"] as? [[String: Any]])
        #expect(experts.count == 2 && object["experts"] != nil)
        for expert in experts {
            let own = try #require(expert["effects"] as? [[String: Any]])
            let sizes = own.compactMap { $0["standardised"] as? Double }.map(abs)
            #expect(sizes.count == 3 && sizes == sizes.sorted(by: >))
            // a moves the response by 2 or by -3.
            #expect(own[0]["covariate"] as? String == "a")
            let (lower, upper) = (try #require(own[0]["lower"] as? Double), try #require(own[0]["upper"] as? Double))
            let truth = (own[0]["estimate"] as? Double ?? 0) > 0 ? 2.0 : -3
            #expect(lower < truth + 0.1 && upper > truth - 0.1 && upper - lower < 0.5)
            #expect((expert["typicalRow"] as? [[String: Any]])?.count == 3)
        }
    }

    @Test func levelsAreWidths() throws {
        try work.fit("s0.csv", to: "l.json")
        func width(_ level: String) throws -> Double {
            let object = try work.json(work.succeed("inspect", "l.json", "--json", "--level", level).output)
            let effects = try #require(object["effects"] as? [String: Any])
            let first = try #require((effects["experts"] as? [[String: Any]])?.first?["effects"] as? [[String: Any]])[0]
            return try #require(first["upper"] as? Double) - (try #require(first["lower"] as? Double))
        }
        #expect(abs(try width("0.95") / (try width("0.5")) - 1.959963984540054 / 0.6744897501960817) < 1e-9)
        for level in ["0", "1", "1.5"] {
            #expect(try work.run(["inspect", "l.json", "--level", level]).exitCode == 64)
        }
    }

    @Test func longListsAreCut() throws {
        var random = RandomNumbers(seed: 4)
        let x = (0..<15).map { _ in (0..<200).map { _ in random.normal() } }
        let y = (0..<200).map { row in x.indices.reduce(random.normal()) { $0 + 0.2 * Double($1) * x[$1][row] } }
        let columns = x.enumerated().map { (name: "x\($0.offset)", values: $0.element) } + [(name: "y", values: y)]
        try work.write(Sample.csv(columns), to: "wide.csv")
        try work.succeed("fit", "wide.csv", "--target", "y", "--experts", "1", "-o", "wide.json")
        let short = try work.succeed("inspect", "wide.json").output
        #expect(short.contains("(7 smaller ones: --all)"))
        let long = try work.succeed("inspect", "wide.json", "--all").output
        #expect(!long.contains("--all)") && long.count > short.count)
    }

    @Test func methods() throws {
        try work.fit("s0.csv", to: "o.json")
        try work.fit("s0.csv", to: "s.json", "--standard-errors", "sandwich")
        try work.fit("s0.csv", to: "n.json", "--standard-errors", "none")
        #expect(try work.model("o.json").uncertainty?.source == .observed)
        #expect(try work.model("s.json").uncertainty?.source == .sandwich)
        #expect(try work.model("n.json").uncertainty == nil)
        #expect(try work.model("n.json").model == work.model("o.json").model)
        let text = try work.succeed("inspect", "n.json").output
        #expect(text.contains("experts: mean of 'y'") && text.contains("no standard errors"))
        #expect(
            try work.run([
                "fit", "s0.csv", "--target", "y", "--experts", "2", "--standard-errors", "bootstrap", "-o", "x.json",
            ]).exitCode == 64)
    }

    /// A model that was aggregated has them; after a round it has none.
    @Test func globalModels() throws {
        let files = try work.writeLocalModels(2)
        let outcome = try work.run(["aggregate"] + files + ["-o", "g.json"])
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        #expect(try work.model("g.json").uncertainty?.source == .aggregated)
        #expect(try work.succeed("inspect", "g.json").output.contains("from the local models' own errors"))
        try work.succeed("statistics", "g.json", "s0.csv", "-o", "t.json")
        try work.succeed("update", "g.json", "t.json", "-o", "u.json")
        #expect(try work.model("u.json").uncertainty == nil)
        #expect(try work.succeed("inspect", "u.json").output.contains("an extra round moves the estimates"))
    }

    @Test func outOfCoreGivesTheSameErrors() throws {
        try work.fit("s0.csv", to: "in.json", "--standard-errors", "sandwich")
        try work.fit("s0.csv", to: "out.json", "--standard-errors", "sandwich", "--out-of-core")
        #expect(try work.text("in.json") == work.text("out.json"))
    }
}
