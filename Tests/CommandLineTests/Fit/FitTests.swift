import Foundation
import Messages
import Testing

@Suite struct FitTests {
    let work: Workspace

    init() throws {
        work = try Workspace()
        try work.writeSites(1)
    }

    // MARK: The same rows in other clothes

    @Test func everyFormatGivesTheSameFile() throws {
        try work.fit("s0.csv", to: "csv.json")
        let csv = try work.data("s0.csv")
        try work.write(Encoded.gzip(csv), to: "s0.csv.gz")
        try work.write(Encoded.npy(Sample.columns(seed: 1)), to: "s0.npy")
        try work.write(try work.text("s0.csv").replacing(",", with: ";"), to: "semicolons.csv")
        try work.fit("s0.csv.gz", to: "gzip.json")
        try work.fit("s0.npy", to: "npy.json", "--columns", "a,b,c,y")
        try work.fit("-", to: "stdin.json", input: csv)
        try work.fit("semicolons.csv", to: "semicolons.json", "--delimiter", ";")
        for name in ["gzip", "npy", "stdin", "semicolons"] {
            #expect(try work.text("\(name).json") == work.text("csv.json"), "\(name)")
        }
    }

    @Test func outOfCoreGivesTheSameFile() throws {
        try work.write(Encoded.npy(Sample.columns(seed: 1)), to: "s0.npy")
        try work.write(Sample.csv(seed: 2), to: "s1.csv")
        try work.fit("s0.csv", to: "csv.json")
        try work.fit("s0.csv", to: "csv-out.json", "--out-of-core")
        try work.fit("s0.npy", to: "npy-out.json", "--columns", "a,b,c,y", "--out-of-core")
        #expect(try work.text("csv-out.json") == work.text("csv.json"))
        #expect(try work.text("npy-out.json") == work.text("csv.json"))
        try work.fit("s0.csv", to: "two.json", "s1.csv")
        try work.fit("s0.csv", to: "two-out.json", "s1.csv", "--out-of-core")
        #expect(try work.text("two-out.json") == work.text("two.json"))
    }

    /// A covariate is not taken for an empty one because its first values are missing.
    @Test func aColumnThatBeginsLate() throws {
        var columns = Sample.columns(seed: 1)
        for row in 0..<40 { columns[1][row] = .nan }
        try work.write(Encoded.npy(columns), to: "late.npy")
        try work.write(Sample.csv(Array(zip(Sample.names, columns)).map { (name: $0.0, values: $0.1) }), to: "late.csv")
        try work.fit("late.csv", to: "csv.json", "--missing", "drop")
        try work.fit("late.npy", to: "npy.json", "--missing", "drop", "--columns", "a,b,c,y")
        try work.fit("late.npy", to: "npy-out.json", "--missing", "drop", "--columns", "a,b,c,y", "--out-of-core")
        #expect(try work.model("csv.json").covariates == ["a", "b", "c"])
        #expect(try work.text("npy.json") == work.text("csv.json"))
        #expect(try work.text("npy-out.json") == work.text("csv.json"))
    }

    @Test func outOfCoreNeedsPlainFilesAndRoomForThem() throws {
        try work.write(Encoded.gzip(work.data("s0.csv")), to: "s0.csv.gz")
        let arguments = ["--target", "y", "--experts", "2", "--out-of-core", "-o", "out.json"]
        let compressed = try work.run(["fit", "s0.csv.gz"] + arguments)
        #expect(compressed.exitCode == 66)
        #expect(compressed.errors.contains("s0.csv.gz") && compressed.errors.contains("it is compressed; give a plain"))
        let piped = try work.run(["fit", "-"] + arguments, input: try work.data("s0.csv"))
        #expect(piped.exitCode == 66)
        let noRoom = try work.run(["fit", "s0.csv"] + arguments, environment: ["TMPDIR": work.url("nowhere").path])
        #expect(noRoom.exitCode == 74)
        #expect(noRoom.errors.contains("TMPDIR") && noRoom.errorLines.count == 1)
        #expect(!work.exists("out.json"))
    }

    @Test func severalFilesAreOneTable() throws {
        try work.write(Sample.csv(seed: 2), to: "s1.csv")
        let both =
            try work.text("s0.csv")
            + work.text("s1.csv").split(separator: "\n").dropFirst()
            .joined(separator: "\n")
        try work.write(both, to: "both.csv")
        try work.fit("both.csv", to: "both.json")
        try work.fit("s0.csv", to: "two.json", "s1.csv")
        #expect(try work.text("two.json") == work.text("both.json"))
        #expect(try work.model("two.json").rows == 600)
    }

    @Test func orderOfColumnsDoesNotMatter() throws {
        let columns = Sample.columns(seed: 1)
        let order = [2, 3, 1, 0]
        try work.write(
            Sample.csv(order.map { (name: Sample.names[$0], values: columns[$0]) }), to: "turned.csv")
        try work.fit("s0.csv", to: "straight.json")
        try work.fit("turned.csv", to: "turned.json")
        #expect(try work.model("turned.json").covariates == ["c", "b", "a"])
        let straight = try NumberTable(work.succeed("predict", "straight.json", "s0.csv", "-o", "-").output)
        let turned = try NumberTable(work.succeed("predict", "turned.json", "s0.csv", "-o", "-").output)
        for name in ["mean", "standardDeviation", "gate1", "gate2", "logDensity"] {
            let pairs = zip(try straight.numbers(name), try turned.numbers(name))
            #expect(pairs.allSatisfy { abs($0 - $1) < 1e-9 }, "\(name)")
        }
        // Named, the covariates come in the order in which they are named.
        try work.fit("turned.csv", to: "named.json", "--features", "a,b,c")
        #expect(try work.text("named.json") == work.text("straight.json"))
    }

    // MARK: Columns

    @Test func featuresAndExclusionsChooseTheCovariates() throws {
        try work.fit("s0.csv", to: "f.json", "--features", "c,a")
        #expect(try work.model("f.json").covariates == ["c", "a"])
        try work.fit("s0.csv", to: "x.json", "--exclude", "b")
        let excluded = try work.model("x.json")
        #expect(excluded.covariates == ["a", "c"])
        #expect(excluded.gateCovariates == ["a", "c"])
        #expect(!(try work.text("x.json").contains("\"b\"")))
    }

    @Test func theGateMayHaveItsOwnFeatures() throws {
        try work.fit("s0.csv", to: "g.json", "--features", "a,b,c", "--gate-features", "a")
        let file = try work.model("g.json")
        #expect(file.expertCovariates == ["a", "b", "c"])
        #expect(file.gateCovariates == ["a"])
        #expect(file.experts.allSatisfy { $0.gate.count == 2 && $0.coefficients.count == 4 })
        try work.fit("s0.csv", to: "all.json")
        let all = try #require(try work.model("all.json").fit?.logLikelihood)
        let restricted = try #require(file.fit?.logLikelihood)
        #expect(restricted < all)
    }

    @Test func theModelFindsTheTruth() throws {
        try work.fit("s0.csv", to: "m.json")
        let experts = try work.model("m.json").experts.sorted { $0.coefficients[0] > $1.coefficients[0] }
        let truth = [[3, 2, -1, 0.5], [-2, -3, 1, 0]]
        for (expert, coefficients) in zip(experts, truth) {
            #expect(zip(expert.coefficients, coefficients).allSatisfy { abs($0 - $1) < 0.35 })
            #expect(abs(expert.dispersion - 0.25) < 0.08)
        }
    }

    // MARK: Weights and missing values

    @Test func aRowOfWeightZeroIsAnAbsentRow() throws {
        let columns = Sample.columns(seed: 1)
        let kept = columns[0].indices.filter { $0 % 5 != 2 }
        func csv(_ rows: [Int], _ weight: (Int) -> Double) -> String {
            Sample.csv(
                zip(Sample.names, columns).map { name, values in (name: name, values: rows.map { values[$0] }) }
                    + [(name: "w", values: rows.map(weight))])
        }
        let weight = { (row: Int) in Double(row % 5 == 2 ? 0 : 1 + row % 2) }
        try work.write(csv(Array(columns[0].indices), weight), to: "zero.csv")
        try work.write(csv(kept, weight), to: "absent.csv")
        try work.fit("zero.csv", to: "zero.json", "--weights", "w")
        try work.fit("absent.csv", to: "absent.json", "--weights", "w")
        #expect(try work.text("zero.json") == work.text("absent.json"))
        let file = try work.model("zero.json")
        #expect(file.covariates == ["a", "b", "c"])
        #expect(file.weight == kept.reduce(0) { $0 + weight($1) })
        try work.fit("absent.csv", to: "unweighted.json", "--exclude", "w")
        #expect(try work.text("unweighted.json") != work.text("absent.json"))
    }

    @Test func droppedRowsAreCountedAndGone() throws {
        var lines = try work.text("s0.csv").split(separator: "\n").map(String.init)
        try work.write(lines.joined(separator: "\n"), to: "clean.csv")
        lines.insert("NA,1,2,3", at: 4)
        lines.insert("1,2,3,", at: 9)
        lines.append("1,nan,3,4")
        try work.write(lines.joined(separator: "\n"), to: "holes.csv")
        let outcome = try work.fit("holes.csv", to: "holes.json", "--missing", "drop")
        #expect(outcome.errors == "holes.csv: 3 of 303 rows left out for missing values\n")
        try work.fit("clean.csv", to: "clean.json")
        var holes = try work.model("holes.json")
        #expect(holes.reading?.rowsLeftOut == .below(10))
        holes.reading?.rowsLeftOut = 0
        #expect(try holes.text(path: "") == work.text("clean.json"))
        #expect(try work.fit("holes.csv", to: "holes.json", "--missing", "drop", "--quiet").errors.isEmpty)
    }

    // MARK: The same result

    @Test func seedAndThreads() throws {
        try work.fit("s0.csv", to: "first.json", "--threads", "1")
        try work.fit("s0.csv", to: "second.json", "--threads", "2")
        #expect(try work.text("first.json") == work.text("second.json"))
        try work.fit("s0.csv", to: "third.json", "--seed", "2")
        #expect(try work.text("third.json") != work.text("first.json"))
        #expect(try work.model("third.json").fit?.options.seed == 2)
    }

    @Test func theSummaryAgreesWithTheFile() throws {
        let outcome = try work.fit("s0.csv", to: "m.json", "--json")
        let summary = try work.json(outcome.output)
        let file = try work.model("m.json")
        #expect(
            Set(summary.keys) == [
                "output", "bytes", "target", "experts", "rows", "logLikelihood", "logLikelihoodPerRow", "stopReason",
                "iterations", "reading", "warnings", "disclosure",
            ])
        #expect(summary["output"] as? String == "m.json")
        #expect(summary["bytes"] as? Int == (try work.data("m.json").count))
        #expect(summary["rows"] as? Int == 300)
        #expect(summary["experts"] as? Int == 2)
        #expect(summary["stopReason"] as? String == "converged")
        let logLikelihood = try #require(file.fit?.logLikelihood)
        #expect(abs((summary["logLikelihood"] as? Double ?? .nan) - logLikelihood) < 1e-9)
        #expect(abs((summary["logLikelihoodPerRow"] as? Double ?? .nan) - logLikelihood / 300) < 1e-9)
        let text = try work.fit("s0.csv", to: "m.json").output
        #expect(text.contains("2 experts for 'y' from 300 rows and 3 covariates"))
        let count = try work.data("m.json").count
        #expect(text.contains("m.json: \(count / 1000),\(String(1000 + count % 1000).dropFirst()) bytes, no row in it"))
    }

    /// Nobody else gets a draft, so that a mean and a variance are better than none.
    @Test(arguments: ["1", "3", "1..3"]) func aDraftOfFewerRowsThanCoefficientsHasNoSlopes(experts: String) throws {
        let names = (1...12).map { "x\($0)" } + ["y"]
        let rows = (1...9).map { row in names.indices.map { "\(row * ($0 + 3) % 7).\(row)" }.joined(separator: ",") }
        try work.write(([names.joined(separator: ",")] + rows).joined(separator: "\n") + "\n", to: "few.csv")
        let arguments = ["fit", "few.csv", "--target", "y", "--experts", experts, "-o", "few.json"]
        let outcome = try work.succeed(arguments + ["--draft"])
        #expect(outcome.errors.contains("intercept-only expert"))
        #expect(outcome.errors.contains("9 rows support 1 of 3 experts") == (experts != "1"))
        let model = try work.model("few.json")
        #expect(model.experts.count == 1 && model.experts[0].coefficients.dropFirst().allSatisfy { $0 == 0 })
        #expect(try work.run(arguments).exitCode == 65)
    }
}
