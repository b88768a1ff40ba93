import Evaluation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

@Suite struct TransportDivergenceTests {
    let points: Matrix
    /// Of 4 and 3 experts.
    let models: [MixtureModel]
    /// 6 models of 4 experts.
    let average: AveragedModels

    init() {
        var random = RandomNumbers(seed: 1)
        points = RandomData.matrix(300, 3, using: &random)
        let design = RandomData.design(3, expert: [0, 2], gate: [1, 2])
        models = [4, 3].map { RandomData.model(design, experts: $0, using: &random) }
        average = AveragedModels((0..<6).map { _ in RandomData.model(design, experts: 4, using: &random) })
    }

    /// KL(N(m₁, v₁) ‖ N(m₂, v₂)) by the book.
    private func divergence(_ m1: Double, _ v1: Double, _ m2: Double, _ v2: Double) -> Double {
        0.5 * (log(v2 / v1) + v1 / v2 + (m1 - m2) * (m1 - m2) / v2 - 1)
    }

    // MARK: Laws

    @Test func nothingForTheSameMixture() {
        #expect(transportDivergence(from: models[0], to: models[0], at: points) == 0)
        #expect(transportDivergence(from: average, to: average, at: points) < 1e-13)
        #expect(transportDivergence(from: models[0], to: models[0].reordered([2, 0, 3, 1]), at: points) < 1e-13)
        #expect(transportDivergence(from: models[0], to: models[1], at: points) > 0.1)
    }

    /// A component in parts, on either side, sends and receives what it did as a whole.
    @Test func partsOfAComponentChangeNothing() {
        let whole = transportDivergence(from: models[0], to: models[1], at: points)
        let source = AveragedModels(models[0], weights: [0.2, 0.5, 0.3])
        let target = AveragedModels(models[1], weights: [0.6, 0.4])
        #expect(relativeError(transportDivergence(from: source, to: models[1], at: points), whole) < 1e-13)
        #expect(relativeError(transportDivergence(from: source, to: target, at: points), whole) < 1e-13)
    }

    /// With free weights of the target every component would send to the nearest; gates apart, that is a lower bound.
    ///
    /// The plan of independent masses is an upper one.
    @Test func liesBetweenTheNearestAndTheIndependentPlan() {
        let target = models[1]
        let (masses, wanted) = (average.gateProbabilities(points), target.gateProbabilities(points))
        let (from, to) = (average.predictors(points), target.predictors(points))
        var (nearest, independent) = (0.0, 0.0)
        for point in 0..<points.rowCount {
            for (l, source) in average.experts.enumerated() {
                let costs = target.experts.enumerated().map {
                    divergence(from[point, l], source.dispersion, to[point, $0], $1.dispersion)
                }
                nearest += masses[point, l] * (costs.min() ?? 0) / 300
                independent += masses[point, l] * dot(costs, wanted.row(point)) / 300
            }
        }
        let optimal = transportDivergence(from: average, to: target, at: points)
        #expect(optimal > nearest * (1 + 1e-6))
        #expect(optimal < independent * (1 - 1e-6))
    }

    /// In nats: another unit of the response does not matter.
    @Test(arguments: [1e-6, 3, 1e6] as [Double]) func unitsDoNotMatter(_ scale: Double) {
        func rescaled(_ model: MixtureModel) -> MixtureModel {
            var result = model
            result.experts = model.experts.map { model.family.rescaled($0, center: 5 * scale, scale: scale) }
            return result
        }
        let expected = transportDivergence(from: models[0], to: models[1], at: points)
        let found = transportDivergence(from: rescaled(models[0]), to: rescaled(models[1]), at: points)
        #expect(relativeError(found, expected) < 1e-9)
    }

    @Test func pointsAreAveraged() {
        let first = transportDivergence(from: average, to: models[1], at: points.rows(Array(0..<200)))
        let second = transportDivergence(from: average, to: models[1], at: points.rows(Array(200..<300)))
        let all = transportDivergence(from: average, to: models[1], at: points)
        #expect(relativeError(all, (2 * first + second) / 3) < 1e-13)
    }

    @Test func threadsDoNotChangeABit() {
        let serial = transportDivergence(from: average, to: models[1], at: points)
        let parallel = transportDivergence(
            from: average, to: models[1], at: points, parallelism: Parallelism(threads: 3))
        #expect(serial == parallel)
    }

    // MARK: Values

    /// Two components each: the one free entry of the plan is at an end of its interval.
    @Test func twoByTwoByHand() {
        var random = RandomNumbers(seed: 3)
        let design = RandomData.design(3)
        let source = RandomData.model(design, experts: 2, using: &random)
        let target = RandomData.model(design, experts: 2, using: &random)
        let (masses, wanted) = (source.gateProbabilities(points), target.gateProbabilities(points))
        let (from, to) = (source.predictors(points), target.predictors(points))
        var sum = 0.0
        for point in 0..<points.rowCount {
            func cost(_ l: Int, _ k: Int) -> Double {
                divergence(
                    from[point, l], source.experts[l].dispersion, to[point, k], target.experts[k].dispersion)
            }
            let (a, b) = (masses[point, 0], wanted[point, 0])
            let ends = [max(0, a + b - 1), min(a, b)].map { p in
                p * cost(0, 0) + (a - p) * cost(0, 1) + (b - p) * cost(1, 0) + (1 - a - b + p) * cost(1, 1)
            }
            sum += ends.min() ?? 0
        }
        #expect(relativeError(transportDivergence(from: source, to: target, at: points), sum / 300) < 1e-12)
    }

    /// One component each: the mean of the divergence itself.
    @Test func oneExpert() {
        func model(_ intercept: Double, _ slope: Double, _ variance: Double) -> MixtureModel {
            MixtureModel(
                design: RandomData.design(1), gate: SoftmaxGate(expertCount: 1, covariateCount: 1),
                experts: [Expert(coefficients: [intercept, slope], dispersion: variance)])
        }
        let found = transportDivergence(
            from: model(1, 2, 4), to: model(0, 1, 2), at: Matrix(columns: [[0, 1, -3]]))
        // ½ (log ½ + 2 - 1) + (1² + 2² + 2²) / (3 · 2 · 2)
        #expect(abs(found - (0.5 * (1 - log(2)) + 0.75)) < 1e-15)
    }

    /// Means so far apart that their squares overflow still give a number.
    @Test func hugeDivergencesStayFinite() {
        var far = models[1]
        far.experts[0].coefficients[0] = 1e200
        #expect(transportDivergence(from: models[0], to: far, at: points).isFinite)
    }
}
