import Evaluation
import Foundation
import Messages
import MixtureOfExperts
import Numerics
import Tables
import Testing

/// `predict`, `evaluate`, `learn` and `compare` where responses are no Gaussian numbers.
@Suite struct FamilyPredictionTests {
    private static let classes = ["never, ever", "no", "yes"]
    private static let columns = ["a", "b", "count", "visits", "size", "label", "two"]

    let work: Workspace

    init() throws {
        work = try Workspace()
        for seed in 1...2 { try work.write(Self.csv(seed: UInt64(seed)), to: "s\(seed).csv") }
    }

    /// Two groups with a regression each, for responses of every kind.
    private static func csv(seed: UInt64, rows: Int = 300) -> String {
        var random = RandomNumbers(seed: seed)
        var writer = CSVWriter(header: columns)
        for _ in 0..<rows {
            let isFirst = random.uniform() < 0.5
            let (a, b) = ((isFirst ? -1 : 1) + random.normal(), random.normal())
            let predictor = isFirst ? 0.5 + 0.4 * a : 2 - 0.3 * b
            let label = MultinomialFamily(classes: classes)
                .sample([1.5 * a, isFirst ? b + 1 : b - 1], dispersion: 1, using: &random)
            writer.append([
                .number(a), .number(b),
                .number(PoissonFamily().sample([predictor], dispersion: 1, using: &random)),
                .number(NegativeBinomialFamily().sample([predictor], dispersion: 0.6, using: &random)),
                .number(GammaFamily().sample([predictor], dispersion: 0.4, using: &random)),
                .text(classes[Int(label)]), .text(label == 2 ? "yes" : "no"),
            ])
        }
        return writer.contents
    }

    private static let families = [
        ("count", "poisson"), ("visits", "negative-binomial"), ("size", "gamma"), ("label", "multinomial"),
        ("two", "multinomial"),
    ]

    private func fit(_ target: String, _ family: String) throws {
        try work.succeed(
            "fit", "s1.csv", "--target", target, "--family", family, "--features", "a,b", "--experts", "2", "--starts",
            "4", "-o", "m.json")
    }

    private func scores() throws -> Scores {
        let text = try work.succeed("evaluate", "m.json", "s2.csv", "--json").output
        return try JSONDecoder().decode(Scores.self, from: Data(text.utf8))
    }

    // MARK: Counts and positive numbers

    @Test(arguments: families.prefix(3)) func intervalsAreThoseOfTheCoverage(_ target: String, _ family: String) throws
    {
        try fit(target, family)
        let scores = try scores()
        let table = try NumberTable(work.succeed("predict", "m.json", "s2.csv", "--interval", "0.9", "-o", "-").output)
        let y = try NumberTable(work.text("s2.csv").replacingOccurrences(of: "never, ever", with: "never"))
            .numbers(target)
        let (lower, upper) = (try table.numbers("lower"), try table.numbers("upper"))
        let inside = y.indices.count { lower[$0] <= y[$0] && y[$0] <= upper[$0] }
        #expect(abs(scores.coverage90 - Double(inside) / 300) < 1e-12)
        #expect(lower.allSatisfy { $0 >= 0 })
        if family != "gamma" { #expect((lower + upper).allSatisfy { $0 == $0.rounded() }) }
        let promised = scores.expectedCoverage90 ?? 0.9
        #expect(abs(scores.coverage90 - promised) < 5 * (0.09 / 300).squareRoot())
        let errors = zip(y, try table.numbers("mean")).map { abs($0 - $1) }
        #expect(try abs(#require(scores.mae) - errors.reduce(0, +) / 300) < 1e-12)
        #expect(try abs(scores.logLikelihood - table.numbers("logDensity").reduce(0, +)) < 1e-9)
    }

    // MARK: Classes

    @Test func classesAndTheirProbabilities() throws {
        try fit("label", "multinomial")
        let output = try work.succeed("predict", "m.json", "s2.csv", "--interval", "0.9", "-o", "-").output
        let header = output.prefix { $0 != "\n" }
        #expect(
            header == "row,class,\"probability=never, ever\",probability=no,probability=yes,expert,gate1,gate2,set,"
                + "logDensity,posterior1,posterior2")
        // The one name with a comma is its only use of quotes.
        let table = try NumberTable(
            output.replacingOccurrences(of: "never, ever", with: "never")
                .replacingOccurrences(of: "\"", with: ""))
        let probabilities = try ["never", "no", "yes"].map { try table.numbers("probability=\($0)") }
        for row in 0..<300 {
            #expect(abs(probabilities.reduce(0) { $0 + $1[row] } - 1) < 1e-12)
        }
        let lines = output.split(separator: "\n").dropFirst()
        for (row, line) in lines.enumerated() {
            let largest = (0..<3).max { probabilities[$0][row] < probabilities[$1][row] } ?? 0
            let name = Self.classes[largest]
            #expect(line.hasPrefix("\(row + 1)," + (name.contains(",") ? "\"\(name)\"" : name) + ","))
        }
    }

    @Test func setsHoldTheirShare() throws {
        try fit("two", "multinomial")
        let scores = try scores()
        let output = try work.succeed("predict", "m.json", "s2.csv", "--interval", "0.9", "-o", "-").output
        let observed = try work.text("s2.csv").split(separator: "\n").dropFirst().map { $0.split(separator: ",").last }
        let rows = output.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
        let sets = rows.map { $0[7].split(separator: "|") }
        #expect(sets.allSatisfy { Set($0).isSubset(of: ["no", "yes"]) && !$0.isEmpty })
        let covered = zip(sets, observed).count { set, name in name.map(set.contains) ?? false }
        #expect(abs(scores.coverage90 - Double(covered) / 300) < 1e-12)
        let right = zip(rows, observed).count { $0[1] == $1 }
        #expect(try abs(#require(scores.accuracy) - Double(right) / 300) < 1e-12)
        #expect(zip(rows, sets).allSatisfy { $0[1] == $1[0] })
    }

    @Test func theTextHasTheConfusion() throws {
        try fit("two", "multinomial")
        let text = try work.succeed("evaluate", "m.json", "s2.csv").output
        let scores = try scores()
        let confusion = try #require(scores.confusion)
        #expect(confusion.joined().reduce(0, +) == 300)
        #expect(try text.contains(String(format: "%.6f", #require(scores.auc))))
        #expect(!text.contains("CRPS") && !text.contains("RMSE"))
        let counts = confusion.map { $0.map { String(Int($0)) } }
        #expect(text.contains(try Regex("\nno +\(counts[0][0]) +\(counts[0][1])\n")))
        #expect(text.contains(try Regex("\nyes +\(counts[1][0]) +\(counts[1][1])\n")))
    }

    // MARK: Tables of several models

    @Test(arguments: families) func tablesHaveTheScoresThatApply(_ target: String, _ family: String) throws {
        let common = [
            "s1.csv", "s2.csv", "--target", target, "--family", family, "--features", "a,b", "--experts", "2",
            "--starts",
            "3", "--support-size", "100", "--holdout", "0.3",
        ]
        let learned = try work.run(["learn"] + common + ["--pooled", "-o", "g.json"])
        #expect(learned.exitCode == 0, "\(learned.errors)")
        let compared = try work.run(["compare"] + common + ["--methods", "pooled,transport"])
        #expect(compared.exitCode == 0, "\(compared.errors)")
        let isNumber = family != "multinomial"
        for text in [learned.output, compared.output] {
            #expect(text.contains("CRPS") == isNumber && text.contains("RMSE") == isNumber)
            #expect(text.contains("accuracy") == !isNumber && text.contains("Brier score") == !isNumber)
            #expect(text.contains("AUC") == (target == "two"))
        }
    }
}
