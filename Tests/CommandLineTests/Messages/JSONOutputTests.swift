import Foundation
import Testing

/// What is printed with --json, against the page that lists its keys.
@Suite struct JSONOutputTests {
    /// The keys of each section of the page, a trailing … for whatever lies below.
    private static let page: [String: Set<String>] = {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/DistributedMoE/DistributedMoE.docc/Files/JSONOutput.md")
        var sections = [String: Set<String>]()
        var current = ""
        for line in (try? String(contentsOf: url, encoding: .utf8))?.split(separator: "\n") ?? [] {
            if line.hasPrefix("### ") { current = String(line.dropFirst(4)) }
            guard line.hasPrefix("| `"), let key = line.split(separator: "`").dropFirst().first else { continue }
            sections[current, default: []].insert(String(key))
        }
        return sections
    }()

    private let work: Workspace

    init() throws {
        work = try Workspace()
        try work.writeSites(3, rows: 200)
    }

    private func paths(_ value: Any, _ path: String = "") -> Set<String> {
        switch value {
        case let object as [String: Any] where !object.isEmpty:
            object.reduce(into: []) { $0.formUnion(paths($1.value, (path.isEmpty ? "" : path + ".") + $1.key)) }
        case let list as [Any] where list.contains { $0 is [String: Any] }:
            list.reduce(into: []) { $0.formUnion(paths($1, path + "[]")) }
        default: [path]
        }
    }

    /// Whether a row of the page stands for a path.
    ///
    /// An empty list or object shows less than its rows.
    private func covers(_ row: String, _ path: String) -> Bool {
        if row == path || row.hasPrefix(path + "[].") || row.hasPrefix(path + ".") { return true }
        return row.hasSuffix("…") && path.hasPrefix(row.dropLast())
    }

    private func check(_ section: String, _ arguments: String..., sees: Set<String>? = nil) throws {
        let rows = try #require(Self.page[section], "no section \(section)")
        let outcome = try work.run(arguments + ["--json"])
        try #require(outcome.exitCode == 0, "\(arguments): \(outcome.errors)")
        let found = paths(try work.json(outcome.output))
        let unlisted = found.filter { path in !rows.contains { covers($0, path) } }
        #expect(unlisted.isEmpty, "\(section): keys that the page does not list")
        for row in sees ?? rows { #expect(found.contains { covers(row, $0) }, "\(section): no \(row)") }
    }

    @Test func sites() throws {
        let rows = try #require(Self.page["dmoe fit"])
        let columns = ["--target", "y", "--experts"]
        try check(
            "dmoe fit", "fit", "s0.csv", columns[0], columns[1], columns[2], "1..2", "-o", "l.json",
            sees: rows.subtracting(["lasso.…", "reading.…"]))
        try check(
            "dmoe fit", "fit", "s0.csv", columns[0], columns[1], columns[2], "2", "--l1", "auto", "-o", "l.json",
            sees: ["lasso.…"])
        try check("dmoe study new", "study", "new", "s0.csv", "--target", "y", "--missing", "mean", "-o", "study.json")
        try check("dmoe study check", "study", "check", "study.json", "s1.csv")
        try check(
            "dmoe fit", "fit", "s0.csv", "--study", "study.json", "--experts", "1", "-o", "l.json",
            sees: ["reading.…"])
        try check(
            "dmoe predict", "predict", "l.json", "s1.csv", "-o", "p.csv",
            sees: ["output", "rows", "leftOut", "filled[].value"])
    }

    @Test func coordinator() throws {
        for site in 0..<3 { try work.fit("s\(site).csv", to: "l\(site).json") }
        let models = ["l0.json", "l1.json", "l2.json"]
        try check("dmoe aggregate", "aggregate", models[0], models[1], models[2], "-o", "g.json")
        try check(
            "dmoe aggregate --method mixture", "aggregate", models[0], models[1], models[2], "--method", "mixture",
            "-o",
            "e.json")
        for site in 0..<2 {
            try check("dmoe statistics", "statistics", "g.json", "s\(site).csv", "-o", "t\(site).json")
        }
        try check("dmoe update", "update", "g.json", "t0.json", "t1.json", "-o", "g1.json")
        let inspected = try work.json(try work.succeed("inspect", "l0.json", "--json").output)
        let rows = try #require(Self.page["dmoe inspect"])
        let effects = paths(["effects": try #require(inspected["effects"])])
        #expect(effects.filter { path in !rows.contains { covers($0, path) } } == [])
        let missing = rows.filter { $0.hasPrefix("effects") }
            .filter { row in !effects.contains { covers(row, $0) } }
        // Of responses of classes.
        #expect(missing == ["effects.experts[].effects[].response"])
        try check(
            "dmoe inspect", "inspect", models[0], models[1], models[2],
            // Of sites that agree there is no damage.
            sees: rows.filter { row in
                !["effects", "differences", "sites[].damage"].contains { row.hasPrefix($0) }
            })
        try check(
            "dmoe evaluate", "evaluate", "g.json", "s2.csv",
            sees: [
                "rows", "logLikelihood", "logLikelihoodPerRow", "crps", "rmse", "mae", "rSquared", "coverage90",
                "pitHistogram",
            ])
    }

    @Test func adaptation() throws {
        try work.fit("s0.csv", to: "l.json")
        try check(
            "dmoe adapt", "adapt", "l.json", "s1.csv", "--adapted", "intercepts", "--prior-precision", "1", "-o",
            "a.json")
        let inspected = try work.json(try work.succeed("inspect", "a.json", "--json").output)
        let rows = try #require(Self.page["dmoe inspect"]).filter { $0.hasPrefix("differences") }
        let found = paths(["differences": try #require(inspected["differences"])])
        #expect(found.filter { path in !rows.contains { covers($0, path) } } == [])
        #expect(rows.filter { row in !found.contains { covers(row, $0) } } == [])
    }

    @Test func classes() throws {
        let lines = try work.text("s0.csv").split(separator: "\n").enumerated().map { index, line in
            let fields = line.split(separator: ",")
            return fields[0] + "," + (index == 0 ? "y" : index % 3 == 0 || fields[0].hasPrefix("-") ? "no" : "yes")
        }
        try work.write(lines.joined(separator: "\n") + "\n", to: "c.csv")
        try work.succeed(
            "fit", "c.csv", "--target", "y", "--family", "multinomial", "--experts", "1", "-o", "c.json")
        try check(
            "dmoe evaluate", "evaluate", "c.json", "c.csv",
            sees: ["logLoss", "accuracy", "brier", "auc", "expectedCoverage90", "classes", "confusion"])
        let inspected = try work.json(try work.succeed("inspect", "c.json", "--json").output)
        #expect(paths(inspected).contains("effects.experts[].effects[].response"))
    }

    @Test func onOneMachine() throws {
        let learned = try #require(Self.page["dmoe learn"])
        try check(
            "dmoe learn", "learn", "s0.csv", "s1.csv", "s2.csv", "--target", "y", "--experts", "2", "--holdout", "0.2",
            "--pooled", "--adapt", "--rounds", "1", "--global-experts", "auto", "-o", "g.json",
            sees: learned.subtracting(["trainingLogLikelihoodPerRow"]))
        try check(
            "dmoe learn", "learn", "s0.csv", "s1.csv", "--target", "y", "--experts", "2", "-o", "h.json",
            sees: ["trainingLogLikelihoodPerRow"])
        let compared = try #require(Self.page["dmoe compare"])
        try check(
            "dmoe compare", "compare", "s0.csv", "s1.csv", "s2.csv", "--target", "y", "--experts", "2", "--holdout",
            "0.2",
            sees: compared.filter {
                !$0.contains("failure") && !$0.contains("rror") && !$0.contains("and") && !$0.contains("truth")
            })
        try check("dmoe simulate", "simulate", "--rows", "500", "--shards", "2", "-o", "sim")
    }
}
