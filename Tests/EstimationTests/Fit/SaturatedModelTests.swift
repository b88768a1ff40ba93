import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// One category, a slope for each level but the first: the maximum has a closed form, the mean of each cell.
@Suite struct SaturatedModelTests {
    /// Rows of cells, at random places.
    struct Cells {
        let levels: [Int]
        let responses: [Double]
        let exposures: [Double]?

        /// - Parameter whole: responses that are no multiples of their exposure.
        init(_ cells: [[Double]], exposed: Bool = false, whole: Bool = false, seed: UInt64) {
            var random = RandomNumbers(seed: seed)
            let all = cells.enumerated().flatMap { level, values in values.map { (level, $0) } }
            let order = random.permutation(all.count)
            levels = order.map { all[$0].0 }
            let exposures = exposed ? order.map { _ in 0.5 + 3 * random.uniform() } : nil
            self.exposures = exposures
            responses = order.enumerated().map { all[$1].1 * (whole ? 1 : exposures?[$0] ?? 1) }
        }

        func fitted(_ family: any ExpertFamily) throws -> LocalModel {
            let slopes = levels.max() ?? 0
            let columns = (1...slopes).map { level in levels.map { $0 == level ? 1.0 : 0 } }
            let design = RandomData.design(slopes)
            let covariates = Matrix(columns: columns + [exposures.map { $0.map { log($0) } }].compactMap { $0 })
            let whole = Design(
                target: "y", expertFeatures: design.covariates, gateFeatures: design.covariates,
                offset: exposures.map { _ in "exposure" })
            return try LocalModel.fitted(
                ShardRows(covariates: covariates, responses: responses), whole, experts: 1, family: family)
        }

        /// Of each cell what it has: Σ y over Σ exposure where the sum is sufficient, or the mean of y over exposure.
        func means(_ value: (Double) -> Double, ratio: Bool = false) -> [Double] {
            let count = (levels.max() ?? 0) + 1
            var (sums, sizes) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
            for (row, level) in levels.enumerated() {
                let exposure = exposures?[row] ?? 1
                sums[level] += ratio ? value(responses[row]) / exposure : value(responses[row])
                sizes[level] += ratio ? 1 : exposure
            }
            return zip(sums, sizes).map(/)
        }
    }

    private static func predictors(_ local: LocalModel, _ predictor: Int = 0) -> [Double] {
        let coefficients = local.model.experts[0].coefficients
        let slopes = local.model.design.expertCovariates.count
        let own = Array(coefficients[predictor * (slopes + 1)..<(predictor + 1) * (slopes + 1)])
        return own.indices.map { $0 == 0 ? own[0] : own[0] + own[$0] }
    }

    /// 10,000 rows, a flag in 100 of them with few events or few that are none: a part of the rows may hold none of these.
    @Test(arguments: [0.05, 0.95]) func aRareFlag(rate: Double) throws {
        for seed in 1...20 {
            var random = RandomNumbers(seed: UInt64(seed))
            let few = 1 + seed % 5
            let flagged = (0..<100).map { ($0 < few) == (rate < 0.5) ? 1.0 : 0 }
            let others = (0..<9900).map { _ in random.uniform() < rate ? 1.0 : 0 }
            let cells = Cells([others, flagged], seed: UInt64(seed))
            let shares = cells.means { $0 }
            let classes = try cells.fitted(MultinomialFamily(classes: ["no", "yes"]))
            #expect(classes.report.stopReason == .converged)
            #expect(difference(Self.predictors(classes), shares.map { log($0 / (1 - $0)) }) < 1e-5, "seed \(seed)")
            let counts = try cells.fitted(PoissonFamily())
            #expect(counts.report.stopReason == .converged)
            #expect(difference(Self.predictors(counts), shares.map { log($0) }) < 1e-5, "seed \(seed)")
        }
    }

    /// Of levels of very different size.
    private static func sizes(_ levels: Int) -> [Int] {
        (0..<levels).map { max(40, Int(6000 * exp(-0.35 * Double($0)))) }
    }

    @Test(arguments: [12, 24]) func classesOfManyLevels(levels: Int) throws {
        let cells = Cells(
            Self.sizes(levels).enumerated().map { level, size in
                // In the rarest levels one row of each class but the first.
                (0..<size).map { $0 == 0 ? 1 : ($0 == 1 ? 2 : ($0 % (40 - level) == 5 ? 1 : 0)) }
            }, seed: UInt64(levels))
        let local = try cells.fitted(MultinomialFamily(classes: ["a", "b", "c"]))
        let shares = (0..<3).map { code in cells.means { $0 == Double(code) ? 1 : 0 } }
        for code in 1...2 {
            let logits = zip(shares[code], shares[0]).map { log($0 / $1) }
            #expect(difference(Self.predictors(local, code - 1), logits) < 1e-5)
        }
        #expect(local.report.stopReason == .converged)
    }

    @Test(arguments: [12, 24], [false, true]) func countsOfManyLevels(levels: Int, exposed: Bool) throws {
        let cells = Cells(
            Self.sizes(levels).map { size in (0..<size).map { $0 == 0 ? 2 : ($0 % 37 == 3 ? 1 : 0) } },
            exposed: exposed, whole: true,
            seed: UInt64(levels))
        let local = try cells.fitted(PoissonFamily())
        #expect(difference(Self.predictors(local), cells.means { $0 }.map { log($0) }) < 1e-5)
        #expect(local.report.stopReason == .converged)
    }

    /// Means from 0.001 to 1000: a far cell is near no start.
    @Test(arguments: [12, 24], [false, true]) func ratesOfManyLevels(levels: Int, exposed: Bool) throws {
        var random = RandomNumbers(seed: 8)
        let cells = Cells(
            Self.sizes(levels).enumerated().map { level, size in
                (0..<size).map { _ in exp(Double(level % 7) * 2.3 - 7) * (0.2 + random.uniform()) }
            }, exposed: exposed, seed: UInt64(levels))
        let local = try cells.fitted(GammaFamily())
        let means = cells.means({ $0 }, ratio: true)
        #expect(difference(Self.predictors(local), means.map { log($0) }) < 1e-5)
        #expect(local.report.stopReason == .converged)
    }

    @Test(arguments: [12, 24]) func numbersOfManyLevels(levels: Int) throws {
        var random = RandomNumbers(seed: 9)
        let cells = Cells(
            Self.sizes(levels).map { size in
                let mean = 10 * random.normal()
                return (0..<size).map { _ in mean + random.normal() }
            }, seed: UInt64(levels))
        let local = try cells.fitted(GaussianFamily())
        #expect(difference(Self.predictors(local), cells.means { $0 }) < 1e-9)
    }
}
