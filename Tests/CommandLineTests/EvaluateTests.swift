import DistributedMoE
import Foundation
import Testing

@Suite struct EvaluateTests {
    static let keys = [
        "rows", "logLikelihood", "logLikelihoodPerRow", "crps", "rmse", "mae", "relativePredictionError", "rSquared",
        "correlation",
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
        #expect(abs(scores.rmse - (errors.reduce(0) { $0 + $1 * $1 } / 300).squareRoot()) < 1e-12)
        #expect(abs(scores.mae - errors.reduce(0) { $0 + abs($1) } / 300) < 1e-12)
        #expect(scores.crps > 0 && scores.crps < scores.mae)
        #expect(scores.rSquared > 0.5 && scores.rSquared < 1)
        #expect(scores.correlation > 0.7 && scores.correlation < 1)
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
        #expect(abs(weighted.rmse - repeated.rmse) < 1e-12)
        #expect(abs(weighted.crps - repeated.crps) < 1e-12)
        #expect(abs(weighted.rSquared - repeated.rSquared) < 1e-12)
        #expect(try abs(scores("weighted.csv").rmse - repeated.rmse) > 1e-6)
    }

    @Test func theTextHasEveryScore() throws {
        let text = try work.succeed("evaluate", "m.json", "s1.csv").output
        let scores = try scores("s1.csv")
        #expect(text.contains(/rows +300\n/))
        #expect(text.split(separator: "\n").count == Self.keys.count)
        for value in [scores.crps, scores.rmse, scores.mae, scores.rSquared, scores.correlation] {
            #expect(text.contains(String(format: "%.6f", value)))
        }
    }

    @Test func rowsWithHolesAreLeftOutOnDemand() throws {
        try work.write(Sample.csv(seed: 2, line: 3, column: 3, ""), to: "holes.csv")
        let outcome = try work.run(["evaluate", "m.json", "holes.csv", "--missing", "drop", "--json"])
        #expect(try work.json(outcome.output)["rows"] as? Int == 299)
        #expect(outcome.errors == "holes.csv: 1 of 300 rows left out for missing values\n")
    }
}
