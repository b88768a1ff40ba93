import Foundation
import Messages
import StudyData
import Testing

/// Columns that nobody named: one wrong cell takes none of them out of a model without a word.
@Suite struct ColumnRefusalTests {
    private static let good = Sample.csv(seed: 1, rows: 400)
    private static func bad(_ line: Int, _ field: String = "oops") -> String {
        Sample.csv(seed: 1, rows: 400, line: line, column: 1, field)
    }
    private static let advice = ["--exclude", "--categories", "write NA"]

    static let refusals: [Refusal] =
        [2, 201, 401].map { line in
            .fit("text in line \(line)", bad(line), says: ["d.csv, line \(line): column \"b\" has \"oops\""] + advice)
        } + [
            .fit("text out of core", bad(300), "--out-of-core", says: ["d.csv, line 300", "\"b\"", "\"oops\""]),
            .fit("a decimal comma", bad(300, "\"1,5\""), says: ["d.csv, line 300", "\"1,5\"", "decimal point"]),
            Refusal(
                "text in the second file", files: ["d.csv": good, "e.csv": bad(7)],
                ["fit", "d.csv", "e.csv", "--target", "y", "--experts", "1"],
                says: ["e.csv, line 7", "\"b\"", "\"oops\""]),
            Refusal(
                "shards", files: ["d.csv": bad(7), "e.csv": good],
                ["learn", "d.csv", "e.csv", "--target", "y", "--experts", "1"],
                says: ["d.csv, line 7", "\"b\""] + advice),
            Refusal(
                "a study", files: ["d.csv": bad(7)], ["study", "new", "d.csv", "--target", "y"],
                says: ["d.csv, line 7", "\"b\""] + advice),
            Refusal(
                "a study of the second file", files: ["d.csv": good, "e.csv": bad(7)],
                ["study", "new", "d.csv", "e.csv", "--target", "y"], says: ["dmoe: e.csv, line 7", "\"b\""]),
            Refusal(
                "a study with text in the target", files: ["d.csv": Sample.csv(seed: 1, line: 9, column: 3, "oops")],
                ["study", "new", "d.csv", "--target", "y"], says: ["d.csv, line 9", "\"y\"", "--family multinomial"]),
            .fit("text in the weights", bad(9), "--weights", "b", says: ["d.csv, line 9", "\"b\"", "\"oops\""]),
            .fit(
                "text in the gate", bad(9), "--gate-features", "b", "--features", "a",
                says: ["d.csv, line 9", "\"oops\""]),
            .fit(
                "text in the exposure", bad(9), "--exposure", "b", "--family", "poisson",
                says: ["d.csv, line 9", "\"b\"", "\"oops\""]),
        ]

    @Test(arguments: refusals) func isRefused(_ refusal: Refusal) throws { try Workspace().expect(refusal) }

    @Test func standardInputAndCompressedFilesToo() throws {
        let work = try Workspace()
        let fit = ["--target", "y", "--experts", "1", "-o", "m.json"]
        let outcome = try work.run(["fit", "-"] + fit, input: Data(Self.bad(9).utf8))
        #expect(outcome.exitCode == 65 && outcome.errors.contains("standard input, line 9: column \"b\" has \"oops\""))
        try work.write(Self.bad(9), to: "d.csv")
        #expect(try work.shell("gzip -k d.csv").exitCode == 0)
        let compressed = try work.run(["fit", "d.csv.gz"] + fit)
        #expect(compressed.exitCode == 65 && compressed.errors.contains("d.csv.gz, line 9: column \"b\" has \"oops\""))
    }

    /// Text throughout in the first file, numbers in the second.
    @Test func columnsOfTextAreTextInAllFiles() throws {
        let work = try Workspace()
        try work.write("t,a,y\n" + (0..<60).map { "x\($0 % 3),\($0 % 7),\($0 % 5)\n" }.joined(), to: "d.csv")
        try work.write("t,a,y\n" + (0..<60).map { "\($0 % 3),\($0 % 7),\($0 % 5)\n" }.joined(), to: "e.csv")
        for more in [[], ["--out-of-core"]] {
            let outcome = try work.run(
                ["fit", "d.csv", "e.csv", "--target", "y", "--experts", "1", "-o", "m.json"] + more)
            #expect(outcome.exitCode == 65)
            #expect(outcome.errors.contains("e.csv, line 2: column \"t\" has the number 0, where it is text before"))
        }
        let named = try work.run(
            ["fit", "d.csv", "e.csv", "--target", "y", "--experts", "1", "--exclude", "t", "-o", "m.json"])
        #expect(named.exitCode == 0 && named.errors.isEmpty)
    }

    @Test func namedColumnsThatCannotBeCovariatesAreRefused() throws {
        let work = try Workspace()
        let rows = (0..<1500).map { "c\($0),\($0 % 40)x,same,,\($0 % 9)\n" }
        try work.write("many,some,one,none,y\n" + rows.joined(), to: "d.csv")
        let cases: [(String, String, String)] = [
            ("--categories", "many", "more than 1000 different values"), ("--features", "many", "more than 1000"),
            ("--features", "some", "text of 40 different values"), ("--categories", "one", "\"same\" in every row"),
            ("--features", "none", "has no value"), ("--categories", "none", "has no value"),
        ]
        for (option, name, says) in cases {
            let outcome = try work.run(["study", "new", "d.csv", "--target", "y", option, name, "-o", "s.json"])
            #expect(outcome.exitCode == 65 && outcome.errorLines.count == 1)
            #expect(outcome.errors.contains("d.csv: column \"\(name)\"") && outcome.errors.contains(says))
            #expect(!work.exists("s.json"))
        }
    }

    // MARK: Names of rows and sites

    @Test func numbersOfRowsAreLeftOutWithOneLine() throws {
        let work = try Workspace()
        let lines = Sample.csv(seed: 1).split(separator: "\n")
        let text = lines.enumerated().map { $0 == 0 ? "," + $1 : "\($0 - 1)," + $1 }.joined(separator: "\n")
        try work.write(text, to: "d.csv")
        let outcome = try work.fit("d.csv", to: "m.json")
        #expect(outcome.errors.hasPrefix("warning: d.csv: columns that number the rows are no covariates: 'column1' ("))
        #expect(outcome.errorLines.count == 1)
        #expect(try work.model("m.json").covariates == ["a", "b", "c"])
        #expect(try work.fit("d.csv", to: "m.json", "--features", "column1,a").errors.isEmpty)
        #expect(try work.model("m.json").covariates == ["column1", "a"])
        let study = try work.succeed("study", "new", "d.csv", "--target", "y", "-o", "s.json")
        #expect(study.output.contains("'column1' numbers the rows: no covariate"))
        #expect(try Study.read(path: work.url("s.json").path).covariates.map(\.name) == ["a", "b", "c"])
    }

    @Test func namesOfSitesAreLeftOutWithOneLine() throws {
        let work = try Workspace()
        for (site, name) in ["d", "e", "f"].enumerated() {
            let lines = Sample.csv(seed: UInt64(site + 1)).split(separator: "\n")
            let text = lines.enumerated().map { $0 == 0 ? "hospital,same," + $1 : "\(101 + site),4," + $1 }
            try work.write(text.joined(separator: "\n"), to: "\(name).csv")
        }
        let learn = ["learn", "d.csv", "e.csv", "f.csv", "--target", "y", "--experts", "1", "-o", "g.json"]
        let outcome = try work.run(learn)
        #expect(outcome.exitCode == 0)
        #expect(
            outcome.errors.contains("columns of one value a shard, another in each, are no covariates: 'hospital' ("))
        #expect(try work.model("g.json").covariates == ["same", "a", "b", "c"])
        let named = try work.run(learn + ["--features", "hospital,a"])
        #expect(named.exitCode == 0 && !named.errors.contains("another in each"))
        #expect(try work.model("g.json").covariates == ["hospital", "a"])
        let study = try work.succeed("study", "new", "d.csv", "e.csv", "f.csv", "--target", "y", "-o", "s.json")
        #expect(study.output.contains("'hospital' has one value in each file, another in each: no covariate"))
    }
}
