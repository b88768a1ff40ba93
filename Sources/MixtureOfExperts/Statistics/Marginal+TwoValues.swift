extension Marginal {
    /// Of a variance, p (1 - p): what rounding of a release may leave.
    private static let looseness = 0.01

    /// A column of two values, of which some share has the higher one.
    package init(low: Double, high: Double, share: Double) {
        self.init(bins: [Bin(share: 1 - share, mean: low, isAtom: true), Bin(share: share, mean: high, isAtom: true)])
    }

    /// The two values that a column has in all of some parts of the rows: those of the marginals where they are known, else 0 and 1 where the
    /// moments are those of a column of them.
    package static func twoValues(
        of parts: [(moments: Moments, marginal: Marginal?)], column: Int
    ) -> (low: Double, high: Double)? {
        let known = parts.compactMap(\.marginal)
        guard let first = known.first else {
            let isFlag = parts.allSatisfy { part in
                let mean = part.moments.mean[column]
                let expected = mean * (1 - mean)
                let own = part.moments.scatter[column, column] / part.moments.weight
                return expected > 0 && abs(own - expected) <= looseness * expected
            }
            return isFlag && !parts.isEmpty ? (0, 1) : nil
        }
        guard let values = first.twoValues else { return nil }
        let rounding = 1e-9 * (values.high - values.low)
        let isSame = known.allSatisfy { marginal in
            guard let own = marginal.twoValues else { return false }
            return abs(own.low - values.low) <= rounding && abs(own.high - values.high) <= rounding
        }
        return isSame ? values : nil
    }
}
