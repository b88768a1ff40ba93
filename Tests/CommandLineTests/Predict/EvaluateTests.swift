import Evaluation
import Foundation
import Testing

@Suite struct EvaluateTests {
    static let keys = [
        "rows", "logLikelihood", "logLikelihoodPerRow", "crps", "rmse", "mae", "relativePredictionError", "rSquared",
        "correlation", "coverage90", "pitHistogram",
    ]

    let work: Workspace

    init() throws {
        work = try Workspace()
        try work.writeSites(2)
        try work.fit("s0.csv", to: "m.json")
    }

    private func scores(_ arguments: String...) throws -> Scores {
        let outcome = try work.run(["evaluate", "m.json"] + arguments + ["--json"])
        try #require(outcome.exitCode == 0, "\(outcome.errors)")
        return try JSONDecoder().decode(Scores.self, from: Data(outcome.output.utf8))
    }

    @Test func keysComeInTheirOrder() throws {
        let text = try work.succeed("evaluate", "m.json", "s1.csv", "--json").output
        #expect(text.matches(of: /"(\w+)":/).map { String($0.1) } == Self.keys)
        #expect(try work.json(text)["rows"] as? Int == 300)
    }

    @Test func scoresFollowFromThePredictions() throws {
        let scores = try scores("s1.csv")
        let table = try NumberTable(work.succeed("predict", "m.json", "s1.csv", "-o", "-").output)
        let means = try table.numbers("mean")
        let logDensities = try table.numbers("logDensity")
        let y = Sample.columns(seed: 2)[3]
        let errors = zip(y, means).map(-)
        #expect(abs(scores.logLikelihood - logDensities.reduce(0, +)) < 1e-9)
        #expect(abs(scores.logLikelihoodPerRow - scores.logLikelihood / 300) < 1e-12)
        #expect(try abs(#require(scores.rmse) - (errors.reduce(0) { $0 + $1 * $1 } / 300).squareRoot()) < 1e-12)
        #expect(try abs(#require(scores.mae) - errors.reduce(0) { $0 + abs($1) } / 300) < 1e-12)
        let (crps, mae) = (try #require(scores.crps), try #require(scores.mae))
        #expect(crps > 0 && crps < mae)
        #expect(try (0.5..<1).contains(#require(scores.rSquared)))
        #expect(try (0.7..<1).contains(#require(scores.correlation)))
    }

    @Test func coverageIsThatOfTheIntervals() throws {
        let scores = try scores("s1.csv")
        let table = try NumberTable(work.succeed("predict", "m.json", "s1.csv", "--interval", "0.9", "-o", "-").output)
        let (lower, upper) = (try table.numbers("lower"), try table.numbers("upper"))
        let y = Sample.columns(seed: 2)[3]
        let inside = y.indices.count { lower[$0] <= y[$0] && y[$0] <= upper[$0] }
        #expect(abs(scores.coverage90 - Double(inside) / 300) < 1e-12)
        let histogram = try #require(scores.pitHistogram)
        // Of the bins from 0.05 to 0.95.
        #expect(abs(histogram[1..<19].reduce(0, +) - scores.coverage90) < 1e-12)
    }

    /// The fit reports the log-likelihood of the rows that it was made from.
    @Test func trainingRowsScoreWhatTheFitReports() throws {
        let fit = try #require(try work.model("m.json").fit)
        #expect(abs(try scores("s0.csv").logLikelihood - fit.logLikelihood) < 1e-8)
    }

    @Test func severalFilesAreOneTable() throws {
        let first = try scores("s0.csv")
        let second = try scores("s1.csv")
        let both = try scores("s0.csv", "s1.csv")
        #expect(both.rows == 600)
        #expect(abs(both.logLikelihood - first.logLikelihood - second.logLikelihood) < 1e-9)
        #expect(try scores("s0.csv", "s1.csv", "--threads", "2") == both)
    }

    @Test func aWeightOfTwoIsTheRowTwice() throws {
        let columns = zip(Sample.names, Sample.columns(seed: 2, rows: 20)).map { (name: $0.0, values: $0.1) }
        let rows = (0..<20).flatMap { [Int](repeating: $0, count: $0 % 3) }
        try work.write(
            Sample.csv(columns + [(name: "w", values: (0..<20).map { Double($0 % 3) })]), to: "weighted.csv")
        try work.write(
            Sample.csv(columns.map { column in (name: column.name, values: rows.map { column.values[$0] }) }),
            to: "repeated.csv")
        let weighted = try scores("weighted.csv", "--weights", "w")
        let repeated = try scores("repeated.csv")
        #expect(abs(weighted.logLikelihood - repeated.logLikelihood) < 1e-10)
        #expect(try abs(#require(weighted.rmse) - #require(repeated.rmse)) < 1e-12)
        #expect(try abs(#require(weighted.crps) - #require(repeated.crps)) < 1e-12)
        #expect(try abs(#require(weighted.rSquared) - #require(repeated.rSquared)) < 1e-12)
        #expect(try abs(#require(scores("weighted.csv").rmse) - #require(repeated.rmse)) > 1e-6)
    }

    @Test func theTextHasEveryScore() throws {
        let text = try work.succeed("evaluate", "m.json", "s1.csv").output
        let scores = try scores("s1.csv")
        #expect(text.contains(/rows +300\n/))
        // The histogram is for JSON alone.
        #expect(text.split(separator: "\n").count == Self.keys.count - 1)
        for value in [scores.crps, scores.rmse, scores.mae, scores.rSquared, scores.correlation, scores.coverage90] {
            #expect(try text.contains(String(format: "%.6f", #require(value))))
        }
    }

    @Test func rowsWithHolesAreLeftOutOnDemand() throws {
        try work.write(Sample.csv(seed: 2, line: 3, column: 3, ""), to: "holes.csv")
        let outcome = try work.run(["evaluate", "m.json", "holes.csv", "--missing", "drop", "--json"])
        #expect(try work.json(outcome.output)["rows"] as? Int == 299)
        #expect(outcome.errors == "holes.csv: 1 of 300 rows left out for missing values\n")
    }
}
