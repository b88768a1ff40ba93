import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import Synchronization
import TestSupport
import Testing

@Suite struct LocalFitTests {
    private let rows = RandomData.easyRows(400, seed: 21)

    private static func hardRows(_ seed: UInt64) -> (ShardRows, Design) {
        var random = RandomNumbers(seed: seed)
        let design = RandomData.design(3, expert: [0, 1], gate: [1, 2])
        let truth = RandomData.model(design, experts: 3, using: &random)
        return (RandomData.rows(truth, count: 500, using: &random), design)
    }

    // MARK: What was maximised

    @Test(arguments: 1...4) func theTraceNeverFalls(seed: UInt64) throws {
        let (rows, design) = Self.hardRows(seed)
        let report = try LocalModel.fitted(rows, design, experts: 3).report
        #expect(report.trace.count == report.iterations + 1)
        #expect(report.iterations > 0)
        #expect(neverFalls(report.trace))
        #expect(report.stopReason == .converged)
    }

    @Test(arguments: 1...4) func theReportedLogLikelihoodIsThatOfTheModel(seed: UInt64) throws {
        let (rows, design) = Self.hardRows(seed)
        let local = try LocalModel.fitted(rows, design, experts: 3)
        let sum = local.model.logDensities(rows.covariates, responses: rows.responses).reduce(0, +)
        #expect(relativeError(local.report.logLikelihood, sum) < 1e-11)
        // The ridge is too small to show.
        let last = try #require(local.report.trace.last)
        #expect(difference(last * 500, sum) < 1e-6)
        // Starts at the variance floor come second whatever their likelihood, and so may a model with an expert too few.
        let comparable = local.report.starts.filter { $0.floorHits == 0 && local.report.warnings.isEmpty }
        #expect(comparable.compactMap(\.logLikelihood).allSatisfy { $0 <= sum + 1e-6 }, "\(local.report)")
    }

    @Test(arguments: 1...4) func theGradientVanishes(seed: UInt64) throws {
        let (rows, design) = Self.hardRows(seed)
        let local = try LocalModel.fitted(rows, design, experts: 3)
        let standardisation = Standardisation(rows)
        let (model, scaled) = (standardisation.standardised(local.model), standardisation.standardised(rows))
        let algorithm = GeneralisedEM(rows: scaled, options: FitOptions(expertCount: 3), parallelism: .serial)
        let system = NewtonSystem(model.statistics(of: scaled, level: .newton), model: model, algorithm: algorithm)
        let norm = dot(system.gradient, system.gradient).squareRoot()
        #expect(norm / 500 < 1e-6)
    }

    @Test func recoversTheTruth() throws {
        let local = try LocalModel.fitted(RandomData.easyRows(20_000, seed: 5))
        let experts = local.model.experts.sorted { $0.coefficients[0] > $1.coefficients[0] }
        for (expert, truth) in zip(experts, RandomData.easyModel.experts) {
            #expect(difference(expert.coefficients, truth.coefficients) < 0.03)
            #expect(relativeError(expert.dispersion, truth.dispersion) < 0.05)
        }
    }

    @Test func momentsAreThoseOfTheReturnedModel() throws {
        let local = try LocalModel.fitted(rows)
        let statistics = local.model.statistics(of: rows, level: .expectationMaximization)
        for (moments, expected) in zip(local.fitted.moments, statistics.expertMoments) {
            #expect(difference(moments.mean + [moments.weight], expected.mean + [expected.weight]) < 1e-9)
            #expect(difference(moments.scatter.storage, expected.scatter.storage) < 1e-9)
            #expect(difference(moments.squaredWeight, expected.squaredWeight) < 1e-9)
        }
        #expect(local.fitted.moments[0].weight >= local.fitted.moments[1].weight)
        #expect(local.fitted.rowCount == 400 && local.fitted.weight == 400)
    }

    @Test func oneExpertIsLeastSquares() throws {
        let local = try LocalModel.fitted(rows, experts: 1)
        let z = Matrix(
            rowCount: 400, columnCount: 3, storage: [Double](repeating: 1, count: 400) + rows.covariates.storage)
        let cholesky = try #require(Cholesky(z.transposed() * z))
        let coefficients = cholesky.solve(z.transposed() * rows.responses)
        let residuals = zip(rows.responses, z * coefficients).map(-)
        let variance = dot(residuals, residuals) / 400
        #expect(difference(local.model.experts[0].coefficients, coefficients) < 1e-10)
        #expect(relativeError(local.model.experts[0].dispersion, variance) < 1e-10)
        #expect(relativeError(local.report.logLikelihood, -200 * (log(2 * .pi * variance) + 1)) < 1e-10)
        #expect(local.warnings.isEmpty)
    }

    // MARK: Invariance

    /// y → a + b y and x → c + d x change the units of the answer and nothing else.
    @Test func unitsDoNotMatter() throws {
        let (a, b, c, d) = (100.0, 7.0, [1e4, -3], [0.1, 1000.0])
        var covariates = rows.covariates
        for column in 0..<2 {
            for row in 0..<400 { covariates[row, column] = c[column] + d[column] * covariates[row, column] }
        }
        let moved = ShardRows(covariates: covariates, responses: rows.responses.map { a + b * $0 })
        let (local, other) = (try LocalModel.fitted(rows), try LocalModel.fitted(moved))
        #expect(difference(other.report.logLikelihood, local.report.logLikelihood - 400 * log(b)) < 1e-8)
        let means = local.means(rows.covariates).map { a + b * $0 }
        #expect(difference(other.means(covariates), means) < 1e-6)
        let variances = local.model.experts.map { b * b * $0.dispersion }
        #expect(difference(other.model.experts.map(\.dispersion), variances) < 1e-6)
    }

    @Test func weightTwoIsTheRowTwice() throws {
        let weights = (0..<400).map { $0.isMultiple(of: 4) ? 2.0 : 1 }
        let weighted = try LocalModel.fitted(rows.weighted(weights))
        let repeated = try LocalModel.fitted(rows.subset((0..<400).flatMap { $0.isMultiple(of: 4) ? [$0, $0] : [$0] }))
        #expect(abs(weighted.report.logLikelihood - repeated.report.logLikelihood) < 1e-8)
        #expect(difference(weighted.coefficients, repeated.coefficients) < 1e-8)
        #expect(difference(weighted.model.gate.coefficients.storage, repeated.model.gate.coefficients.storage) < 1e-8)
        #expect(abs(weighted.fitted.weight - 500) < 1e-9 && weighted.fitted.rowCount == 400)
        let unweighted = try LocalModel.fitted(rows)
        #expect(difference(weighted.coefficients, unweighted.coefficients) > 1e-4)
    }

    @Test func equalWeightsChangeNothing() throws {
        let (local, other) = (
            try LocalModel.fitted(rows), try LocalModel.fitted(rows.weighted([Double](repeating: 3, count: 400)))
        )
        #expect(difference(local.coefficients, other.coefficients) < 1e-6)
        #expect(relativeError(other.report.logLikelihood, 3 * local.report.logLikelihood) < 1e-9)
        let effective = zip(local.fitted.moments, other.fitted.moments)
        for (one, three) in effective { #expect(difference(one.effectiveRows, three.effectiveRows) < 1e-6) }
    }

    @Test func weightZeroIsNoRow() throws {
        let wild = ShardRows(
            covariates: Matrix(columns: [[1e6, 0], [0, -1e6]]), responses: [1e9, -1e9], weights: [0, 0])
        let local = try LocalModel.fitted(.concatenation([rows.subset([0, 1]), wild, rows.subset(Array(2..<400))]))
        let expected = try LocalModel.fitted(rows)
        #expect(difference(local.coefficients, expected.coefficients) < 1e-12)
        #expect(local.fitted.rowCount == 400)
    }

    @Test func theOrderOfRowsDoesNotMatter() throws {
        var random = RandomNumbers(seed: 6)
        let (local, other) = (
            try LocalModel.fitted(rows), try LocalModel.fitted(rows.subset(random.permutation(400)))
        )
        #expect(difference(other.report.logLikelihood, local.report.logLikelihood) < 1e-8)
        #expect(difference(other.coefficients, local.coefficients) < 1e-6)
    }

    @Test func threadsDoNotMatter() throws {
        let (rows, design) = Self.hardRows(9)
        let local = try LocalModel.fitted(rows, design, experts: 3, threads: 1)
        #expect(try LocalModel.fitted(rows, design, experts: 3, threads: 2) == local)
        let many = RandomData.easyRows(9000, seed: 8)  // More than the subsample for the starts.
        #expect(
            try LocalModel.fitted(many, threads: 2) { $0.starts = 2 } == LocalModel.fitted(many) { $0.starts = 2 })
    }

    @Test func theSeedDecides() throws {
        let (rows, design) = Self.hardRows(9)
        let fits = try [1, 1, 2].map { seed in
            try LocalModel.fitted(rows, design, experts: 3) { $0.seed = seed }
        }
        #expect(fits[0] == fits[1])
        #expect(fits[0].report.starts != fits[2].report.starts)
    }

    // MARK: Starts and stages

    @Test func aGivenModelIsAStart() throws {
        let local = try LocalModel.fitted(rows) {
            $0.starts = 0
            $0.initialModels = [RandomData.easyModel]
        }
        #expect(local.report.starts.map(\.strategy) == [.givenModel])
        #expect(difference(local.coefficients, try LocalModel.fitted(rows).coefficients) < 1e-5)
    }

    /// One optimum in five starts: no other is tried.
    @Test func everyStartIsReported() throws {
        let report = try LocalModel.fitted(rows) { $0.starts = 7 }.report
        #expect(report.starts.count == 5)
        #expect(Set(report.starts.map(\.strategy)).count == 5)
        #expect(report.starts.contains { $0.logLikelihood != nil })
    }

    @Test func progressIsReported() throws {
        let stages = Mutex((screening: Set<Int>(), refining: Set<Int>()))
        let fit = LocalFit(design: RandomData.design(2), options: FitOptions(expertCount: 2, starts: 5)) { progress in
            stages.withLock {
                if progress.stage == .screening {
                    $0.screening.insert(progress.start)
                } else {
                    $0.refining.insert(progress.start)
                }
            }
        }
        _ = try fit.fit(rows)
        stages.withLock {
            #expect($0.screening == Set(1...5))
            #expect($0.refining.contains(1))
        }
    }

    // MARK: Another family

    @Test(arguments: 1...3) func aTrivialFamilyIsFitted(seed: UInt64) throws {
        let (rows, design) = Self.hardRows(seed)
        let local = try LocalModel.fitted(rows, design, experts: 3, family: TrivialFamily())
        #expect(local.model.family is TrivialFamily)
        #expect(local.report.iterations > 0)
        #expect(neverFalls(local.report.trace))
        #expect(local.report.stopReason == .converged)
        let sum = local.model.logDensities(rows.covariates, responses: rows.responses).reduce(0, +)
        #expect(relativeError(local.report.logLikelihood, sum) < 1e-11)
        let single = try LocalModel.fitted(rows, design, experts: 1, family: TrivialFamily())
        // Three equal experts may be the maximum.
        #expect(local.report.logLikelihood > single.report.logLikelihood - 1e-8)
        let gaussian = try LocalModel.fitted(rows, design, experts: 1)
        #expect(difference(single.model.experts[0].coefficients, gaussian.model.experts[0].coefficients) < 1e-12)
    }

    /// Where no Newton step is found EM alone converges, and says so.
    @Test func withoutNewtonSteps() throws {
        let (rows, design) = Self.hardRows(1)
        let blind = try LocalModel.fitted(
            rows, design, experts: 2, family: TrivialFamily(withoutDerivatives: true)
        ) { $0.maxIterations = 5000 }
        #expect(blind.report.stopReason == .converged)
        #expect(blind.report.iterations < 5000)
        #expect(neverFalls(blind.report.trace))
        let local = try LocalModel.fitted(rows, design, experts: 2, family: TrivialFamily())
        #expect(relativeError(blind.report.logLikelihood, local.report.logLikelihood) < 1e-5)
    }
}
