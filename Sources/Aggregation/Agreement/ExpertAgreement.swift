/// Whether the sites agree on one global expert: its coefficients as each of them has estimated them.
package struct ExpertAgreement: Sendable, Equatable, Codable {
    /// One coefficient over the sites, in the user's units; the intercept where covariates have their pooled means.
    package struct Coefficient: Sendable, Equatable, Codable {
        /// nil for an intercept.
        package var covariate: String?
        /// Of a predictor that is one of several.
        package var ofClass: String?
        package var sites: Int
        /// For sites like these.
        package var mean: Double
        /// t of `sites` - 1 degrees.
        package var standardError: Double
        /// τ.
        package var deviation: Double
        /// 95 %.
        package var deviationLower: Double
        package var deviationUpper: Double
        /// Cochran's Q.
        package var statistic: Double
        /// I², from 0 to 1.
        package var share: Double
        /// Where the coefficient of a new site lies with 95 %; nil of fewer than five sites.
        package var predictionLower: Double?
        package var predictionUpper: Double?
    }

    /// From 1.
    package var expert: Int
    /// That have a local expert of it, with standard errors.
    package var sites: Int
    /// Of the test that all coefficients are equal over the sites: χ² of so many degrees if they are; nil where nothing can be compared.
    package var statistic: Double?
    package var degrees: Int?
    package var pValue: Double?
    /// Holm's, over the experts.
    package var adjustedPValue: Double?
    package var coefficients: [Coefficient]
}

extension [ExpertAgreement] {
    /// With p-values adjusted over the experts (Holm 1979, Scandinavian Journal of Statistics 6, 65-70).
    var adjusted: [ExpertAgreement] {
        var result = self
        let tested = indices.filter { self[$0].pValue != nil }.sorted {
            (self[$0].pValue ?? 1) < (self[$1].pValue ?? 1)
        }
        var least = 0.0
        for (rank, index) in tested.enumerated() {
            least = Swift.max(least, Swift.min(1, Double(tested.count - rank) * (self[index].pValue ?? 1)))
            result[index].adjustedPValue = least
        }
        return result
    }
}
