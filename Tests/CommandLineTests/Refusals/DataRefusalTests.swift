import Foundation
import Messages
import Testing

/// Data that cannot be used: what is said, and that nothing is written.
@Suite struct DataRefusalTests {
    private static let good = Sample.csv(seed: 1, rows: 40)

    private static func column(_ column: Int, _ value: @escaping (Int) -> String) -> String {
        good.split(separator: "\n").enumerated().map { index, line in
            var fields = line.split(separator: ",").map(String.init)
            if index > 0 { fields[column] = value(index) }
            return fields.joined(separator: ",")
        }.joined(separator: "\n")
    }

    static let ofFiles: [Refusal] = [
        Refusal("missing file", ["fit", "none.csv", "--target", "y", "--experts", "1"], code: 66, says: ["none.csv"]),
        Refusal(
            "directory", files: ["d/x.csv": good], ["fit", "d", "--target", "y", "--experts", "1"], code: 66,
            says: ["dmoe: d: ", "directory"]),
        Refusal(
            "second file missing", files: ["d.csv": good],
            ["fit", "d.csv", "none.csv", "--target", "y", "--experts", "1"], code: 66, says: ["none.csv"]),
        Refusal(
            "a file twice", files: ["d.csv": good, "e.csv": good],
            ["fit", "d.csv", "e.csv", "d.csv", "--target", "y", "--experts", "1"], says: ["d.csv: is given twice"]),
        Refusal(
            "a file by two names", files: ["d.csv": good],
            ["fit", "d.csv", "./d.csv", "--target", "y", "--experts", "1"],
            says: ["./d.csv: is the same file as d.csv"]),
        .fit("empty file", "", says: ["d.csv", "empty"]),
        .fit("blank file", "\n\n", says: ["d.csv", "empty"]),
        .fit("header only", "a,b,c,y\n", says: ["d.csv", "no rows"]),
        .fit("ragged row", good.replacing("a,b,c,y", with: "a,b,c,y\n1,2,3"), says: ["d.csv, line 2", "3 fields"]),
        .fit("a column twice", good.replacing("a,b,c,y", with: "a,b,a,y"), says: ["d.csv", "\"a\""]),
        .fit("wrong delimiter", good, "--delimiter", ";", says: ["d.csv", "check the delimiter"]),
        .fit("zip archive", "PK\u{3}\u{4}rest", says: ["d.csv", "zip"]),
    ]

    static let ofColumns: [Refusal] = [
        .fit("no target", good.replacing("c,y", with: "c,z"), says: ["d.csv", "no column \"y\"", "\"z\""]),
        .fit("no feature", good, "--features", "a,q", says: ["d.csv", "no column \"q\""]),
        .fit("no gate feature", good, "--gate-features", "q", says: ["d.csv", "no column \"q\""]),
        .fit("no weights", good, "--weights", "q", says: ["d.csv", "no column \"q\""]),
        .fit("nothing to exclude", good, "--exclude", "q", says: ["d.csv", "no column \"q\""]),
        .fit("target as covariate", good, "--features", "a,y", says: ["d.csv", "\"y\""]),
        .fit("no covariate left", good, "--exclude", "a,b,c", says: ["d.csv", "--features"]),
        Refusal(
            "no shard column", files: ["d.csv": good],
            ["learn", "d.csv", "--shard-by", "site", "--target", "y", "--experts", "1"],
            says: ["d.csv", "no column \"site\""]),
        Refusal(
            "second file without a covariate", files: ["d.csv": good, "e.csv": "a,b,y\n1,2,3\n"],
            ["fit", "d.csv", "e.csv", "--target", "y", "--experts", "1"], says: ["e.csv", "no column \"c\""]),
    ]

    static let ofFields: [Refusal] = [
        .fit(
            "text in the target", Sample.csv(seed: 1, rows: 40, line: 7, column: 3, "oops"),
            says: ["d.csv, line 7", "\"y\"", "\"oops\""]),
        .fit(
            "text in a covariate", Sample.csv(seed: 1, rows: 40, line: 9, column: 0, "x1"), "--features", "a,b",
            says: ["d.csv, line 9", "\"a\"", "\"x1\""]),
        .fit(
            "decimal comma", Sample.csv(seed: 1, rows: 40, line: 7, column: 3, "\"-0,5\""),
            says: ["d.csv, line 7", "\"y\"", "\"-0,5\"", "decimal point"]),
        .fit(
            "missing covariate", Sample.csv(seed: 1, rows: 40, line: 5, column: 1, "NaN"),
            says: ["d.csv, line 5", "\"b\"", "--missing drop"]),
        .fit(
            "missing target", Sample.csv(seed: 1, rows: 40, line: 41, column: 3, ""),
            says: ["d.csv, line 41", "\"y\""]),
        .fit(
            "infinite value", Sample.csv(seed: 1, rows: 40, line: 3, column: 2, "-inf"),
            says: ["d.csv, line 3", "\"c\"", "infinite"]),
        .fit(
            "infinite value, missing ones dropped", Sample.csv(seed: 1, rows: 40, line: 3, column: 2, "1e999"),
            "--missing", "drop", says: ["d.csv, line 3", "\"c\""]),
        .fit(
            "negative weight", column(2) { $0 == 4 ? "-1" : "1" }, "--weights", "c", says: ["d.csv, line 5", "\"c\""]),
        .fit("weights all zero", column(2) { _ in "0" }, "--weights", "c", says: ["d.csv", "\"c\""]),
        .fit(
            "no row left", column(1) { _ in "NA" }, "--missing", "drop", "--features", "a,b",
            says: ["d.csv", "missing in every row"]),
    ]

    static let ofRows: [Refusal] = [
        .fit("constant target", column(3) { _ in "2.5" }, says: ["d.csv", "'y'", "2.5"]),
        .fit("too many experts", good, "--experts", "9", says: ["d.csv", "40 rows", "9 experts", "--experts 4"]),
        .fit("too few rows", Sample.csv(seed: 1, rows: 5), says: ["d.csv", "5 rows"]),
        .fit("numbers too large", column(0) { "\($0)e250" }, says: ["d.csv", "line 2", "\"a\"", "e+250"]),
        .fit("target too large", column(3) { "\($0)e250" }, says: ["d.csv", "line 2", "\"y\"", "e+250"]),
        Refusal(
            "no shard large enough", files: ["d.csv": good],
            ["learn", "d.csv", "--shards", "20", "--target", "y", "--experts", "2"], says: ["no shard", "shard 1"]),
        Refusal(
            "everything held out", files: ["d.csv": good, "e.csv": good],
            ["learn", "d.csv", "e.csv", "--holdout", "0.99", "--target", "y", "--experts", "1"], says: ["no shard"]),
        Refusal(
            "a shard with a constant target alone", files: ["d.csv": column(3) { _ in "1" }],
            ["learn", "d.csv", "--shards", "2", "--target", "y", "--experts", "1"],
            says: ["no shard", "'y'", "is 1 in every row"]),
    ]

    @Test(arguments: ofFiles + ofColumns + ofFields + ofRows) func refused(_ refusal: Refusal) throws {
        try Workspace().expect(refusal)
    }

    // MARK: Data for a model

    private func withModel() throws -> Workspace {
        let work = try Workspace()
        try work.writeSites(1)
        try work.fit("s0.csv", to: "m.json")
        return work
    }

    @Test func dataThatDoNotFitTheModel() throws {
        let work = try withModel()
        let refusals = [
            Refusal(
                "no covariate", files: ["d.csv": "a,c,y\n1,2,3\n"], ["predict", "m.json", "d.csv"],
                says: ["d.csv", "no column \"b\""]),
            Refusal(
                "missing covariate", files: ["d.csv": "a,b,c\n1,2,3\n1,NA,3\n"], ["predict", "m.json", "d.csv"],
                says: ["d.csv, line 3", "\"b\""]),
            Refusal(
                "text in the target", files: ["d.csv": "a,b,c,y\n1,2,3,high\n"], ["predict", "m.json", "d.csv"],
                says: ["d.csv, line 2", "\"y\"", "\"high\""]),
            Refusal("no data", ["predict", "m.json", "none.csv"], code: 66, says: ["none.csv"]),
        ]
        for refusal in refusals { try work.expect(refusal) }
    }

    /// Scores have no output file.
    @Test func dataThatCannotBeScored() throws {
        let work = try withModel()
        let cases = [
            ("a,b,c\n1,2,3\n", [String](), ["d.csv", "no column \"y\""]),
            ("a,b,c,y\n1,2,3,NA\n", [], ["d.csv, line 2", "\"y\""]),
            ("a,b,c,y\n1,2,3,NA\n", ["--missing", "drop"], ["d.csv", "no row is left to score"]),
            ("a,b,c,y,w\n1,2,3,4,-1\n", ["--weights", "w"], ["d.csv, line 2", "\"w\""]),
            ("a,b,c,y\n1,2,3,4\n1,2,3,1e200\n", ["--json"], ["d.csv, line 3", "\"y\"", "1e+200"]),
        ]
        for (text, more, says) in cases {
            try work.write(text, to: "d.csv")
            let outcome = try work.run(["evaluate", "m.json", "d.csv", "--quiet"] + more)
            #expect(outcome.exitCode == 65)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errorLines.count == 1)
            #expect(outcome.errors.hasPrefix("dmoe: "))
            for part in says { #expect(outcome.errors.contains(part), "\(outcome.errors)") }
        }
    }
}
