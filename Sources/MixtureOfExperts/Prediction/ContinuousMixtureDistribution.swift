import Foundation

/// The predictive distribution of one row: a finite mixture of members of a family on the numbers or the positive numbers.
package struct ContinuousMixtureDistribution: PredictiveDistribution {
    /// Probability beyond the ends of the range that an integral covers.
    private static let tail = 1e-14
    /// Of the deviation: what the two rules of an integral may differ by on an interval, and the least positive number that
    /// counts.
    private static let tolerance = 1e-9
    /// In units of the mean of a positive number, from where on its distribution counts as one point.
    private static let farthest = 1e100

    /// In units of ``unit``.
    private let members: FamilyMixture
    private let isPositive: Bool
    /// Of the response: squares of positive numbers near the ends of the range of numbers would leave it.
    private let unit: Double

    /// - Parameter members: of a family with `.number` or `.positiveNumber` responses.
    package init(_ members: FamilyMixture) {
        isPositive = members.family.response == .positiveNumber
        (self.members, unit) = isPositive ? members.inUnitOfMeans() : (members, 1)
    }

    private init(_ members: FamilyMixture, like other: ContinuousMixtureDistribution) {
        (self.members, isPositive, unit) = (members, other.isPositive, other.unit)
    }

    package var mean: Double { unit * members.mean }
    package var variance: Double { unit * unit * members.variance }
    package var standardDeviation: Double { unit * members.variance.squareRoot() }

    package func cumulativeProbability(_ response: Double) -> Double { members.cumulativeProbability(response / unit) }

    /// By bisection to the last bits, between bounds that are moved out until they hold the level.
    package func quantile(_ level: Double) -> Double {
        var low = isPositive ? 0 : members.end(-1) { $0 < level }
        var high = members.end(1) { $0 >= level }
        for _ in 0..<2000 {
            let middle = 0.5 * (low + high)
            if middle <= low || middle >= high { break }
            if members.cumulativeProbability(middle) < level { low = middle } else { high = middle }
        }
        return unit * high
    }

    /// By the closed form where the family has one, else by an integral.
    ///
    /// Components that hardly weigh are left out: less than 3e-9 Σ_k w_k (|μ_k - μ| + σ_k) of change.
    package func crps(_ response: Double) -> Double {
        let scaled = response / unit
        // The rest is below the digits of the response.
        guard scaled < Self.farthest else { return response }
        let kept = ContinuousMixtureDistribution(members.withoutNegligibleComponents(), like: self)
        return kept.members.closedFormCRPS(scaled).map { unit * $0 } ?? kept.integratedCRPS(response)
    }

    /// The integral of the definition, cut at y, at the means of the components and where they begin and end.
    ///
    /// Tails of probability 1e-14 are left out. It errs by less than 3e-7 standard deviations for any distribution with a
    /// variance (by Cauchy and Schwarz the integral of a tail of probability p is at most √p deviations), and by less than 1e-8
    /// for one whose tails fall exponentially.
    package func integratedCRPS(_ response: Double) -> Double {
        let deviation = members.variance.squareRoot()
        let low = isPositive ? Self.tolerance * min(deviation, members.mean) : members.end(-1) { $0 <= Self.tail }
        let high = members.end(1) { $0 >= 1 - Self.tail }
        let integral = CRPSIntegral(
            from: low, to: high, breaks: members.breaks, isPositive: isPositive,
            tolerance: Self.tolerance * deviation, probability: members.cumulativeProbability)
        return unit * integral.value(response / unit)
    }
}
