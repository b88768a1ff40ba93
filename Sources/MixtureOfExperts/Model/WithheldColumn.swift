/// Why the statistics of an expert have a column as a constant although it varies in the rows: a disclosure rule put it there.
package enum WithheldColumn: Sendable, Equatable {
    /// One of its two values is rare: at the mean, by a rounded count.
    case level
    /// At the value that nearly all rows have.
    case usualValue
    /// One or two rows make up most of its spread: at the mean.
    case dominated
}

extension FittedMixture {
    /// As if the column had this value in all rows of the expert.
    package mutating func leaveOut(_ column: Int, of expert: Int, value: Double) {
        moments[expert] = moments[expert].withConstant(column, value: value)
        for (intercept, slope) in slopes(of: column) {
            let coefficient = model.experts[expert].coefficients[slope]
            model.experts[expert].coefficients[intercept] += coefficient * value
            model.experts[expert].coefficients[slope] = 0
            if !scores.isEmpty { scores[expert][slope] = value * scores[expert][intercept] }
            if information.isEmpty { continue }
            for index in 0..<information[expert].size {
                information[expert][slope, index] = value * information[expert][intercept, index]
            }
        }
    }

    /// Where the coefficients of each predictor have the slope of a column, and the intercept; none where experts do not read it.
    package func slopes(of column: Int) -> [(intercept: Int, slope: Int)] {
        guard let position = model.design.expertCovariates.firstIndex(of: column) else { return [] }
        let layout = model.design.expertLayout
        return (0..<model.family.predictorCount).map { (layout.intercept(of: $0), layout.slope(position, of: $0)) }
    }
}
