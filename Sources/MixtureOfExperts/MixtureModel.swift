import Foundation
import LinearAlgebra

/// A softmax-gated mixture of K experts: f(y | x) = Σ_k π_k(x) φ(y | x; θ_k) (paper, section 2).
public struct MixtureModel: Sendable, Equatable {
    public let design: Design
    public let family: any ExpertFamily
    public var gate: SoftmaxGate
    public var experts: [Expert]

    public init(design: Design, family: any ExpertFamily = GaussianFamily(), gate: SoftmaxGate, experts: [Expert]) {
        precondition(gate.expertCount == experts.count, "a gate for every expert")
        self.design = design
        self.family = family
        self.gate = gate
        self.experts = experts
    }

    public var expertCount: Int { experts.count }

    public static func == (left: MixtureModel, right: MixtureModel) -> Bool {
        left.design == right.design && left.family.name == right.family.name && left.gate == right.gate
            && left.experts == right.experts
    }

    /// Free parameters: coefficients and dispersions of the experts, coefficients of all gates but the last.
    public var parameterCount: Int {
        let perExpert = design.expertCovariates.count + 1 + (family.hasDispersion ? 1 : 0)
        return expertCount * perExpert + (expertCount - 1) * (design.gateCovariates.count + 1)
    }

    /// The same model with the experts in another order: new expert k is old expert `order[k]`.
    public func reordered(_ order: [Int]) -> MixtureModel {
        MixtureModel(
            design: design, family: family, gate: gate.reordered(order), experts: order.map { experts[$0] })
    }

    /// Linear predictors of all experts; rows x K.
    ///
    /// - Parameter covariates: rows x `design.covariateCount`.
    public func predictors(_ covariates: Matrix) -> Matrix {
        linearPredictors(
            covariates, columns: design.expertCovariates,
            coefficients: Matrix(columns: experts.map(\.coefficients)))
    }

    /// log π_k(x); rows x K.
    public func logGateProbabilities(_ covariates: Matrix) -> Matrix {
        var result = linearPredictors(covariates, columns: design.gateCovariates, coefficients: gate.coefficients)
        for row in 0..<result.rowCount {
            let logSum = Scalar.logSumExp(result.row(row))
            for expert in 0..<expertCount { result[row, expert] -= logSum }
        }
        return result
    }

    /// π_k(x); rows x K.
    public func gateProbabilities(_ covariates: Matrix) -> Matrix {
        var result = logGateProbabilities(covariates)
        for index in result.storage.indices { result.storage[index] = exp(result.storage[index]) }
        return result
    }

    /// log π_k(x) + log φ(y | x; θ_k); rows x K.
    public func logJointDensities(_ covariates: Matrix, responses: [Double]) -> Matrix {
        var result = logGateProbabilities(covariates)
        let predictors = predictors(covariates)
        let rowCount = covariates.rowCount
        var densities = [Double](repeating: 0, count: rowCount)
        for (index, expert) in experts.enumerated() {
            predictors.storage.withUnsafeBufferPointer { all in
                guard let base = all.baseAddress else { return }
                family.logDensity(
                    responses: responses, predictors: base + index * rowCount, dispersion: expert.dispersion,
                    count: rowCount, into: &densities)
            }
            for row in 0..<rowCount { result[row, index] += densities[row] }
        }
        return result
    }

    /// log f(y | x), one value a row.
    public func logDensities(_ covariates: Matrix, responses: [Double]) -> [Double] {
        let joint = logJointDensities(covariates, responses: responses)
        return (0..<joint.rowCount).map { Scalar.logSumExp(joint.row($0)) }
    }

    /// One response a row, drawn from f(· | x).
    public func sample(_ covariates: Matrix, using random: inout RandomNumbers) -> [Double] {
        let gates = gateProbabilities(covariates)
        let predictors = predictors(covariates)
        return (0..<covariates.rowCount).map { row in
            let expert = random.index(weights: gates.row(row))
            return family.sample(
                predictor: predictors[row, expert], dispersion: experts[expert].dispersion, using: &random)
        }
    }
}

/// Intercept + Σ coefficient · covariate for each column of `coefficients`; rows x columns.
func linearPredictors(_ covariates: Matrix, columns: [Int], coefficients: Matrix) -> Matrix {
    var result = Matrix(rowCount: covariates.rowCount, columnCount: coefficients.columnCount)
    for output in 0..<coefficients.columnCount {
        let offset = output * result.rowCount
        for row in 0..<result.rowCount { result.storage[offset + row] = coefficients[0, output] }
        for (index, column) in columns.enumerated() {
            let coefficient = coefficients[index + 1, output]
            let source = column * covariates.rowCount
            for row in 0..<result.rowCount {
                result.storage[offset + row] += coefficient * covariates.storage[source + row]
            }
        }
    }
    return result
}
