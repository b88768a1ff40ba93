import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// What a local model discloses of a value that few rows have.
@Suite struct DisclosureTests {
    private static let design = Design(target: "y", covariates: ["x", "flag"])

    /// 400 rows in two clear groups; `flagged` of them have a flag that moves the response.
    private static func rows(flagged: [Int]) -> ShardRows {
        var random = RandomNumbers(seed: 5)
        var x = [Double]()
        var responses = [Double]()
        for row in 0..<400 {
            let value = (row < 200 ? -2 : 2) + 0.5 * random.normal()
            x.append(value)
            responses.append((row < 200 ? 3 * value : 10 - value) + random.normal() + (flagged.contains(row) ? 7 : 0))
        }
        let flags = (0..<400).map { flagged.contains($0) ? 1.0 : 0 }
        return ShardRows(covariates: Matrix(columns: [x, flags]), responses: responses)
    }

    private static func fit(experts: Int = 2, _ rows: ShardRows) throws -> LocalModel {
        try LocalFit(design: design, options: FitOptions(expertCount: experts, starts: 4)).fit(rows)
    }

    /// Ten rows of one expert with all values different: what is released is the mean of the ten, no single row's value.
    @Test func fewRowsOfDifferentValues() throws {
        let x: [Double] = [34, 41, 58, 62, 17, 73, 45, 66, 29, 50]
        let responses: [Double] = [3.1, 4.6, 7.2, 2.2, 91, 6.3, 2.9, 8.1, 5, 2.4]
        let design = Design(target: "y", covariates: ["x"])
        let local = try LocalFit(design: design, options: FitOptions(expertCount: 1)).fit(
            ShardRows(covariates: Matrix(columns: [x]), responses: responses))
        #expect(abs(local.fitted.moments[0].mean[0] - 47.5) < 1e-12)
        #expect(abs(local.fitted.moments[0].mean[1] - 13.28) < 1e-12)
        #expect(local.fitted.moments[0].scatter[0, 0] > 0)
    }

    /// Nine of twelve rows share a value: too few for it to be released, and the three others even more so.
    @Test func aValueThatTooFewShareIsReleasedAsTheMean() throws {
        var random = RandomNumbers(seed: 3)
        let ages = (0..<12).map { $0 < 9 ? 70.0 : 20 + Double($0) }
        let x = (0..<12).map { _ in random.normal() }
        let local = try Self.fit(
            experts: 1, ShardRows(covariates: Matrix(columns: [x, ages]), responses: x.map { $0 + random.normal() }))
        let mean = ages.reduce(0, +) / 12
        #expect(abs(local.fitted.moments[0].mean[1] - mean) < 1e-12)
        #expect((0..<3).allSatisfy { local.fitted.moments[0].scatter[1, $0] == 0 })
    }

    /// Where all rows of an expert have the flag nothing determines its coefficient.
    @Test func aFlagConstantInAGroupHasNoCoefficientThere() throws {
        var random = RandomNumbers(seed: 6)
        var (x, flags, responses) = ([Double](), [Double](), [Double]())
        for row in 0..<400 {
            let isFirst = row < 200
            let value = (isFirst ? -9.0 : 9.0) + random.normal()
            let flag = isFirst && row.isMultiple(of: 2) ? 0.0 : 1.0
            x.append(value)
            flags.append(flag)
            responses.append((isFirst ? 3 * value + 4 * flag : 10 - value) + random.normal())
        }
        let local = try Self.fit(
            ShardRows(covariates: Matrix(columns: [x, flags]), responses: responses))
        for (expert, moments) in zip(local.model.experts, local.fitted.moments) {
            #expect(moments.mean[0] > 0 ? expert.coefficients[2] == 0 : abs(expert.coefficients[2] - 4) < 0.5)
        }
    }

    /// Sums over the flag would be the one row that has it.
    @Test func aFlagOfOneRowIsWithheld() throws {
        let local = try Self.fit(Self.rows(flagged: [17]))
        for moments in local.fitted.moments {
            #expect([0, 3.0 / 400].contains { abs(moments.mean[1] - $0) < 1e-12 })
            for other in 0..<3 { #expect(moments.scatter[1, other] == 0) }
        }
        #expect(local.model.experts.allSatisfy { $0.coefficients[2] == 0 })
        #expect(local.report.warnings.contains(.rareLevel(covariate: "flag", minimum: 10)))
    }

    /// Deleted they would be missing from every sum over sites.
    @Test func rowsOfARareFlagStay() throws {
        let flagged = [3, 17, 250, 399]
        let local = try Self.fit(Self.rows(flagged: flagged))
        #expect(local.fitted.rowCount == 400 && local.report.leftOutRows == 0)
        #expect(local.model.experts.allSatisfy { $0.coefficients[2] == 0 })
    }

    @Test func rareValuesOfSeveralColumns() throws {
        var random = RandomNumbers(seed: 9)
        let x = (0..<100).map { _ in random.normal() }
        // Eleven rows of b, three of which are among the five of a.
        let a = (0..<100).map { $0 < 5 ? 1.0 : 0 }
        let b = (0..<100).map { (2..<13).contains($0) ? 1.0 : 0 }
        let local = try LocalFit(
            design: Design(target: "y", covariates: ["x", "a", "b"]), options: FitOptions(expertCount: 1)
        ).fit(ShardRows(covariates: Matrix(columns: [x, a, b]), responses: x.map { $0 + random.normal() }))
        #expect(local.fitted.rowCount == 100)
        #expect(local.report.warnings == [.rareLevel(covariate: "a", minimum: 10)])
        #expect([0.03, 0.06].contains { abs(local.fitted.moments[0].mean[1] - $0) < 1e-12 })
    }

    @Test func aSiteOfRareLevelsOnlyKeepsItsRows() throws {
        var random = RandomNumbers(seed: 10)
        let x = (0..<24).map { _ in random.normal() }
        let levels = (0..<3).map { level in (0..<24).map { $0 / 6 == level ? 1.0 : 0 } }
        let local = try LocalFit(
            design: Design(target: "y", covariates: ["x", "a", "b", "c"]), options: FitOptions(expertCount: 1)
        ).fit(ShardRows(covariates: Matrix(columns: [x] + levels), responses: x.map { 2 * $0 + random.normal() }))
        #expect(local.fitted.rowCount == 24)
        #expect(local.model.experts[0].coefficients.suffix(3) == [0, 0, 0])
    }

    /// Frequent at the site, but in one expert's rows only.
    @Test func aFlagIsReleasedOnlyWhereManyRowsHaveIt() throws {
        let local = try Self.fit(Self.rows(flagged: Array(0..<100) + [300]))
        let spreads = local.fitted.moments.map { $0.scatter[1, 1] }
        #expect(spreads.contains { $0 > 10 })
        #expect(spreads.contains(0))
        #expect(local.report.warnings.contains { $0.description.contains("'flag' differs from its usual value") })
    }

    @Test func aFrequentFlagIsKept() throws {
        let local = try Self.fit(Self.rows(flagged: (0..<400).filter { $0.isMultiple(of: 3) }))
        #expect(local.fitted.moments.allSatisfy { $0.scatter[1, 1] > 10 })
        // Regions that do not overlap say nothing of the flag's slope in the gate.
        #expect(
            local.report.warnings.allSatisfy {
                if case .separatedGate = $0 { true } else { !$0.description.contains("flag") }
            })
    }

    @Test func aRareResponseIsRefused() throws {
        let rows = Self.rows(flagged: [])
        let rare = ShardRows(
            covariates: rows.covariates, responses: (0..<400).map { $0 < 4 ? Double($0 + 1) : 0 })
        #expect(throws: EstimationError.rareResponse(target: "y", value: 0, minimum: 10)) { try Self.fit(rare) }
    }
}
