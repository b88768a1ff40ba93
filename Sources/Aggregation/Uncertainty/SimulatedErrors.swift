import MixtureOfExperts
import Numerics

/// How far the estimates would be from these with other rows of the same sites: the parameters of the local models are drawn anew from their uncertainty, and
/// the global model is made again (parametric bootstrap).
///
/// Sketches of covariates and labels are held. What it does not see: that another construction, or another optimum, might have been chosen.
struct SimulatedErrors {
    let problem: AggregationProblem
    let rebuilt: RebuiltMixture

    /// A standard error from so many draws is off by 3.5 %.
    private static let draws = 400
    /// Made at a time: a source of random numbers for each, so that any number of threads gives the same.
    private static let batch = 8
    /// Of the draws; with fewer that can be combined the errors would be those of a selection.
    private static let leastShare = 0.9

    /// nil where too many draws cannot be combined.
    func errors(_ first: ParameterUncertainty) -> ParameterUncertainty? {
        let redraws = ParameterRedraws(problem.serial)
        let labels = rebuilt.reduced.labels
        let generator = problem.generator.split(11)
        let models = problem.parallelism.map(count: Self.draws / Self.batch) { index in
            var random = generator.split(index)
            return (0..<Self.batch).compactMap { _ in
                rebuilt.model(of: redraws.problem(using: &random), labels: labels).map(ParameterVector.init)
            }
        }.flatMap { $0 }
        guard Double(models.count) >= Self.leastShare * Double(Self.draws) else { return nil }
        return first.replaced(source: .simulated) { block, known in
            known.replaced(by: Self.covariance(models.map { $0[block] }), degrees: nil)
        }
    }

    private static func covariance(_ values: [[Double]]) -> Matrix {
        let (size, count) = (values[0].count, Double(values.count))
        let means = (0..<size).map { index in values.reduce(0) { $0 + $1[index] } / count }
        var result = Matrix(rowCount: size, columnCount: size)
        for value in values {
            for column in 0..<size {
                let own = (value[column] - means[column]) / (count - 1)
                for row in 0..<size { result[row, column] += own * (value[row] - means[row]) }
            }
        }
        return result
    }
}
