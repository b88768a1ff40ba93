import MixtureOfExperts

/// ``Marginal``: where no value is a bin of its own the means of the bins alone, for their shares follow from their number.
package struct MarginalRecord: Codable, Sendable, Equatable {
    package var means: [Double]
    package var shares: [Double]?
    /// Positions, from 0, of bins whose rows all have one value; absent where there are none.
    package var values: [Int]?

    private enum CodingKeys: String, CodingKey {
        case shares, means, values
    }

    init(_ marginal: Marginal) {
        means = marginal.bins.map(\.mean)
        if marginal.hasUsualShares { return }
        let atoms = marginal.bins.indices.filter { marginal.bins[$0].isAtom }
        shares = marginal.bins.map { max(($0.share * Marginal.shareUnits).rounded(), 1) / Marginal.shareUnits }
        values = atoms.isEmpty ? nil : atoms
    }

    package init(from decoder: any Decoder) throws {
        if let means = try? decoder.singleValueContainer().decode([Double].self) {
            self.means = means
            return
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        means = try container.decode([Double].self, forKey: .means)
        shares = try container.decodeIfPresent([Double].self, forKey: .shares)
        values = try container.decodeIfPresent([Int].self, forKey: .values)
    }

    package func encode(to encoder: any Encoder) throws {
        guard shares != nil || values != nil else {
            var container = encoder.singleValueContainer()
            try container.encode(means)
            return
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(shares, forKey: .shares)
        try container.encode(means, forKey: .means)
        try container.encodeIfPresent(values, forKey: .values)
    }

    /// Of a record that was validated.
    var marginal: Marginal {
        let shares = shares ?? Marginal.shares(count: means.count) ?? []
        let atoms = Set(values ?? [])
        return Marginal(
            bins: means.indices.map {
                Marginal.Bin(share: shares[$0], mean: means[$0], isAtom: atoms.contains($0))
            })
    }
}
