import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

import Aggregation

/// Columns that rules of the sites withhold: the constants of two sites are no contrast.
@Suite struct WithheldColumnTests {
    private static let design = Design(target: "y", covariates: ["x", "flag"])
    private static let effect = 2.0

    private enum Response: CaseIterable {
        case gaussian, poisson, classes

        var family: any ExpertFamily {
            switch self {
            case .gaussian: GaussianFamily()
            case .poisson: PoissonFamily()
            case .classes: MultinomialFamily(classes: ["no", "yes"])
            }
        }

        func sample(_ predictor: Double, using random: inout RandomNumbers) -> Double {
            switch self {
            case .gaussian: predictor + random.normal()
            case .poisson: PoissonFamily().sample([0.5 * predictor], dispersion: 1, using: &random)
            case .classes: random.uniform() < 1 / (1 + exp(-predictor)) ? 1 : 0
            }
        }
    }

    /// Responses that grow with x and the flag, at sites of different level; the first `flagged` rows have the flag.
    private static func rows(
        _ count: Int, flagged: Int, level: Double, _ response: Response = .gaussian, groups: Int = 1, seed: UInt64,
        flags: (low: Double, high: Double) = (0, 1)
    ) -> ShardRows {
        var random = RandomNumbers(seed: seed)
        let x = (0..<count).map { _ in random.normal() }
        let own = (0..<count).map { $0 < flagged ? flags.high : flags.low }
        let responses = (0..<count).map { row in
            let side = groups > 1 && row.isMultiple(of: 2) ? -4.0 : 0
            let slope = side == 0 ? 1.0 : -1
            return response.sample(
                level + side + slope * x[row] + (row < flagged ? effect : 0), using: &random)
        }
        return ShardRows(covariates: Matrix(columns: [x, own]), responses: responses)
    }

    private static func site(
        _ name: String, _ rows: ShardRows, experts: Int = 1, _ response: Response = .gaussian
    ) throws -> Contribution {
        let local = try LocalFit(design: design, family: response.family, options: FitOptions(expertCount: experts))
            .fit(rows)
        return Contribution(
            name: name, fitted: local.fitted, warnings: local.report.warnings.map(ModelWarning.fit))
    }

    private static func aggregated(_ sites: [Contribution]) throws -> GlobalModel { try Coordinator().aggregate(sites) }

    private static func flagSlopes(_ model: MixtureModel) -> [Double] { model.experts.map { $0.coefficients[2] } }

    private static func isNamed(_ global: GlobalModel) -> Bool {
        global.report.warnings.contains(.withheldCovariate(covariate: "flag"))
    }

    /// Two sites that have the flag in 4 and in 8 rows differ by it, as far as their files go, by a hundredth.
    @Test(arguments: Response.allCases, [1, 2])
    private func constantsOfTwoSitesMakeNoSlope(_ response: Response, experts: Int) throws {
        let sites = try (0..<2).map { (index: Int) -> Contribution in
            let rows = Self.rows(
                400, flagged: 4 * (index + 1), level: 2 * Double(index), response, groups: experts,
                seed: UInt64(index + 1))
            return try Self.site("s\(index)", rows, experts: experts, response)
        }
        #expect(Set(sites.map { $0.fitted.moments[0].mean[1] }).count == 2)
        let global = try Self.aggregated(sites)
        #expect(Self.isNamed(global))
        let model = global.fitted.model
        #expect(Self.flagSlopes(model).allSatisfy { $0 == 0 })
        #expect((0..<model.expertCount).allSatisfy { abs(model.gate.coefficients[2, $0]) < 1e-6 })
        #expect(global.fitted.moments.allSatisfy { $0.scatter[1, 1] == 0 })
        let verdict = try #require(global.report.verdict)
        #expect(verdict.loss.isFinite)
    }

    /// What a site says of its level stays: rows of the flag at a site that withholds them have the slope of the others.
    @Test(arguments: Response.allCases)
    private func theSlopeIsThatOfTheSitesThatReleaseIt(_ response: Response) throws {
        let parts = (0..<5).map { (index: Int) -> ShardRows in
            let level = index == 0 ? 0 : 0.3 * Double(index - 2)
            return Self.rows(
                400, flagged: index == 0 ? 80 : 6, level: level, response, seed: UInt64(index + 10))
        }
        let sites = try parts.enumerated().map { try Self.site("s\($0)", $1, response) }
        let global = try Self.aggregated(sites)
        #expect(!Self.isNamed(global))
        let pooled = try LocalFit(
            design: Self.design, family: response.family, options: FitOptions(expertCount: 1, minRows: 1)
        ).fit(ShardRows.concatenation(parts)).model.experts[0].coefficients
        for (own, other) in zip(global.fitted.model.experts[0].coefficients, pooled) {
            #expect(abs(own - other) < 0.15)
        }
    }

    /// A constant of the rows themselves, such as a column of the region, is what it is.
    @Test func constantsOfTheRowsArePooled() throws {
        let regions = [0.0, 1, 1]
        let parts = regions.enumerated().map { index, region in
            Self.rows(300, flagged: region == 1 ? 300 : 0, level: 0, seed: UInt64(index + 20))
        }
        let sites = try parts.enumerated().map { try Self.site("s\($0)", $1) }
        let global = try Self.aggregated(sites)
        let moments = Moments.sum(sites.flatMap(\.fitted.moments), count: 3)
        for (own, other) in zip(
            global.fitted.model.experts[0].coefficients, moments.regression(on: [0, 1]).coefficients)
        {
            #expect(abs(own - other) < 1e-9)
        }
        #expect(abs(global.fitted.model.experts[0].coefficients[2] - Self.effect) < 0.3)
        // Beside them a withheld one: it adds no contrast of its own.
        let withheld = try Self.site("w", Self.rows(300, flagged: 5, level: 3, seed: 30))
        let more = try Self.aggregated(sites + [withheld]).fitted.model.experts[0].coefficients[2]
        #expect(abs(more) < 3)
        // A site without the flag is no contrast to one that withholds it.
        let absent = try Self.aggregated([sites[0], withheld])
        #expect(Self.isNamed(absent))
        #expect(Self.flagSlopes(absent.fitted.model) == [0])
    }

    /// A flag of 1 and 2 is the same flag.
    @Test func theValuesOfTheFlagDoNotMatter() throws {
        func coefficients(_ flags: (low: Double, high: Double)) throws -> [Double] {
            let sites = try (0..<3).map { (index: Int) -> Contribution in
                let rows = Self.rows(
                    400, flagged: index == 0 ? 40 : 6, level: Double(index), seed: UInt64(index + 40), flags: flags)
                return try Self.site("s\(index)", rows)
            }
            return try Self.aggregated(sites).fitted.model.experts[0].coefficients
        }
        let (usual, shifted) = (try coefficients((0, 1)), try coefficients((1, 2)))
        #expect(abs(usual[2] - shifted[2]) < 1e-6)
        #expect(abs(usual[0] - (shifted[0] + shifted[2])) < 1e-6)
    }

    /// The rows that were filled in are no evidence: the standard error is that of the site that releases the column.
    @Test func standardErrorsAreThoseOfWhatWasReleased() throws {
        let large = try Self.site("s0", Self.rows(400, flagged: 12, level: 0, seed: 50))
        let small = try (1..<7).map { (index: Int) -> Contribution in
            try Self.site("s\(index)", Self.rows(400, flagged: 9, level: 0, seed: UInt64(index + 50)))
        }
        let alone = try #require(large.fitted.errors?.experts[0].standardError(2))
        let error = try #require(Self.aggregated([large] + small).fitted.errors?.experts[0].standardError(2))
        #expect(error > 0.9 * alone && error < 1.1 * alone)
    }

    /// A gate has the slope of the sites that release the column, whose rows with it are few of all.
    @Test func gatesHaveTheSlopeOfTheSitesThatReleaseIt() throws {
        let truth = MixtureModel(
            design: Self.design, gate: SoftmaxGate(coefficients: Matrix(columns: [[0, 1.5, 2.5], [0, 0, 0]])),
            experts: [
                Expert(coefficients: [2, 1, 0], dispersion: 0.5), Expert(coefficients: [-3, -1, 0], dispersion: 0.5),
            ])
        let sites = try (0..<5).map { (index: Int) -> Contribution in
            var random = RandomNumbers(seed: UInt64(70 + index))
            let count = index == 0 ? 60 : 6
            let columns = [
                (0..<400).map { _ in random.normal() }, (0..<400).map { $0 < count ? 1.0 : 0 },
            ]
            let covariates = Matrix(columns: columns)
            return try Self.site(
                "s\(index)", ShardRows(covariates: covariates, responses: truth.sample(covariates, using: &random)),
                experts: 2)
        }
        let own = try #require(sites.first).fitted
        let global = try Self.aggregated(sites).fitted
        try #require(global.model.expertCount == 2)
        func slope(_ fitted: FittedMixture) -> Double { abs(fitted.model.gate.coefficients[2, 0]) }
        #expect(abs(slope(global) - slope(own)) < 0.5)
        #expect(abs(slope(global) - 2.5) < 1.5)
        if let error = global.errors?.gate.standardError(2), let alone = own.errors?.gate.standardError(2) {
            #expect(error > 0.5 * alone)
        }
    }

    /// Where an expert of every site shows one class and one value of the flag alone, their numbers are the intercept's.
    @Test func aSuppressedClassMakesNoSlopeOfAConstant() throws {
        let sites = try (0..<2).map { (index: Int) -> Contribution in
            var random = RandomNumbers(seed: UInt64(80 + index))
            let x = (0..<600).map { _ in random.normal() }
            let flags = x.map { $0 < 0 && index == 0 && random.uniform() < 0.3 ? 1.0 : 0 }
            let responses = x.indices.map { row -> Double in
                let predictor = x[row] > 0 ? 4.5 : -0.5 + 1.5 * flags[row] - x[row]
                return Response.classes.sample(predictor, using: &random)
            }
            let rows = ShardRows(covariates: Matrix(columns: [x, flags]), responses: responses)
            return try Self.site("s\(index)", rows, experts: 2, .classes)
        }
        let global = try Self.aggregated(sites)
        #expect(Self.flagSlopes(global.fitted.model).allSatisfy { abs($0) < 10 })
    }

    /// A column that every site of two regions withheld is no contrast between the regions either.
    @Test func aTreeOfCoordinatorsKeepsWhatWasWithheld() throws {
        let regions = try (0..<2).map { (region: Int) -> Contribution in
            let sites = try (0..<2).map { (index: Int) -> Contribution in
                let rows = Self.rows(
                    400, flagged: 3 + 2 * index + region, level: 2 * Double(region),
                    seed: UInt64(60 + 2 * region + index))
                return try Self.site("s\(region)\(index)", rows)
            }
            let global = try Self.aggregated(sites)
            return Contribution(
                name: "r\(region)", fitted: global.fitted,
                warnings: global.report.warnings.map(ModelWarning.aggregation))
        }
        let global = try Self.aggregated(regions)
        #expect(Self.isNamed(global))
        #expect(Self.flagSlopes(global.fitted.model) == [0])
    }
}
