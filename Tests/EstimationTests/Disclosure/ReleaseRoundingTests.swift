import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// What a release says of a fit.
@Suite struct ReleaseRoundingTests {
    private func fit(
        _ columns: [[Double]], _ responses: [Double], experts: Int = 1, family: any ExpertFamily = GaussianFamily(),
        key: Int? = 1, change: (inout FitOptions) -> Void = { _ in }
    ) throws -> LocalModel {
        var options = FitOptions(expertCount: experts, starts: 2)
        options.rules = DisclosureRules(minimumRows: 10)
        options.roundingKey = key.map { Array("secret \($0)".utf8) }
        change(&options)
        let names = columns.indices.map { "x\($0)" }
        return try LocalFit(
            design: Design(target: "y", expertFeatures: names, gateFeatures: names), family: family, options: options
        ).fit(ShardRows(covariates: Matrix(columns: columns), responses: responses, weights: nil))
    }

    /// Two groups that differ in their covariates and their slopes.
    private func groups(_ count: Int, seed: UInt64) -> (columns: [[Double]], responses: [Double]) {
        var random = RandomNumbers(seed: seed)
        var (x, z, y) = ([Double](), [Double](), [Double]())
        for row in 0..<count {
            let sign = row % 3 == 0 ? 1.0 : -1
            x.append(1.5 * sign + random.normal())
            z.append(20 + 4 * random.normal())
            y.append(3 * sign * x[row] + 0.5 * z[row] + random.normal())
        }
        return ([x, z], y)
    }

    /// Standard errors that the values are from their means over keys.
    private func bias(_ values: [[Double]], _ exact: [Double]) -> [Double] {
        exact.indices.map { index in
            let own = values.map { $0[index] }
            let mean = own.reduce(0, +) / Double(own.count)
            let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(own.count - 1)
            return (mean - exact[index]) / max((variance / Double(own.count)).squareRoot(), 1e-9 * abs(exact[index]))
        }
    }

    @Test func isUnbiased() throws {
        let (columns, responses) = groups(150, seed: 1)
        let exact = try fit(columns, responses, key: nil).fitted
        let rounded = try (0..<400).map { try fit(columns, responses, key: $0).fitted }
        func numbers(_ fitted: FittedMixture) -> [Double] {
            fitted.moments[0].mean + fitted.model.experts[0].coefficients
        }
        #expect(bias(rounded.map(numbers), numbers(exact)).allSatisfy { abs($0) < 4.5 })
        // Products are those of rounded slopes and variances: their expectation is off by parts of a thousandth.
        let (sums, scatter) = (rounded.map(\.moments[0].scatter.storage), exact.moments[0].scatter)
        for row in 0..<scatter.size {
            for column in 0...row {
                let mean = sums.reduce(0) { $0 + $1[PackedSymmetric.offset(row, column)] } / 400
                let unit = (scatter[row, row] * scatter[column, column]).squareRoot()
                #expect(abs(mean - scatter[row, column]) < 0.01 * unit)
            }
        }
    }

    /// Errors of rounding are parts of those of sampling, and not too small ones: in every direction.
    @Test func errsByPartsOfStandardErrors() throws {
        let (columns, responses) = groups(300, seed: 2)
        let exact = try fit(columns, responses, key: nil).fitted
        let errors = try #require(exact.errors?.experts[0])
        let rounded = try (0..<60).map { try fit(columns, responses, key: $0).fitted }
        for slope in 1...2 {
            let ratios = rounded.map {
                ($0.model.experts[0].coefficients[slope] - exact.model.experts[0].coefficients[slope])
                    / errors.standardErrors[slope]
            }
            let deviation = (ratios.reduce(0) { $0 + $1 * $1 } / Double(ratios.count)).squareRoot()
            #expect(deviation > 0.08 && deviation < 0.45)
        }
    }

    @Test(arguments: [1, 2]) func parametersAndStatisticsAgree(experts: Int) throws {
        let (columns, responses) = groups(400, seed: 3)
        for key in 0..<5 {
            let fitted = try fit(columns, responses, experts: experts, key: key).fitted
            for (expert, moments) in zip(fitted.model.experts, fitted.moments) {
                let again = moments.regression(on: [0, 1])
                let scale = again.residualVariance.squareRoot()
                for (own, other) in zip(expert.coefficients, again.coefficients) {
                    #expect(abs(own - other) < 1e-3 * scale * (1 + abs(other)))
                }
                #expect(abs(expert.dispersion / again.residualVariance - 1) < 1e-4)
                #expect(Cholesky(moments.scatter.matrix()) != nil)
            }
            #expect(abs(fitted.moments.reduce(0) { $0 + $1.weight } - 400) < 1e-9 && fitted.weight == 400)
            #expect(fitted.moments.allSatisfy { $0.effectiveRows >= 10 })
        }
    }

    @Test func theSameSecretGivesTheSameModel() throws {
        let (columns, responses) = groups(200, seed: 4)
        let fits = try [1, 1, 2].map { try fit(columns, responses, experts: 2, key: $0) }
        #expect(fits[0] == fits[1])
        #expect(fits[0].fitted != fits[2].fitted)
    }

    /// Scheduled and actual times: predictions stay, though slopes of thousands cancel.
    @Test(arguments: [1e-2, 1e-4, 0]) func nearlyEqualColumnsDoNotJump(difference: Double) throws {
        var random = RandomNumbers(seed: 5)
        let scheduled = (0..<400).map { _ in 5 + 18 * random.uniform() }
        let delay = (0..<400).map { _ in random.normal() }
        let actual = (0..<400).map { scheduled[$0] + difference * delay[$0] }
        let responses = (0..<400).map { scheduled[$0] + delay[$0] + 0.5 * random.normal() }
        let exact = try fit([scheduled, actual], responses, key: nil).fitted
        let variance = exact.model.experts[0].dispersion
        for key in 0..<20 {
            let rounded = try fit([scheduled, actual], responses, key: key).fitted
            func predictor(_ fitted: FittedMixture, _ row: Int) -> Double {
                let own = fitted.model.experts[0].coefficients
                return own[0] + own[1] * scheduled[row] + own[2] * actual[row]
            }
            let squares = (0..<400).reduce(0.0) {
                let change = predictor(rounded, $1) - predictor(exact, $1)
                return $0 + change * change
            }
            // Of three coefficients, to at most a step of 0.8 standard errors each.
            #expect(squares / 400 < 3 * 0.64 * variance / 400)
            #expect(abs(rounded.model.experts[0].dispersion / variance - 1) < 0.1)
            let own = rounded.moments[0]
            #expect(own.scatter[0, 0] > 0 && own.scatter[1, 1] > 0)
        }
    }

    @Test func draftsAreExact() throws {
        let (columns, responses) = groups(200, seed: 6)
        let drafts = try [1, 2].map { key in
            try fit(columns, responses, experts: 2, key: key) { $0.rules = nil }
        }
        #expect(drafts[0] == drafts[1])
    }

    @Test func scoresAreCoarse() throws {
        let (columns, responses) = groups(400, seed: 7)
        let report = try fit(columns, responses, experts: 2).report
        let step = try #require(GridStep(near: 0.5 * 200.0.squareRoot()))
        #expect(step.nearest(report.logLikelihood) == report.logLikelihood)
        let perRow = try #require(GridStep(near: 0.5 * 200.0.squareRoot() / 400))
        #expect(report.trace.allSatisfy { perRow.nearest($0) == $0 })
        #expect(zip(report.trace, report.trace.dropFirst()).allSatisfy { $0 <= $1 })
    }

    // MARK: Other families

    /// Sums of responses under the rounded coefficients have the expectation that they have under the exact ones.
    @Test func countsKeepTheirSums() throws {
        var random = RandomNumbers(seed: 8)
        let x = (0..<300).map { _ in random.normal() }
        let flag = (0..<300).map { $0 % 12 == 0 ? 1.0 : 0 }
        let counts = (0..<300).map { Double(random.poisson(mean: exp(0.3 + 0.4 * x[$0] - 0.5 * flag[$0]))) }
        let exact = try fit([x, flag], counts, family: PoissonFamily(), key: nil).fitted
        func sums(_ fitted: FittedMixture) -> [Double] {
            let own = fitted.model.experts[0].coefficients
            let means = (0..<300).map { exp(own[0] + own[1] * x[$0] + own[2] * flag[$0]) }
            return [means.reduce(0, +), dot(means, x), dot(means, flag)]
        }
        let rounded = try (0..<300).map { try fit([x, flag], counts, family: PoissonFamily(), key: $0).fitted }
        let values = rounded.map(sums)
        for index in 0..<3 {
            let mean = values.reduce(0) { $0 + $1[index] } / 300
            let error = exact.information[0][index, index].squareRoot()
            #expect(abs(mean - sums(exact)[index]) < 0.1 * error)
            #expect(values.allSatisfy { abs($0[index] - sums(exact)[index]) < 3 * error })
        }
        #expect(rounded.allSatisfy { Cholesky($0.information[0].matrix()) != nil })
    }

    /// A class that a group does not have: its slope is kept finite by a prior, and rounding does not throw it about.
    @Test func separatedSlopesStayInTheirRange() throws {
        var random = RandomNumbers(seed: 9)
        let x = (0..<300).map { _ in random.normal() }
        let flag = (0..<300).map { $0 < 30 ? 1.0 : 0 }
        let classes = (0..<300).map { flag[$0] == 1 ? 0 : random.uniform() < 0.4 ? 1.0 : 0 }
        let family = MultinomialFamily(classes: ["no", "yes"])
        let exact = try fit([x, flag], classes, family: family, key: nil).fitted.model.experts[0].coefficients
        for key in 0..<40 {
            let own = try fit([x, flag], classes, family: family, key: key).fitted.model.experts[0].coefficients
            #expect(abs(own[2] - exact[2]) < 4 && own[2] < -1)
        }
    }
}
