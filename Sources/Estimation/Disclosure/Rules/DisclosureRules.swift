/// The bounds that what is released of a site keeps (statistical disclosure control).
///
/// Bounds of the field: DataSHIELD allows 0.33 parameters per row, the ACRO rules ask for 10 rows behind a number, for fewer than 90 % of a
/// total in its two largest parts and for 10 residual degrees of freedom.
package struct DisclosureRules: Sendable, Equatable, Codable {
    /// Effective rows behind every count and sum.
    package var minimumRows: Double
    /// Free parameters of a model over the rows of its site.
    package var parametersPerRow = 0.33
    /// Of one row in the squared deviations of a column from its mean.
    package var largestShare = 0.5
    /// Of two rows in them.
    package var twoLargestShares = 0.9

    package init(minimumRows: Double) { self.minimumRows = minimumRows }

    /// Effective rows below which a covariance of so many columns is withheld.
    ///
    /// With no more rows than columns, columns with few decimals make it a matrix of integers whose lattice has the rows for its shortest
    /// vectors. Ten more rows, or half as many again, leave no such lattice.
    package static func covarianceRows(columns: Int) -> Double {
        max(Double(columns) + 10, 1.5 * Double(columns + 3))
    }
}

/// What a release says of the rules that it keeps, besides its warnings.
package struct DisclosureFigures: Sendable, Equatable, Codable {
    /// Of all experts, in the statistics.
    package var leastEffectiveRows: Double
    /// Free coefficients and dispersions.
    package var parameters: Int
    package var parametersPerRow: Double
    /// Rows less parameters.
    package var residualDegreesOfFreedom: Int
    /// Of one row in the squared deviations of a column, at the site or in an expert.
    package var largestShare: Double
    /// Of two rows in them.
    package var twoLargestShares: Double

    package init(
        leastEffectiveRows: Double, parameters: Int, rows: Int, largestShare: Double, twoLargestShares: Double
    ) {
        self.leastEffectiveRows = leastEffectiveRows
        self.parameters = parameters
        parametersPerRow = Double(parameters) / Double(max(rows, 1))
        residualDegreesOfFreedom = rows - parameters
        self.largestShare = largestShare
        self.twoLargestShares = twoLargestShares
    }
}
