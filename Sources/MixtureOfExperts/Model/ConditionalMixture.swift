import Numerics

/// A density of the response given x that is a mixture: what can be scored, compared and predicted with.
///
/// A ``MixtureModel`` is one, and so is the weighted average of local models, which has many more components and gates that
/// are no softmax.
package protocol ConditionalMixture: Sendable {
    var design: Design { get }
    var family: any ExpertFamily { get }
    /// One for each component.
    var experts: [Expert] { get }

    /// The weight of each component at x; rows x components, rows sum to 1.
    ///
    /// - Parameter covariates: rows x `design.covariateCount`, in the units of the mixture.
    func gateProbabilities(_ covariates: Matrix) -> Matrix
    /// Linear predictors of all components, component after component; rows x (components · predictors of the family).
    func predictors(_ covariates: Matrix) -> Matrix
    /// log weight + log φ(y | x) of each component; rows x components. -∞ where a weight is 0.
    func logJointDensities(_ covariates: Matrix, responses: [Double]) -> Matrix
    /// log f(y | x), one value per row.
    func logDensities(_ covariates: Matrix, responses: [Double]) -> [Double]
}

extension MixtureModel: ConditionalMixture {}

extension ConditionalMixture {
    /// One response per row, drawn from f(· | x).
    package func sample(_ covariates: Matrix, using random: inout RandomNumbers) -> [Double] {
        let gates = gateProbabilities(covariates)
        let predictors = predictors(covariates)
        let count = family.predictorCount
        return (0..<covariates.rowCount).map { row in
            let expert = random.index(weights: gates.row(row))
            if let fixed = experts[expert].fixed { return fixed.distribution.sample(using: &random) }
            let own = (expert * count..<(expert + 1) * count).map { predictors[row, $0] }
            return family.sample(own, dispersion: experts[expert].dispersion, using: &random)
        }
    }
}
