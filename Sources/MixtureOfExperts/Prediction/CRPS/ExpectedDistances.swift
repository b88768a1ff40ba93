/// A family whose mixtures have their CRPS in closed form: E|Y - y| - ½ E|Y - Y'| (Gneiting & Raftery 2007, equation 21).
///
/// Not part of the contract of a family: without, the CRPS is an integral.
protocol ExpectedDistances: ExpertFamily {
    /// E|Y - y|
    func expectedDistance(to response: Double, _ predictors: [Double], dispersion: Double) -> Double

    /// E|Y - Y'| of two independent members.
    func expectedDistance(
        _ first: [Double], _ firstDispersion: Double, _ second: [Double], _ secondDispersion: Double
    ) -> Double
}

extension FamilyMixture {
    /// nil where the family has none.
    ///
    /// All pairs of components.
    func closedFormCRPS(_ response: Double) -> Double? {
        guard let family = family as? any ExpectedDistances else { return nil }
        var score = 0.0
        for first in weights.indices where weights[first] > 0 {
            score +=
                weights[first]
                * family.expectedDistance(to: response, predictors[first], dispersion: dispersions[first])
            for second in 0...first where weights[second] > 0 {
                let distance = family.expectedDistance(
                    predictors[first], dispersions[first], predictors[second], dispersions[second])
                score -= (first == second ? 0.5 : 1) * weights[first] * weights[second] * distance
            }
        }
        return score
    }
}
