import MixtureOfExperts
import Numerics

/// How far the estimates would be from these with other rows of the same sites: a parametric bootstrap, in which the parameters of the local models are drawn
/// from their covariances and the global model is made of them again.
///
/// Sketches of covariates and labels are held. What it does not see: that another construction, or another optimum, might have been chosen.
struct SimulatedErrors {
    let problem: AggregationProblem
    let labels: [Int]
    let rebuilt: RebuiltMixture

    /// A standard error from so many draws is off by 3.5 %.
    private static let draws = 400
    /// Made at a time: a source of random numbers for each, so that any number of threads gives the same.
    private static let batch = 8
    /// Of the draws; with fewer that can be combined the errors would be those of a selection.
    private static let leastShare = 0.9

    func errors(_ first: ParameterUncertainty) throws(StandardErrorObstacle) -> ParameterUncertainty {
        let redraws = ParameterRedraws(problem.serial, hasPrior: false)
        let generator = problem.generator.split(11)
        let models = problem.parallelism.map(count: Self.draws / Self.batch) { index in
            var random = generator.split(index)
            return (0..<Self.batch).compactMap { _ in
                rebuilt.model(of: redraws.problem(using: &random), labels: labels).map(ParameterVector.init)
            }
        }.flatMap { $0 }.filter(\.isFinite)
        guard Double(models.count) >= Self.leastShare * Double(Self.draws) else { throw .otherModels }
        let mean = ParameterVector.mean(models)
        let differences = models.map { $0.minus(mean) }
        let factors = [Double](repeating: 1 / Double(models.count - 1), count: models.count)
        return first.replaced(source: .simulated) { block, known in
            known.replaced(by: differences.map { $0[block] }, factors: factors, degrees: nil)
        }
    }
}
