import MixtureOfExperts
import Numerics
import Simulation

/// Local models as sites would send them, without the search for an optimum: one step of the estimation from the true
/// model on the site's own rows.
///
/// Their errors have the size of estimation errors, and their moments belong to them.
struct LocalEstimates: Sendable {
    let source: SyntheticBenchmark
    let rows: Int

    func estimate(_ site: Int) -> FittedMixture {
        let truth = source.trueModel
        let data = source.shard(site, rowCount: rows).rows
        let statistics = truth.statistics(of: data, level: .expectationMaximization)
        let moments = statistics.expertMoments
        let model = MixtureModel(
            design: truth.design, gate: gate(truth, statistics),
            experts: moments.map { GaussianFamily().fit($0, on: truth.design.expertCovariates, dispersionFloor: 1e-3) })
        return FittedMixture(
            model: model, moments: moments, rowCount: rows, weight: Double(rows), errors: errors(model))
    }

    /// Of the size that errors have: their values make no difference to the time that their aggregation takes.
    private func errors(_ model: MixtureModel) -> ParameterUncertainty {
        func block(_ count: Int) -> ParameterCovariance {
            ParameterCovariance(
                standardErrors: [Double](repeating: 1 / Double(rows).squareRoot(), count: count),
                correlations: [Double](repeating: 0, count: ParameterCovariance.pairCount(count)))
        }
        return ParameterUncertainty(
            source: .observed, experts: model.experts.map { block($0.coefficients.count + 1) },
            gate: block((model.expertCount - 1) * model.design.gatePositions.count))
    }

    /// One Newton step: all gates but the last, their blocks one after the other.
    private func gate(_ truth: MixtureModel, _ statistics: MixtureStatistics) -> SoftmaxGate {
        let layout = statistics.layout
        let positions = truth.design.gatePositions
        let size = positions.count
        var information = Matrix(rowCount: layout.gateCount * size, columnCount: layout.gateCount * size)
        for first in 0..<layout.gateCount {
            for second in 0..<layout.gateCount {
                let (high, low) = (max(first, second), min(first, second))
                let block = statistics.quadraticSum(layout.gateInformation(high, low))
                for (row, position) in positions.enumerated() {
                    for (column, other) in positions.enumerated() {
                        information[first * size + row, second * size + column] = block[position, other]
                    }
                }
            }
        }
        let gradient = (0..<layout.gateCount).flatMap { gate -> [Double] in
            let sums = Array(statistics.linearSum(layout.gateGradient(gate)))
            return positions.map { sums[$0] }
        }
        let step = solvePositiveSemidefinite(information, gradient)
        var coefficients = truth.gate.coefficients
        for index in step.indices { coefficients.storage[index] += step[index] }
        return SoftmaxGate(coefficients: coefficients)
    }
}
