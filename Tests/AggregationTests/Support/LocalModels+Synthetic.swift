import Aggregation
import MixtureOfExperts
import Numerics
import Simulation
import TestSupport

extension LocalModels {
    /// A site of the synthetic benchmark without a fit: one M-step from the true model, its gate as it is.
    static func synthetic(
        _ benchmark: SyntheticBenchmark, shard: Int, rowCount: Int, damage: Damage? = nil
    ) -> Contribution {
        let rows = benchmark.shard(shard, rowCount: rowCount).rows
        var model = benchmark.trueModel
        model.experts = fitted(model, on: rows).moments.map {
            GaussianFamily().fit($0, on: model.design.expertCovariates, dispersionFloor: 1e-6)
        }
        let name = "site \(shard + 1)"
        guard let damage else { return Contribution(name: name, fitted: fitted(model, on: rows)) }
        return Contribution(name: name, fitted: damage.applied(to: model, on: rows, seed: UInt64(shard)))
    }

    /// What can be wrong with a site.
    enum Damage: CaseIterable, Sendable {
        case randomParameters, flippedSign, responseUnit, shuffledCoefficients, stuckResponse, covariateUnit

        /// What a site with this damage would send, in place of `model` with its statistics on `rows`.
        func applied(to model: MixtureModel, on rows: ShardRows, seed: UInt64) -> FittedMixture {
            var random = RandomNumbers(seed: seed)
            var fitted = LocalModels.fitted(model, on: rows)
            switch self {
            case .randomParameters:
                for expert in fitted.model.experts.indices {
                    fitted.model.experts[expert].coefficients = model.experts[expert].coefficients
                        .map { _ in 6 * random.normal() }
                }
                return fitted
            case .shuffledCoefficients:
                for expert in fitted.model.experts.indices {
                    let coefficients = model.experts[expert].coefficients
                    fitted.model.experts[expert].coefficients = random.permutation(coefficients.count)
                        .map { coefficients[$0] }
                }
                return fitted
            case .flippedSign: return responses(of: model, rows, times: -1)
            case .responseUnit: return responses(of: model, rows, times: 1000)
            case .stuckResponse:
                var stuck = model
                for expert in stuck.experts.indices {
                    let size = stuck.experts[expert].coefficients.count
                    stuck.experts[expert] = Expert(
                        coefficients: [7] + [Double](repeating: 0, count: size - 1), dispersion: 1e-4)
                }
                let values = rows.responses.map { _ in 7 + 0.01 * random.normal() }
                return LocalModels.fitted(stuck, on: ShardRows(covariates: rows.covariates, responses: values))
            case .covariateUnit:
                var moved = model
                var gate = model.gate.coefficients
                for column in 0..<gate.columnCount { gate[1, column] /= 1000 }
                moved.gate = SoftmaxGate(coefficients: gate)
                for expert in moved.experts.indices { moved.experts[expert].coefficients[1] /= 1000 }
                var covariates = rows.covariates
                for row in 0..<covariates.rowCount { covariates[row, 0] *= 1000 }
                return LocalModels.fitted(moved, on: ShardRows(covariates: covariates, responses: rows.responses))
            }
        }

        private func responses(of model: MixtureModel, _ rows: ShardRows, times factor: Double) -> FittedMixture {
            var scaled = model
            for expert in scaled.experts.indices {
                scaled.experts[expert].coefficients = scaled.experts[expert].coefficients.map { factor * $0 }
                scaled.experts[expert].dispersion *= factor * factor
            }
            return LocalModels.fitted(
                scaled, on: ShardRows(covariates: rows.covariates, responses: rows.responses.map { factor * $0 }))
        }
    }
}
