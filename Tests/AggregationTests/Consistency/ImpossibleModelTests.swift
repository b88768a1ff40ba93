import Aggregation
import Estimation
import Messages
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Standard errors against the rows that they are of.
@Suite struct ImpossibleModelTests {
    /// Fits with errors, of all families, with and without weights.
    private static let honest = Result {
        try FamilyModel.all.flatMap { family in
            try [StandardErrorMethod.observed, .sandwich].flatMap { method in
                try [1, 2].flatMap { experts in
                    try [1.0, 1e-6, 1e6].map { unit in
                        let weights = (0..<400).map { unit * Double(1 + $0 % 3) }
                        let options = FitOptions(expertCount: experts, starts: 3, standardErrors: method)
                        let fitted = try LocalFit(
                            design: family.model.design, family: family.model.family, options: options
                        ).fit(family.rows(400, seed: 7, weights: weights)).fitted
                        return Contribution(name: "\(family), \(method), \(experts) experts, \(unit)", fitted: fitted)
                    }
                }
            }
        }
    }

    private static func withErrors(_ fitted: FittedMixture, times factor: Double) -> FittedMixture {
        var result = fitted
        result.errors = fitted.errors.map { errors in
            ParameterUncertainty(
                source: errors.source,
                experts: errors.experts.map { $0.scaled(by: [Double](repeating: factor, count: $0.count)) },
                gate: errors.gate)
        }
        return result
    }

    @Test func honestErrorsArePossible() throws {
        let honest = try Self.honest.get()
        #expect(honest.contains { $0.fitted.errors != nil })
        for site in honest { #expect(ImpossibleModel(site.fitted) == nil, "\(site.name)") }
    }

    /// Covariates that are nearly combinations of each other, far from 0: every single standard error is large, and right.
    @Test func correlatedCovariatesAreHonest() throws {
        var random = RandomNumbers(seed: 5)
        let years = (0..<300).map { _ in 2000 + 20 * random.uniform() }
        let columns = [years, years.map { $0 * $0 }, years.map { $0 + 0.01 * random.normal() }]
        let responses = years.map { $0 - 2010 + random.normal() }
        for experts in [1, 2] {
            let options = FitOptions(expertCount: experts, starts: 2, standardErrors: .observed)
            let fitted = try LocalFit(
                design: Design(target: "y", covariates: ["year", "square", "other"]), options: options
            ).fit(ShardRows(covariates: Matrix(columns: columns), responses: responses)).fitted
            #expect(ImpossibleModel(fitted) == nil, "\(experts) experts")
        }
    }

    /// A hundred times the rows that there are, or a millionth of their errors, whatever the family.
    @Test func otherErrorsAreNot() throws {
        for site in try Self.honest.get() where site.fitted.errors != nil {
            let small = ImpossibleModel(Self.withErrors(site.fitted, times: 1e-4))
            guard case .errorsTooSmall = small else {
                Issue.record("\(site.name): \(String(describing: small))")
                continue
            }
            for factor in Self.factors(site.fitted) {
                #expect(
                    ImpossibleModel(Self.withErrors(site.fitted, times: factor)) == .errorsTooLarge,
                    "\(site.name), \(factor)")
            }
        }
    }

    /// From a little above what rows may leave: with one expert nothing is missing, experts lose information to each other, and a
    /// sandwich grows with overdispersion.
    private static func factors(_ fitted: FittedMixture) -> [Double] {
        guard fitted.errors?.source == .observed else { return [1e4, 1e6, 1e12] }
        return fitted.model.expertCount == 1 ? [3, 10, 100, 1e4, 1e12] : [20, 100, 1e4, 1e12]
    }

    /// A column in another unit at one site is none that pooled units can hold from a million times as far; below it the site is compared as
    /// others are.
    @Test(arguments: [1e7, 1e9, 1e30]) func covariatesOfAnotherScaleAreNamed(factor: Double) throws {
        let sites = Self.sites(secondTimes: factor)
        let global = try Coordinator().aggregate(sites)
        #expect(global.report.leftOut.map(\.name) == ["site 2"])
        #expect(global.report.leftOut.first?.reason == .otherScale(covariate: "x2"))
        // Two others cannot say which scale is the usual one.
        let few = try Coordinator().aggregate(Array(sites.prefix(3)))
        #expect(!few.report.leftOut.contains { $0.reason == .otherScale(covariate: "x2") })
    }

    @Test(arguments: [0.0, 1e-3, 1e3, 1e5]) func covariatesOfHonestScalesAreNot(factor: Double) throws {
        let sites = Self.sites(secondTimes: factor)
        let global = try Coordinator().aggregate(sites)
        #expect(!global.report.leftOut.contains { $0.reason == .otherScale(covariate: "x2") })
    }

    @Test func suchSitesAreLeftOutByName() throws {
        var sites = (1...4).map { seed in
            Contribution(
                name: "site \(seed)", fitted: Self.fit(seed: UInt64(seed)))
        }
        let honest = try Coordinator().aggregate(sites)
        #expect(honest.report.leftOut.isEmpty)
        sites[2].fitted = Self.withErrors(sites[2].fitted, times: 1e-3)
        let global = try Coordinator().aggregate(sites)
        #expect(global.report.leftOut.map(\.name) == ["site 3"])
        #expect(global.report.warnings.first?.text(.python).contains("site 3 is left out as impossible") == true)
        let only = [sites[2]]
        #expect(throws: AggregationError.impossibleModel(model: "site 3", reason: .errorsTooSmall(expert: 1))) {
            try Coordinator().aggregate(only)
        }
    }

    /// Five, the second of which has its last covariate in another unit.
    private static func sites(secondTimes factor: Double) -> [Contribution] {
        var sites = (1...5).map { Contribution(name: "site \($0)", fitted: fit(seed: UInt64($0))) }
        sites[1].fitted.errors = nil
        if factor > 0 {
            var gate = sites[1].fitted.model.gate.coefficients
            for column in 0..<gate.columnCount { gate[2, column] /= factor }
            sites[1].fitted.model.gate = SoftmaxGate(coefficients: gate)
        }
        sites[1].fitted.moments = sites[1].fitted.moments.map { moments in
            var scatter = moments.scatter
            for other in 0..<scatter.size { scatter[1, other] *= other == 1 ? factor * factor : factor }
            return Moments(
                weight: moments.weight, squaredWeight: moments.squaredWeight, mean: moments.mean, scatter: scatter)
        }
        return sites
    }

    private static func fit(seed: UInt64) -> FittedMixture {
        let rows = RandomData.easyRows(300, seed: seed)
        let fit = LocalFit(design: RandomData.easyModel.design, options: FitOptions(expertCount: 2, starts: 3))
        guard let local = try? fit.fit(rows) else { preconditionFailure("easy rows can be fitted") }
        return local.fitted
    }
}
