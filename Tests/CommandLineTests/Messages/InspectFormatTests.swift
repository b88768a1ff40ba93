import Foundation
import Numerics
import Testing

/// Tables of coefficients for papers and other programs.
@Suite struct InspectFormatTests {
    private let work: Workspace

    init() throws {
        work = try Workspace()
        try work.writeSites(1)
        try work.fit("s0.csv", to: "m.json")
    }

    private func csv(_ arguments: String...) throws -> [[String]] {
        let text = try work.succeed(["inspect", "m.json", "--format", "csv"] + arguments).output
        return text.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    @Test func everyCoefficientHasALineWithAllDigits() throws {
        let lines = try csv()
        #expect(Set(lines.map(\.count)) == [11])
        let model = try work.model("m.json")
        let (body, numbers) = (Array(lines.dropFirst()), lines.dropFirst().map { Double($0[5]) })
        let expected = model.experts.flatMap { $0.coefficients + [$0.dispersion] } + model.experts[0].gate
        #expect(numbers == expected)
        #expect(body.filter { $0[0] == "gate" }.allSatisfy { $0[1] == "1" && $0[2] == "2" })
        for line in body where line[4] != "dispersion" {
            let (estimate, error) = (try #require(Double(line[5])), try #require(Double(line[6])))
            let p = try #require(Double(line[9]))
            #expect(abs(p - 2 * Scalar.normalDistribution(-abs(estimate / error))) <= 1e-12 * p)
            // 0 is in the interval of a level where its p-value is above what is left of the level.
            let (low, high) = (try #require(Double(line[7])), try #require(Double(line[8])))
            #expect((low...high).contains(0) == (p > 0.05))
        }
        let wider = try csv("--level", "0.99")
        #expect(zip(body, wider.dropFirst()).allSatisfy { (Double($0[7]) ?? 0) >= (Double($1[7]) ?? 0) })
    }

    /// Of one linear regression, by the formulas of a textbook.
    @Test func oneRegressionHasStudentsT() throws {
        let x = (1...12).map(Double.init)
        let y = x.map { 2 * $0 + (Int($0).isMultiple(of: 2) ? -3 : 3) }
        let rows = zip(x, y).map { "\($0),\($1)" }
        try work.write((["x,y"] + rows).joined(separator: "\n") + "\n", to: "d.csv")
        try work.succeed("fit", "d.csv", "--target", "y", "--experts", "1", "--draft", "-o", "m.json")
        let slope = try #require(try csv().first { $0[4] == "x" })
        let (mean, response) = (6.5, y.reduce(0, +) / 12)
        let sum = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let estimate = zip(x, y).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - response) } / sum
        let residual = zip(x, y).reduce(0) { $0 + pow($1.1 - response - estimate * ($1.0 - mean), 2) }
        let error = (residual / 10 / sum).squareRoot()
        let p = 2 * SpecialFunctions.studentTail(estimate / error, degrees: 10)
        #expect(abs(try #require(Double(slope[5])) - estimate) < 1e-9)
        #expect(abs(try #require(Double(slope[6])) - error) < 1e-6 * error)
        #expect(abs(try #require(Double(slope[9])) - p) < 1e-4 * p)
    }

    @Test func namesDoNotBreakATable() throws {
        try work.write(try work.text("s0.csv").replacing("a,b,c,y", with: "a|b_1,\"b,%2\",c,y"), to: "d.csv")
        try work.fit("d.csv", to: "m.json")
        #expect(try work.succeed("inspect", "m.json", "--format", "csv").output.contains("expert,1,,,\"b,%2\","))
        #expect(try work.succeed("inspect", "m.json", "--format", "markdown").output.contains("| expert 1: a\\|b_1 |"))
        let latex = try work.succeed("inspect", "m.json", "--format", "latex").output
        #expect(latex.contains("expert 1: a|b\\_1 &") && latex.contains("expert 1: b,\\%2 &"))
        #expect(latex.hasPrefix("\\begin{tabular}{lrrrr}") && latex.contains("\\end{tabular}"))
    }

    /// A covariate may have the name of the intercept, and a line of its own.
    @Test func aCovariateCalledIntercept() throws {
        try work.write(try work.text("s0.csv").replacing("a,b,c,y", with: "intercept,b,c,y"), to: "d.csv")
        try work.fit("d.csv", to: "m.json")
        let model = try work.model("m.json")
        let expected = model.experts.flatMap { Array($0.coefficients.prefix(2)) } + model.experts[0].gate.prefix(2)
        #expect(try csv().filter { $0[4] == "intercept" }.map { Double($0[5]) } == expected)
    }

    @Test(arguments: [["--json"], ["--all"], ["--audit"], ["m.json"]]) func tablesAreOfOneModel(_ more: [String]) throws
    {
        let refused = try work.run(["inspect", "m.json", "--format", "latex"] + more)
        #expect(refused.exitCode == 64 && refused.output.isEmpty)
    }
}
