import Foundation
import MixtureOfExperts
import Numerics

/// The average of models with fixed weights: many components, and gates that are no softmax.
struct AveragedModels: ConditionalMixture {
    var models: [MixtureModel]
    var weights: [Double]

    /// The same model several times.
    init(_ model: MixtureModel, weights: [Double]) {
        models = weights.map { _ in model }
        self.weights = weights
    }

    init(_ models: [MixtureModel]) {
        self.models = models
        weights = models.map { _ in 1 / Double(models.count) }
    }

    var design: Design { models[0].design }
    var family: any ExpertFamily { models[0].family }
    var experts: [Expert] { models.flatMap(\.experts) }

    /// What each model gives, side by side.
    private func columns(_ covariates: Matrix, _ part: (Int) -> Matrix) -> Matrix {
        let parts = models.indices.map(part)
        return Matrix(
            rowCount: covariates.rowCount, columnCount: parts.reduce(0) { $0 + $1.columnCount },
            storage: parts.flatMap(\.storage))
    }

    func gateProbabilities(_ covariates: Matrix) -> Matrix {
        columns(covariates) { index in
            var gates = models[index].gateProbabilities(covariates)
            for element in gates.storage.indices { gates.storage[element] *= weights[index] }
            return gates
        }
    }

    func predictors(_ covariates: Matrix) -> Matrix {
        columns(covariates) { models[$0].predictors(covariates) }
    }

    func logJointDensities(_ covariates: Matrix, responses: [Double]) -> Matrix {
        columns(covariates) { index in
            var joint = models[index].logJointDensities(covariates, responses: responses)
            for element in joint.storage.indices { joint.storage[element] += log(weights[index]) }
            return joint
        }
    }

    func logDensities(_ covariates: Matrix, responses: [Double]) -> [Double] {
        let joint = logJointDensities(covariates, responses: responses)
        return (0..<covariates.rowCount).map { Scalar.logSumExp(joint.row($0)) }
    }
}
