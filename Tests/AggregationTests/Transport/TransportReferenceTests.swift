import Aggregation
import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Local models, support and start with the result of the published update (`Resources/transport`).
@Suite struct TransportReferenceTests {
    private struct Reference: Decodable {
        struct Local: Decodable {
            /// (d + 1) x K, as a list of rows.
            var experts: [[Double]]
            var gates: [[Double]]
            var variances: [Double]
        }

        var support: [[Double]]
        var initialModel: Int
        var locals: [Local]
        var objectiveSumOverSupport: [Double]
        var reducedExperts: [[Double]]
        var reducedVariances: [Double]
        var gatesFromPlan: [[Double]]

        init(_ file: String) throws {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let url = Bundle.module.bundleURL.appending(path: "Resources/transport/" + file)
            self = try decoder.decode(Reference.self, from: Data(contentsOf: url))
        }

        static func matrix(_ rows: [[Double]]) -> Matrix { Matrix(columns: rows).transposed() }

        var points: Matrix { Self.matrix(support) }
        var pointCount: Int { support.count }
        var design: Design { RandomData.design(support[0].count) }

        var models: [MixtureModel] {
            locals.map { local in
                let experts = Self.matrix(local.experts)
                return MixtureModel(
                    design: design, gate: SoftmaxGate(coefficients: Self.matrix(local.gates)),
                    experts: local.variances.indices.map {
                        Expert(coefficients: Array(experts.column($0)), dispersion: local.variances[$0])
                    })
            }
        }

        /// Every local model of the same weight everywhere.
        var problem: TransportProblem {
            let models = models
            let components = locals.reduce(0) { $0 + $1.variances.count }
            let share = 1 / Double(locals.count * pointCount)
            return TransportProblem(
                design: design, family: GaussianFamily(), points: points,
                masses: Matrix(
                    rowCount: pointCount, columnCount: components,
                    storage: models.flatMap { $0.gateProbabilities(points).storage.map { share * $0 } }),
                components: models.flatMap(\.experts))
        }

        var reduction: TransportReduction {
            TransportReduction.run(
                problem, from: models[initialModel - 1].experts, tolerance: 1e-14, maxIterations: 100)
        }
    }

    private static let files = ["ot_small.json", "ot_k5_d20_m8.json"]

    @Test(arguments: files) func objectives(file: String) throws {
        let reference = try Reference(file)
        let objectives = reference.reduction.objectives.map { $0 * Double(reference.pointCount) }
        for (value, expected) in zip(objectives, reference.objectiveSumOverSupport) {
            #expect(relativeError(value, expected) < 1e-8)
        }
        let last = try #require(objectives.last)
        let lowest = try #require(reference.objectiveSumOverSupport.last)
        #expect(relativeError(last, lowest) < 1e-8)
    }

    @Test(arguments: files) func experts(file: String) throws {
        let reference = try Reference(file)
        let reduction = reference.reduction
        #expect(reduction.converged)
        let expected = Reference.matrix(reference.reducedExperts)
        for (index, expert) in reduction.experts.enumerated() {
            #expect(difference(expert.coefficients, expected.column(index)) < 1e-6)
            #expect(relativeError(expert.dispersion, reference.reducedVariances[index]) < 1e-6)
        }
    }

    @Test(arguments: files) func gateFromThePlan(file: String) throws {
        let reference = try Reference(file)
        let plan = TransportPlan(reference.problem, experts: reference.reduction.experts)
        var targets = plan.masses
        for index in targets.storage.indices { targets.storage[index] *= Double(reference.pointCount) }
        // The reference has no ridge: with 1e-8 a point the coefficients differ by 2e-7 and 9e-7.
        let gate = SoftmaxRegression(
            rows: ShardRows(
                covariates: reference.points, responses: [Double](repeating: 0, count: reference.pointCount)),
            design: reference.design, targets: targets, ridgePerRow: 0
        ).fit(iterations: 100, tolerance: 0)
        let expected = Reference.matrix(reference.gatesFromPlan)
        #expect(difference(gate.coefficients.storage, expected.storage) < 1e-7)
    }
}
