import Aggregation
import Estimation
import MixtureOfExperts
import Numerics
import Simulation
import TestSupport

/// Local models for the tests of aggregation.
enum LocalModels {

    /// A model with its statistics on rows: no fit.
    static func fitted(_ model: MixtureModel, on rows: ShardRows) -> FittedMixture {
        FittedMixture(
            model: model, moments: model.statistics(of: rows, level: .expectationMaximization).expertMoments,
            rowCount: rows.rowCount, weight: rows.totalWeight)
    }

    static func named(_ fitted: [FittedMixture]) -> [Contribution] {
        fitted.enumerated().map { Contribution(name: "site \($0.offset + 1)", fitted: $0.element) }
    }

    /// The easy model with its parameters disturbed, on its own rows.
    static func disturbed(_ seed: UInt64, by size: Double = 0.05, design: Design? = nil) -> FittedMixture {
        var random = RandomNumbers(seed: seed)
        let easy = RandomData.easyModel
        var gate = easy.gate.coefficients
        for index in 0..<3 { gate.storage[index] += size * random.normal() }
        let model = MixtureModel(
            design: design ?? easy.design, gate: SoftmaxGate(coefficients: gate),
            experts: easy.experts.map { expert in
                Expert(
                    coefficients: expert.coefficients.map { $0 + size * random.normal() },
                    dispersion: expert.dispersion * (1 + size * random.uniform()))
            })
        return fitted(model, on: RandomData.rows(model, count: 300 + Int(seed), using: &random))
    }

    static func disturbed(_ seeds: ClosedRange<UInt64>) -> [Contribution] { named(seeds.map { disturbed($0) }) }

    /// Eight shards that see three of the five groups each, their fits, and the truth.
    struct Heterogeneous: Sendable {
        let benchmark = SyntheticBenchmark(profile: .balanced, shardCount: 8, capacity: 3, seed: 1)
        let contributions: [Contribution]
        let test: ShardRows

        init() throws {
            let benchmark = benchmark
            test = benchmark.testRows(20_000).rows
            let options = FitOptions(expertCount: 3, starts: 5)
            contributions = try (0..<8).map { shard in
                let rows = benchmark.shard(shard, rowCount: 3000).rows
                let local = try LocalFit(
                    design: benchmark.design, options: options, parallelism: Parallelism(threads: 2)
                ).fit(rows)
                return Contribution(name: "shard \(shard)", fitted: local.fitted)
            }
        }

        func score(_ model: MixtureModel) -> Double {
            model.logDensities(test.covariates, responses: test.responses).reduce(0, +) / Double(test.rowCount)
        }
    }

    static let heterogeneous = Result { try Heterogeneous() }
}

extension GlobalModel {
    var coefficients: [Double] { model.experts.flatMap { $0.coefficients + [$0.dispersion] } }
}

/// The normal family under another name.
struct RenamedFamily: ClosedFormFamily {
    private let family = GaussianFamily()
    var name: String { "renamed" }
    var response: ResponseKind { .number }
    var hasDispersion: Bool { true }
    var standardisesResponses: Bool { true }
    var statisticCount: Int { family.statisticCount }

    func logDensity(
        responses: UnsafePointer<Double>, predictors: LinearPredictors, dispersion: Double, count: Int,
        into result: UnsafeMutablePointer<Double>
    ) {
        family.logDensity(
            responses: responses, predictors: predictors, dispersion: dispersion, count: count, into: result)
    }

    func derivatives(
        responses: UnsafePointer<Double>, predictors: LinearPredictors, dispersion: Double, count: Int,
        into result: PredictorDerivatives
    ) {
        family.derivatives(
            responses: responses, predictors: predictors, dispersion: dispersion, count: count, into: result)
    }

    func fit(_ moments: Moments, on covariates: [Int], dispersionFloor: Double) -> Expert {
        family.fit(moments, on: covariates, dispersionFloor: dispersionFloor)
    }

    func expectedStatistics(
        predictors: LinearPredictors, dispersion: Double, count: Int, into result: UnsafeMutablePointer<Double>,
        stride: Int
    ) {
        family.expectedStatistics(
            predictors: predictors, dispersion: dispersion, count: count, into: result, stride: stride)
    }

    func statistics(of response: Double) -> [Double] { family.statistics(of: response) }

    func constantExpert(statistics: [Double]) -> Expert { family.constantExpert(statistics: statistics) }

    func dispersion(for statistics: PointStatistics, predictors: LinearPredictors) -> Double {
        family.dispersion(for: statistics, predictors: predictors)
    }

    func rescaled(_ expert: Expert, center: Double, scale: Double) -> Expert {
        family.rescaled(expert, center: center, scale: scale)
    }

    func mean(_ predictors: [Double]) -> Double { family.mean(predictors) }
    func variance(_ predictors: [Double], dispersion: Double) -> Double { dispersion }

    func divergences(
        from: LinearPredictors, fromDispersion: Double, to: LinearPredictors, toDispersion: Double, count: Int,
        into result: UnsafeMutablePointer<Double>
    ) {
        family.divergences(
            from: from, fromDispersion: fromDispersion, to: to, toDispersion: toDispersion, count: count, into: result)
    }

    func cumulativeProbability(_ response: Double, _ predictors: [Double], dispersion: Double) -> Double {
        family.cumulativeProbability(response, predictors, dispersion: dispersion)
    }

    func sample(_ predictors: [Double], dispersion: Double, using random: inout RandomNumbers) -> Double {
        family.sample(predictors, dispersion: dispersion, using: &random)
    }
}
