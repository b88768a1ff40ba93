import Foundation
import Testing

@Suite struct PredictTests {
    let work: Workspace

    init() throws {
        work = try Workspace()
        try work.writeSites(2)
        try work.fit("s0.csv", to: "m.json")
    }

    private func predict(_ data: String, _ more: String...) throws -> NumberTable {
        let outcome = try work.run(["predict", "m.json", data, "-o", "-"] + more)
        try #require(outcome.exitCode == 0, "\(outcome.errors)")
        return try NumberTable(outcome.output)
    }

    private func header(_ text: String) -> [Substring] { text.prefix { $0 != "\n" }.split(separator: ",") }

    // MARK: Columns

    @Test func columnsFollowWhatIsKnown() throws {
        let always: [Substring] = ["row", "mean", "standardDeviation", "expert", "gate1", "gate2"]
        let posterior: [Substring] = ["logDensity", "posterior1", "posterior2"]
        let covariates = zip(Sample.names, Sample.columns(seed: 2)).prefix(3).map { (name: $0.0, values: $0.1) }
        try work.write(Sample.csv(covariates), to: "new.csv")
        #expect(header(try work.succeed("predict", "m.json", "new.csv", "-o", "-").output) == always)
        #expect(header(try work.succeed("predict", "m.json", "s1.csv", "-o", "-").output) == always + posterior)
        let all = try work.succeed("predict", "m.json", "s1.csv", "--interval", "0.8", "-o", "-").output
        #expect(header(all) == always + ["lower", "upper"] + posterior)
    }

    @Test func standardOutputAndFileHoldTheSame() throws {
        let output = try work.succeed("predict", "m.json", "s1.csv", "-o", "-")
        let outcome = try work.succeed("predict", "m.json", "s1.csv", "-o", "p.csv", "--threads", "2")
        #expect(try work.text("p.csv") == output.output)
        #expect(output.errors.isEmpty)
        #expect(outcome.output == "p.csv: 300 rows predicted\n")
        let summary = try work.json(try work.succeed("predict", "m.json", "s1.csv", "-o", "p.csv", "--json").output)
        #expect(summary["rows"] as? Int == 300)
        #expect(summary["leftOut"] as? Int == 0)
        #expect(summary["output"] as? String == "p.csv")
    }

    // MARK: Values

    @Test func valuesAreThoseOfTheFile() throws {
        let file = try work.model("m.json")
        let data = Sample.columns(seed: 2)
        let table = try predict("s1.csv")
        let names = [
            "row", "mean", "standardDeviation", "expert", "gate1", "gate2", "logDensity", "posterior1", "posterior2",
        ]
        let found = Dictionary(uniqueKeysWithValues: try names.map { ($0, try table.numbers($0)) })
        for row in 0..<300 {
            let x = [1] + (0..<3).map { data[$0][row] }
            func product(_ coefficients: [Double]) -> Double { zip(coefficients, x).reduce(0) { $0 + $1.0 * $1.1 } }
            let odds = file.experts.map { exp(product($0.gate)) }
            let gates = odds.map { $0 / odds.reduce(0, +) }
            let means = file.experts.map { product($0.coefficients) }
            let mean = zip(gates, means).reduce(0) { $0 + $1.0 * $1.1 }
            let square = file.experts.indices.reduce(0) {
                $0 + gates[$1] * (file.experts[$1].dispersion + means[$1] * means[$1])
            }
            let densities = file.experts.indices.map {
                gates[$0] * exp(-0.5 * pow(data[3][row] - means[$0], 2) / file.experts[$0].dispersion)
                    / (2 * .pi * file.experts[$0].dispersion).squareRoot()
            }
            let total = densities.reduce(0, +)
            let expected: [String: Double] = [
                "row": Double(row + 1), "mean": mean, "standardDeviation": (square - mean * mean).squareRoot(),
                "expert": gates[0] > gates[1] ? 1 : 2, "gate1": gates[0], "gate2": gates[1],
                "logDensity": log(total), "posterior1": densities[0] / total, "posterior2": densities[1] / total,
            ]
            for (name, value) in expected {
                let found = try #require(found[name])[row]
                #expect(abs(found - value) < 1e-8 * max(1, abs(value)), "\(name) in row \(row + 1)")
            }
        }
    }

    @Test func gatesAndPosteriorsSumToOne() throws {
        let table = try predict("s1.csv")
        for (first, second) in [("gate1", "gate2"), ("posterior1", "posterior2")] {
            let pairs = zip(try table.numbers(first), try table.numbers(second))
            #expect(pairs.allSatisfy { abs($0 + $1 - 1) < 1e-12 })
        }
    }

    @Test(arguments: [0.5, 0.9]) func intervalsHoldTheirShare(_ share: Double) throws {
        let table = try predict("s1.csv", "--interval", String(share))
        let y = Sample.columns(seed: 2)[3]
        let lower = try table.numbers("lower")
        let upper = try table.numbers("upper")
        #expect(zip(lower, upper).allSatisfy { $0 < $1 })
        let inside = y.indices.count { lower[$0] < y[$0] && y[$0] < upper[$0] }
        #expect(abs(Double(inside) / 300 - share) < 4 * (share * (1 - share) / 300).squareRoot())
    }

    @Test func wideIntervalsHoldTheMeanAndTheNarrowOnes() throws {
        let wide = try predict("s1.csv", "--interval", "0.99")
        let narrow = try predict("s1.csv", "--interval", "0.6")
        let bounds = try [
            wide.numbers("lower"), narrow.numbers("lower"), narrow.numbers("upper"), wide.numbers("upper"),
        ]
        for (row, mean) in try wide.numbers("mean").enumerated() {
            let values = bounds.map { $0[row] }
            #expect(values == values.sorted())
            #expect(values[0] < mean && mean < values[3])
        }
    }

    // MARK: Missing values

    @Test func rowNumbersAreThoseOfTheData() throws {
        var lines = try work.text("s1.csv").split(separator: "\n").map(String.init)
        lines[2] = "NA,1,2,3"
        lines[5] = "1,2,,3"
        try work.write(lines.prefix(9).joined(separator: "\n"), to: "holes.csv")
        let outcome = try work.succeed("predict", "m.json", "holes.csv", "--missing", "drop", "-o", "-")
        let part = try NumberTable(outcome.output)
        #expect(try part.column("row") == [1, 3, 4, 6, 7, 8])
        #expect(outcome.errors == "holes.csv: 2 of 8 rows left out for missing values\n")
        let means = try predict("s1.csv").numbers("mean")
        #expect(try part.numbers("mean") == [0, 2, 3, 5, 6, 7].map { means[$0] })
        let summary = try work.json(
            try work.succeed("predict", "m.json", "holes.csv", "--missing", "drop", "-o", "p.csv", "--json").output)
        #expect(summary["rows"] as? Int == 6)
        #expect(summary["leftOut"] as? Int == 2)
    }

    /// Under either rule: a response that is not known yet is what prediction is for.
    @Test(arguments: ["error", "drop"]) func aMissingTargetLeavesItsFieldsEmpty(_ rule: String) throws {
        try work.write(Sample.csv(seed: 2, rows: 4, line: 3, column: 3, "NA"), to: "some.csv")
        let table = try predict("some.csv", "--missing", rule)
        #expect(try table.column("row") == [1, 2, 3, 4])
        for name in ["logDensity", "posterior1", "posterior2"] {
            #expect(try table.column(name).map { $0 == nil } == [false, true, false, false], "\(name)")
        }
        for name in ["mean", "standardDeviation", "gate1"] {
            #expect(try table.numbers(name).count == 4, "\(name)")
        }
    }
}
