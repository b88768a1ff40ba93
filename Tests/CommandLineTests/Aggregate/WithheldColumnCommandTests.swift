import Foundation
import Messages
import Numerics
import Testing

/// Indicators of gaps, and levels, that sites have in a few rows each: from `fit` to rounds.
@Suite struct WithheldColumnCommandTests {
    private static let levels = [0.0, 1.5, -1]

    /// y = level of the site + x + b + N(0, 1); x is missing in some rows.
    private static func csv(site: Int, rows: Int, gaps: Int, seed: UInt64) -> String {
        var random = RandomNumbers(seed: seed)
        let lines = (0..<rows).map { row in
            let (x, isB) = (random.normal(), row.isMultiple(of: 3))
            let y = levels[site] + x + (isB ? 1 : 0) + random.normal()
            return "\(row < gaps ? "" : "\(x)"),\(isB ? "b" : "a"),\(y)"
        }
        return (["x,kind,y"] + lines).joined(separator: "\n") + "\n"
    }

    private static func score(_ work: Workspace, _ model: String, _ tables: [String]) throws -> Double {
        let text = try work.succeed(["evaluate", model] + tables + ["--json", "--quiet"]).output
        return try #require(try work.json(text)["logLikelihoodPerRow"] as? Double)
    }

    /// Gaps in 2 to 8 rows of each site: their indicator has constants that differ by a hundredth, and nothing comes of it.
    @Test(arguments: [1, 2])
    func indicatorsOfGapsLeadNowhere(experts: Int) throws {
        let work = try Workspace()
        let sites = [0, 1, 2]
        for site in sites {
            try work.write(
                Self.csv(site: site, rows: 300, gaps: 3 * site + 2, seed: UInt64(site + 1)), to: "s\(site).csv")
            try work.write(Self.csv(site: site, rows: 200, gaps: 40, seed: UInt64(site + 11)), to: "t\(site).csv")
        }
        let tables = sites.map { "s\($0).csv" }
        try work.succeed(
            ["study", "new"] + tables + [
                "--target", "y", "--missing", "mean", "--experts", "\(experts)", "-o", "study.json", "--quiet",
            ])
        for site in sites {
            try work.succeed("fit", "s\(site).csv", "--study", "study.json", "-o", "l\(site).json", "--quiet")
        }
        let outcome = try work.succeed(["aggregate"] + sites.map { "l\($0).json" } + ["-o", "g0.json"])
        #expect(outcome.errors.contains("covariate 'x missing' varies at no site in rows enough to be released"))
        for round in 1...2 {
            for site in sites {
                try work.succeed("statistics", "g\(round - 1).json", "s\(site).csv", "-o", "r\(site).json", "--quiet")
            }
            try work.succeed(
                ["update", "g\(round - 1).json"] + sites.map { "r\($0).json" } + ["-o", "g\(round).json", "--quiet"])
        }
        for name in ["g0.json", "g2.json"] {
            let model = try work.model(name)
            let column = try #require(model.expertCovariates.firstIndex(of: "x missing"))
            #expect(model.experts.allSatisfy { $0.coefficients[column + 1] == 0 })
            #expect(model.experts.allSatisfy { abs($0.gate[column + 1]) < 1e-6 })
            // Sites differ by 1 in their levels: what one model can say of them, in new rows with and without gaps.
            let score = try Self.score(work, name, sites.map { "t\($0).csv" })
            #expect(score > -2.2)
        }
        let ensemble = try work.run(
            ["aggregate"] + sites.map { "l\($0).json" } + ["--method", "mixture", "-o", "e.json", "--quiet"])
        #expect(ensemble.exitCode == 0)
        #expect(try Self.score(work, "e.json", sites.map { "t\($0).csv" }) > -2.2)
    }
}
