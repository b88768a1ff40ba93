import Evaluation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

@Suite struct ParameterErrorTests {
    let points: Matrix
    let reference: MixtureModel

    init() {
        var random = RandomNumbers(seed: 2)
        points = RandomData.matrix(50, 3, using: &random)
        reference = RandomData.model(RandomData.design(3, expert: [0, 2], gate: [1]), experts: 4, using: &random)
    }

    /// Experts of the model in another order have no other parameters, the gate's last expert included.
    @Test(arguments: [[0, 1, 2, 3], [3, 2, 1, 0], [1, 2, 3, 0]]) func theOrderDoesNotMatter(_ order: [Int]) throws {
        let error = try #require(ParameterError(reference.reordered(order), reference: reference, at: points))
        #expect(error.experts == 0)
        #expect(error.gates < 1e-15)
        #expect(error.dispersions == 0)
        #expect(order.indices.allSatisfy { order[error.order[$0]] == $0 })
    }

    /// Every kind of parameter moved by a known amount: by hand, whatever the order of the experts.
    @Test(arguments: [[0, 1, 2, 3], [2, 3, 0, 1]]) func knownErrors(_ order: [Int]) throws {
        var moved = reference
        // One of 12 coefficients, one of 6 gate coefficients, one of 4 dispersions.
        moved.experts[1].coefficients[2] += 0.05
        moved.gate.coefficients[1, 0] -= 0.3
        moved.experts[3].dispersion *= 1.1
        let error = try #require(ParameterError(moved.reordered(order), reference: reference, at: points))
        #expect(abs(error.experts - 0.05 / 12.squareRoot()) < 1e-14)
        #expect(abs(error.gates - 0.3 / 6.squareRoot()) < 1e-14)
        #expect(abs(error.dispersions - 0.1 / 2) < 1e-14)
    }

    /// The first expert of the model is nearest to both of the reference; as a whole the other way round is better.
    @Test func theMatchingIsTheBestAsAWhole() throws {
        func model(_ intercepts: [Double]) -> MixtureModel {
            MixtureModel(
                design: RandomData.design(1), gate: SoftmaxGate(expertCount: 2, covariateCount: 1),
                experts: intercepts.map { Expert(coefficients: [$0, 0], dispersion: 1) })
        }
        let error = try #require(
            ParameterError(model([1, 3]), reference: model([0, 1.1]), at: Matrix(columns: [[0, 1]])))
        #expect(error.order == [0, 1])
        #expect(abs(error.experts - ((1 + 1.9 * 1.9) / 4).squareRoot()) < 1e-15)
    }

    @Test func oneExpertHasNoGate() throws {
        let one = MixtureModel(
            design: reference.design, gate: SoftmaxGate(expertCount: 1, covariateCount: 1),
            experts: [reference.experts[0]])
        #expect(try #require(ParameterError(one, reference: one, at: points)).gates == 0)
    }

    @Test func nothingToCompare() {
        var random = RandomNumbers(seed: 3)
        let fewer = RandomData.model(reference.design, experts: 3, using: &random)
        #expect(ParameterError(fewer, reference: reference, at: points) == nil)
        let other = RandomData.model(RandomData.design(3), experts: 4, using: &random)
        #expect(ParameterError(other, reference: reference, at: points) == nil)
    }
}
