import Foundation
import ModelFiles
import Testing

/// What a site lets out of its tables.
@Suite struct PolicyTests {
    private let work: Workspace

    init() throws {
        work = try Workspace()
        try work.writeSites(1, rows: 200)
    }

    private func write(_ fields: String) throws {
        try work.write(
            "{\"format\": \"dmoe-policy\", \"formatVersion\": 1\(fields.isEmpty ? "" : ", " + fields)}", to: "p.json")
        chmod(work.url("p.json").path, 0o600)
    }

    private func fit(_ options: String...) throws -> Workspace.Outcome {
        try work.runAsItIs(
            ["fit", "s0.csv", "--target", "y", "--experts", "1", "-o", "m.json", "--policy", "p.json"] + options)
    }

    @Test func columnsThatAreNotListedStay() throws {
        try write("\"columns\": [\"y\", \"a\", \"b\"]")
        let refused = try fit()
        #expect(refused.exitCode == 65)
        #expect(refused.errors.contains("refused by the policy p.json: column \"c\" is not among its columns"))
        #expect(try fit("--exclude", "c").exitCode == 0)
        #expect(try work.model("m.json").disclosure?.sitePolicy == true)
        #expect(try work.run(["inspect", "--audit", "m.json"]).output.contains("the policy of the site lets out"))
    }

    @Test func thresholdsRiseAndNeverFall() throws {
        try write("\"minimumRows\": 25")
        #expect(try fit("--min-rows", "10").exitCode == 0)
        #expect(try work.model("m.json").disclosure?.policy?.minimumRows == 25)
        #expect(try fit("--min-rows", "40").exitCode == 0)
        #expect(try work.model("m.json").disclosure?.policy?.minimumRows == 40)
    }

    @Test func releasesAreCounted() throws {
        try write("\"releases\": 2, \"rounds\": 1")
        #expect(try fit("--no-ledger").errors.contains("keep one by --ledger"))
        for _ in 1...2 { #expect(try fit().exitCode == 0) }
        let refused = try fit()
        #expect(refused.exitCode == 65 && refused.errors.contains("has released 2 models"))
        func statistics(_ model: String) throws -> Workspace.Outcome {
            try work.runAsItIs(["statistics", model, "s0.csv", "-o", "t.json", "--policy", "p.json"])
        }
        #expect(try statistics("m.json").exitCode == 0)
        try work.succeed("update", "m.json", "t.json", "-o", "g.json", "--quiet")
        #expect(try statistics("g.json").errors.contains("has answered at 1 model"))
    }

    /// Difference by a column that is added, an entry cut short, columns that are gone: what the ledger sees of them.
    @Test func ledgersSeeThroughOtherColumns() throws {
        let lines = try work.text("s0.csv").split(separator: "\n").map(String.init)
        func write(_ rows: Int, _ name: String, _ change: (Int, String) -> String) throws {
            let text = lines.prefix(rows + 1).enumerated().map { change($0, $1) }.joined(separator: "\n") + "\n"
            try work.write(text, to: name)
        }
        func fit(_ name: String, _ options: String...) throws -> Workspace.Outcome {
            try work.runAsItIs(
                ["fit", name, "--target", "y", "--features", "a,b", "--experts", "1", "-o", "m.json"] + options)
        }
        try write(200, "all.csv") { $1 }
        try write(199, "less.csv") { $0 == 0 ? $1 + ",flag" : $1 + ",\($0 % 3)" }
        #expect(try fit("all.csv").exitCode == 0)
        #expect(try fit("less.csv").errors.contains("differ by fewer than 10"))
        let ledger = try Data(contentsOf: work.url("dmoe.ledger"))
        try ledger.dropLast().write(to: work.url("dmoe.ledger"))
        #expect(try fit("less.csv").errors.contains("differ by fewer than 10"))
        try ledger.dropLast(2).write(to: work.url("dmoe.ledger"))
        #expect(try work.run(["ledger", "dmoe.ledger"]).errors.contains("the last line is no whole entry"))
        try ledger.write(to: work.url("dmoe.ledger"))
        try write(200, "fewer.csv") { $1.split(separator: ",").dropFirst(2).joined(separator: ",") }
        let other = try work.runAsItIs(["fit", "fewer.csv", "--target", "y", "--experts", "1", "-o", "m.json"])
        #expect(other.exitCode == 0 && other.errors.contains("1 earlier answer cannot be compared with this one"))
        chmod(work.url("dmoe.ledger").path, 0o640)
        #expect(try fit("all.csv").errors.contains("others than its owner can read the ledger"))
    }

    @Test func subjectsMustBeNamed() throws {
        try write("\"subject\": \"c\"")
        #expect(try fit().errors.contains("give it by --subject"))
        #expect(try fit("--subject", "c").exitCode == 0)
    }

    @Test func policiesThatLoosenAreRefused() throws {
        for (fields, field) in [
            ("\"minimumRows\": 2", "minimumRows"), ("\"minimumRows\": 9223372036854775807", "minimumRows"),
            ("\"levels\": 41", "levels"),
            ("\"levelsPerRow\": 0.5", "levelsPerRow"),
            ("\"rounds\": 6", "rounds"), ("\"columms\": []", "columms"), ("\"columns\": 3", "columns"),
            ("\"columns\": [\"y\", 3]", "columns[1]"), ("\"note\": 3", "note"), ("\"columns\": null", "columns"),
            ("\"subject\": null", "subject"), ("\"minimumRows\": null", "minimumRows"), ("\"levels\": 1.5", "levels"),
            ("\"rounds\": 1, \"rounds\": 2", "rounds"), ("\"formatVersion\": 1", "formatVersion"),
        ] {
            try write(fields)
            let refused = try fit()
            #expect(
                refused.exitCode == 65 && refused.errors.contains("p.json: field '\(field)'"),
                "\(fields): \(refused.errors)")
        }
        try write("")
        chmod(work.url("p.json").path, 0o622)
        #expect(try fit().errors.contains("others than its owner can write the policy"))
        for (text, words) in [
            ("{}", "\"format\": \"dmoe-policy\" is missing"), ("a,b\n1,2\n", "it is a table"),
            ("{\"format\": \"dmoe-policy\", \"formatVersion\": 2}", "format version 2"),
            ("{\"format\": \"dmoe-policy\", \"formatVersion\": 20.5}", "field 'formatVersion' cannot be 20.5"),
        ] {
            try work.write(text, to: "p.json")
            chmod(work.url("p.json").path, 0o600)
            let refused = try fit()
            #expect(refused.exitCode == 65 && refused.errors.contains(words), "\(text): \(refused.errors)")
        }
        try FileManager.default.removeItem(at: work.url("p.json"))
        #expect(try fit().exitCode == 66)
        #expect(try fit("--draft").exitCode == 64)
    }
}
