import Numerics

/// Coefficients as a pass over blocks takes them: one for each position of z.
extension MixtureModel {
    /// Of the experts' predictors; (K · predictors) x length of z.
    var spreadExperts: [Double] { experts.flatMap { design.spread($0) } }

    /// Of the gates; K x length of z.
    var spreadGates: [Double] {
        (0..<expertCount).flatMap { design.spread(gate.coefficients.column($0), at: design.gatePositions) }
    }
}

extension Design {
    /// Coefficients at their positions in z, zero elsewhere.
    package func spread(_ coefficients: some Collection<Double>, at positions: [Int]) -> [Double] {
        var result = [Double](repeating: 0, count: momentCount)
        for (position, value) in zip(positions, coefficients) { result[position] = value }
        return result
    }

    /// The coefficients of an expert, predictor after predictor, and 1 for the offset.
    package func spread(_ expert: Expert) -> [Double] {
        let positions = expertPositions
        let layout = expertLayout
        return (0..<layout.predictorCount(expert.coefficients.count)).flatMap { predictor in
            var result = spread(expert.coefficients[layout.coefficients(of: predictor)], at: positions)
            if let offsetPosition { result[offsetPosition] = 1 }
            return result
        }
    }

    /// The linear predictors of an expert at one point.
    package func predictors(_ expert: Expert, at point: [Double]) -> [Double] {
        let regressors = [1] + expertCovariates.map { point[$0] }
        let constant = offset.map { point[$0] } ?? 0
        let layout = expertLayout
        return (0..<layout.predictorCount(expert.coefficients.count)).map { predictor in
            constant + dot(expert.coefficients[layout.coefficients(of: predictor)], regressors)
        }
    }
}
