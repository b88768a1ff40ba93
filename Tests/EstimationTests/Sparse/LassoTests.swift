import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

@Suite struct LassoTests {
    /// Two experts and a gate that each need some of four covariates.
    private static let model = MixtureModel(
        design: RandomData.design(4),
        gate: SoftmaxGate(coefficients: Matrix(columns: [[0.3, 1.8, 0, 0, 0], [0, 0, 0, 0, 0]])),
        experts: [
            Expert(coefficients: [2, 0, 1.5, 0, 0], dispersion: 0.5),
            Expert(coefficients: [-2, 0, 0, -1, 0], dispersion: 0.4),
        ])

    private static func rows(_ count: Int = 400, weights: [Double]? = nil) -> ShardRows {
        var random = RandomNumbers(seed: 11)
        return RandomData.rows(model, count: count, weights: weights, using: &random)
    }

    private static func fit(
        _ rows: ShardRows, _ lasso: Lasso, experts: Int = 2, _ change: (inout FitOptions) -> Void = { _ in }
    ) throws -> LocalModel {
        try LocalModel.fitted(rows, model.design, experts: experts) {
            $0.lasso = lasso
            change(&$0)
        }
    }

    /// Σ log f - c (|gate slopes|₁ + |expert slopes|₁), slopes of covariates over their deviation.
    private static func objective(_ model: MixtureModel, _ rows: ShardRows, _ gate: Double, _ experts: Double) -> Double
    {
        let total = rows.totalWeight
        let deviations = (0..<rows.covariates.columnCount).map { column -> Double in
            let values = Array(rows.covariates.column(column))
            let mean = values.indices.reduce(0) { $0 + rows.weight($1) * values[$1] } / total
            let scatter = values.indices.reduce(0) { $0 + rows.weight($1) * (values[$1] - mean) * (values[$1] - mean) }
            return (scatter / (total - 1)).squareRoot()
        }
        func size(_ coefficients: some Collection<Double>) -> Double {
            zip(coefficients.dropFirst(), deviations).reduce(0) { $0 + abs($1.0) * $1.1 }
        }
        let gates = (0..<model.expertCount).reduce(0) { $0 + size(model.gate.coefficients.column($1)) }
        let slopes = model.experts.reduce(0) { $0 + size($1.coefficients) }
        return model.statistics(of: rows, level: .likelihood).logLikelihood - gate * gates - experts * slopes
    }

    // MARK: One expert

    @Test(arguments: LassoReference.gaussian.indices) func oneExpertIsTheOrdinaryLasso(index: Int) throws {
        let reference = LassoReference.gaussian[index]
        let local = try LocalModel.fitted(LassoReference.gaussianRows, RandomData.design(6), experts: 1) {
            $0.lasso = .weights(gate: 0, experts: reference.weight)
            $0.tolerance = 1e-14
        }
        let expert = local.model.experts[0]
        #expect(abs(expert.dispersion - reference.variance) < 1e-8)
        for (own, known) in zip(expert.coefficients.dropFirst(), reference.slopes) {
            #expect(abs(own - known) < 1e-8)
            #expect((own == 0) == (known == 0))
        }
    }

    private static func expectReference(
        _ reference: LassoReference.Open, _ rows: ShardRows, _ family: any ExpertFamily
    ) throws {
        let local = try LocalModel.fitted(rows, RandomData.design(6), experts: 1, family: family) {
            $0.lasso = .weights(gate: 0, experts: reference.weight)
            $0.expertRidge = 0
            $0.tolerance = 1e-14
        }
        let objective = try #require(local.report.lasso).penalisedLogLikelihood
        #expect(abs(objective - reference.objective) < 1e-6)
        for (own, known) in zip(local.model.experts[0].coefficients.dropFirst(), reference.slopes) {
            #expect(abs(own - known) < 1e-4)
            #expect((own == 0) == (known == 0))
        }
    }

    @Test(arguments: LassoReference.binary) func twoClassesAreTheOrdinaryLasso(reference: LassoReference.Open) throws {
        try Self.expectReference(reference, LassoReference.binaryRows, MultinomialFamily(classes: ["0", "1"]))
    }

    @Test(arguments: LassoReference.poisson) func countsAreTheOrdinaryLasso(reference: LassoReference.Open) throws {
        try Self.expectReference(reference, LassoReference.poissonRows, PoissonFamily())
    }

    // MARK: Laws

    @Test func theReportHoldsTheObjective() throws {
        let rows = Self.rows(weights: (0..<400).map { 0.5 + Double($0 % 3) })
        let local = try Self.fit(rows, .weights(gate: 4, experts: 7))
        let report = try #require(local.report.lasso)
        #expect(abs(report.penalisedLogLikelihood - Self.objective(local.model, rows, 4, 7)) < 1e-8)
        #expect(report.nonzeroParameters == local.model.freeParameterCount(predictors: [0]))
        #expect(local.fitted.selection == SlopeSelection(gate: true, experts: [true, true]))
    }

    /// No single coefficient can be moved with gain.
    @Test func theResultIsAnOptimum() throws {
        let rows = Self.rows()
        let local = try Self.fit(rows, .weights(gate: 6, experts: 6)) { $0.tolerance = 1e-13 }
        let best = Self.objective(local.model, rows, 6, 6)
        for step in [-1e-3, 1e-3] {
            for index in 0..<5 {
                var moved = local.model
                moved.gate.coefficients[index, 0] += step
                #expect(Self.objective(moved, rows, 6, 6) < best)
                for expert in 0..<2 {
                    moved = local.model
                    moved.experts[expert].coefficients[index] += step
                    #expect(Self.objective(moved, rows, 6, 6) < best)
                }
            }
        }
        #expect(local.report.stopReason == .converged)
    }

    @Test func theTruthHasItsZeros() throws {
        let local = try Self.fit(Self.rows(2000), .weights(gate: 120, experts: 300))
        let experts = local.model.experts.sorted { $0.coefficients[0] > $1.coefficients[0] }
        #expect(experts[0].coefficients.map { $0 != 0 } == [true, false, true, false, false])
        #expect(experts[1].coefficients.map { $0 != 0 } == [true, false, false, true, false])
        #expect(local.model.gate.coefficients.column(0).map { $0 != 0 } == [true, true, false, false, false])
    }

    @Test func withoutWeightIsWithoutLasso() throws {
        let rows = Self.rows()
        let (zero, none) = (try Self.fit(rows, .weights(gate: 0, experts: 0)), try Self.fit(rows, .none))
        #expect(zero.fitted == none.fitted && zero.report.trace == none.report.trace)
    }

    @Test func smallWeightsLeadToTheFitWithout() throws {
        let rows = Self.rows()
        let plain = try Self.fit(rows, .none)
        let nearly = try Self.fit(rows, .weights(gate: 1e-6, experts: 1e-6))
        #expect(abs(plain.report.logLikelihood - nearly.report.logLikelihood) < 1e-6)
    }

    @Test func gateAloneOrExpertsAlone() throws {
        let rows = Self.rows()
        let gate = try Self.fit(rows, .weights(gate: 1e5, experts: 0)).model
        #expect(gate.gate.coefficients.column(0).dropFirst().allSatisfy { $0 == 0 })
        #expect(gate.experts.allSatisfy { $0.coefficients.allSatisfy { $0 != 0 } })
        let experts = try Self.fit(rows, .weights(gate: 0, experts: 1e5)).model
        #expect(experts.experts.allSatisfy { $0.coefficients.dropFirst().allSatisfy { $0 == 0 } })
        #expect(experts.gate.coefficients.column(0).allSatisfy { $0 != 0 })
    }

    @Test func aWeightOfTwoIsARowTwice() throws {
        let rows = Self.rows(300)
        let twice = ShardRows.concatenation([rows, rows])
        let weighted = rows.weighted([Double](repeating: 2, count: 300))
        let lasso = Lasso.weights(gate: 5, experts: 8)
        let first = try Self.fit(twice, lasso) { $0.tolerance = 1e-13 }
        let second = try Self.fit(weighted, lasso) { $0.tolerance = 1e-13 }
        let difference = abs(
            (first.report.lasso?.penalisedLogLikelihood ?? 0) - (second.report.lasso?.penalisedLogLikelihood ?? 1))
        #expect(difference < 1e-6)
        for (own, other) in zip(first.coefficients, second.coefficients) { #expect(abs(own - other) < 1e-5) }
    }

    @Test func unitsOfTheCovariatesMakeNoDifference() throws {
        let rows = Self.rows()
        var covariates = rows.covariates
        for row in 0..<covariates.rowCount {
            covariates[row, 0] = 1000 + 50 * covariates[row, 0]
            covariates[row, 1] *= 0.01
        }
        let scaled = ShardRows(covariates: covariates, responses: rows.responses)
        let lasso = Lasso.weights(gate: 5, experts: 5)
        let first = try #require(try Self.fit(rows, lasso).report.lasso)
        let second = try #require(try Self.fit(scaled, lasso).report.lasso)
        #expect(abs(first.penalisedLogLikelihood - second.penalisedLogLikelihood) < 1e-5)
        #expect(first.nonzeroParameters == second.nonzeroParameters)
    }

    @Test func theObjectiveNeverFalls() throws {
        let trace = try Self.fit(Self.rows(), .weights(gate: 10, experts: 10)).report.trace
        #expect(zip(trace, trace.dropFirst()).allSatisfy { $1 >= $0 - 1e-11 * abs($0) })
    }

    /// The gate's last expert stays the last, whatever its weight: zeros are against it.
    @Test func zerosOfAGateOfThreeSurvive() throws {
        var random = RandomNumbers(seed: 3)
        let truth = MixtureModel(
            design: RandomData.design(3),
            gate: SoftmaxGate(coefficients: Matrix(columns: [[0.2, 2, 0, 0], [0, 0, 0, 0], [0, 0, 2, 0]])),
            experts: [
                Expert(coefficients: [4, 1, 0, 0], dispersion: 0.3),
                Expert(coefficients: [0, 0, 1, 0], dispersion: 0.3),
                Expert(coefficients: [-4, 0, 0, 1], dispersion: 0.3),
            ])
        let rows = RandomData.rows(truth, count: 900, using: &random)
        let local = try LocalModel.fitted(rows, truth.design, experts: 3) { $0.lasso = .weights(gate: 10, experts: 10) }
        // The middle expert has no slope in the truth's gate: as reference it leaves two slopes of six.
        let gate = local.model.gate.coefficients
        #expect((0..<2).reduce(0) { $0 + gate.column($1).dropFirst().count { $0 != 0 } } == 2)
        #expect(abs(local.model.experts[2].coefficients[0]) < 0.5)
        let report = try #require(local.report.lasso)
        #expect(abs(report.penalisedLogLikelihood - Self.objective(local.model, rows, 10, 10)) < 1e-8)
    }

    /// The maximum among models with these zeros.
    @Test func aRefitIsNotShrunk() throws {
        let rows = Self.rows(800)
        let shrunk = try Self.fit(rows, .weights(gate: 20, experts: 20))
        let refitted = try Self.fit(rows, .weights(gate: 20, experts: 20)) { $0.refitsSlopes = true }
        #expect(refitted.report.logLikelihood > shrunk.report.logLikelihood + 1)
        #expect(refitted.report.lasso?.penalisedLogLikelihood == shrunk.report.lasso?.penalisedLogLikelihood)
        let best = Self.objective(refitted.model, rows, 0, 0)
        for expert in 0..<2 {
            for index in 0..<5 {
                let value = refitted.model.experts[expert].coefficients[index]
                #expect((value == 0) == (shrunk.model.experts[expert].coefficients[index] == 0))
                for step in [-1e-3, 1e-3] where value != 0 {
                    var moved = refitted.model
                    moved.experts[expert].coefficients[index] += step
                    #expect(Self.objective(moved, rows, 0, 0) < best)
                }
            }
        }
    }

    /// The limit lies between the rows of the rarest expert with the penalty and without it.
    @Test func aRefitThatWouldDiscloseFewRowsIsWithheld() throws {
        func fitted(_ rows: ShardRows, minRows: Double, refits: Bool) throws -> LocalModel {
            try Self.fit(rows, .weights(gate: 6, experts: 6)) {
                $0.minRows = minRows
                $0.refitsSlopes = refits
            }
        }
        func fewest(_ local: LocalModel) -> Double { local.fitted.moments.map(\.effectiveRows).min() ?? 0 }
        var found: (rows: ShardRows, limit: Double)?
        for seed in 1...20 where found == nil {
            var random = RandomNumbers(seed: UInt64(seed))
            let rows = RandomData.rows(Self.model, count: 80, using: &random)
            let shrunk = fewest(try fitted(rows, minRows: 3, refits: false))
            let refitted = fewest(try fitted(rows, minRows: 3, refits: true))
            if refitted < shrunk - 0.1 { found = (rows, (shrunk + refitted) / 2) }
        }
        let (rows, limit) = try #require(found)
        let local = try fitted(rows, minRows: limit, refits: true)
        #expect(local.report.lasso?.isRefitted == false)
        #expect(local.warnings.contains(.refitBelowMinimumRows(minimum: limit)))
        #expect(local.model == (try fitted(rows, minRows: limit, refits: false).model))
        #expect(fewest(local) >= limit)
    }

    // MARK: Path

    @Test func theWeightIsChosenByBIC() throws {
        let rows = Self.rows(1000)
        let local = try Self.fit(rows, .automatic)
        let report = try #require(local.report.lasso)
        #expect(report.path.count == 20)
        #expect(zip(report.path, report.path.dropFirst()).allSatisfy { $0.weight > $1.weight })
        #expect(report.path[0].nonzeroParameters < report.path[19].nonzeroParameters)
        let best = try #require(report.path.min { $0.bic < $1.bic })
        #expect(report.gateWeight == best.weight && report.expertWeight == best.weight)
        #expect(report.penalisedLogLikelihood >= best.penalisedLogLikelihood - 1e-6)
        for point in report.path {
            let bic = -2 * point.logLikelihood + Double(point.nonzeroParameters) * log(1000)
            #expect(abs(point.bic - bic) < 1e-8)
        }
        // What matters is kept, whatever else is.
        let experts = local.model.experts.sorted { $0.coefficients[0] > $1.coefficients[0] }
        #expect(experts[0].coefficients[2] != 0)
        #expect(experts[1].coefficients[3] != 0)
        #expect(report.nonzeroParameters < local.model.parameterCount)
    }
}
