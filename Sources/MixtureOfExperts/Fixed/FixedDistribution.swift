import Numerics

/// What an expert without parameters says of the response, whatever x is: a value, or noise over a range.
///
/// Where responses are numbers, densities of a mixture with point masses are by counting measure at their values and by Lebesgue measure
/// elsewhere: a row with such a value belongs to its expert alone. Of counts they are by counting measure, and the rows are shared.
public enum FixedDistribution: Sendable, Equatable, Hashable {
    /// The response is this value.
    case pointMass(Double)
    /// The response is anywhere between two values, equally likely.
    case noise(low: Double, high: Double)

    /// The value of a point mass; nil for noise.
    public var value: Double? { if case .pointMass(let value) = self { value } else { nil } }

    /// The ends of the range of noise; nil for a point mass.
    package var noiseRange: [Double]? { if case .noise(let low, let high) = self { [low, high] } else { nil } }

    package var isNoise: Bool { value == nil }

    /// Why a mixture of a family cannot have it; nil where it can.
    package func problem(with family: any ExpertFamily) -> FixedExpertProblem? {
        switch self {
        case _ where family.response.classes != nil: .classes
        case .noise where !(family is GaussianFamily): .noiseOfOtherFamily
        case .noise(let low, let high): low < high && (high - low).isFinite ? nil : .emptyRange
        case .pointMass(let value):
            switch family.response {
            case .positiveNumber: value >= 0 && value.isFinite ? nil : .valueOutOfRange
            default: family.response.accepts(value) ? nil : .valueOutOfRange
            }
        }
    }

    package var mean: Double {
        switch self {
        case .pointMass(let value): value
        case .noise(let low, let high): low + 0.5 * (high - low)
        }
    }

    package var variance: Double {
        guard case .noise(let low, let high) = self else { return 0 }
        return (high - low) * (high - low) / 12
    }

    /// P(Y ≤ y).
    package func cumulativeProbability(_ response: Double) -> Double {
        switch self {
        case .pointMass(let value): value <= response ? 1 : 0
        case .noise(let low, let high): min(max((response - low) / (high - low), 0), 1)
        }
    }

    /// P(Y < y).
    package func probabilityBelow(_ response: Double) -> Double {
        value.map { $0 < response ? 1 : 0 } ?? cumulativeProbability(response)
    }

    package func quantile(_ level: Double) -> Double {
        switch self {
        case .pointMass(let value): value
        case .noise(let low, let high): low + level * (high - low)
        }
    }

    package func sample(using random: inout RandomNumbers) -> Double {
        switch self {
        case .pointMass(let value): value
        case .noise(let low, let high): low + random.uniform() * (high - low)
        }
    }

    /// Point masses by value, then noise.
    package static func precedes(_ left: FixedDistribution, _ right: FixedDistribution) -> Bool {
        switch (left, right) {
        case (.pointMass(let first), .pointMass(let second)): first < second
        case (.pointMass, .noise): true
        case (.noise, .pointMass): false
        case (.noise(let low, let high), .noise(let otherLow, let otherHigh)): (low, high) < (otherLow, otherHigh)
        }
    }
}

/// A fixed distribution as part of a model: in the units of its responses, and in those of the user.
///
/// A value that was standardised and brought back would not be the value any more.
package struct FixedExpert: Sendable, Equatable {
    package var distribution: FixedDistribution
    package let inUserUnits: FixedDistribution

    package init(_ distribution: FixedDistribution) {
        self.distribution = distribution
        inUserUnits = distribution
    }

    private init(_ distribution: FixedDistribution, inUserUnits: FixedDistribution) {
        self.distribution = distribution
        self.inUserUnits = inUserUnits
    }

    /// In the units that `value` takes those of the user to.
    package func standardised(_ value: (Double) -> Double) -> FixedExpert {
        let own: FixedDistribution =
            switch inUserUnits {
            case .pointMass(let own): .pointMass(value(own))
            case .noise(let low, let high): .noise(low: value(low), high: value(high))
            }
        return FixedExpert(own, inUserUnits: inUserUnits)
    }

    package var restored: FixedExpert { FixedExpert(inUserUnits) }
}

extension Expert {
    /// The order of experts without parameters in a model.
    package static func fixedPrecedes(_ left: Expert, _ right: Expert) -> Bool {
        guard let first = left.fixed, let second = right.fixed else { return false }
        return FixedDistribution.precedes(first.inUserUnits, second.inUserUnits)
    }
}
