/// Which numbers an option may have.
public enum OptionBounds: Sendable, Equatable {
    /// Of a model: beyond, nobody can say what they stand for, and an aggregation takes minutes.
    package static let mostExperts = 1000
    /// Sites that stand behind the statistics of an expert of a released global model, where a study says no other number.
    package static let usualLeastSites = 3

    /// Whole numbers from the first to the last.
    case integers(ClosedRange<Int>)
    /// Whole numbers from this one.
    case atLeast(Int)
    /// Open at both ends.
    case between(Double, Double)
    /// With the lower end, without the upper one.
    case fromBelow(Double, Double)
    /// Without the lower end, with the upper one.
    case upTo(Double, Double)
    /// 0 or any finite number above it.
    case nonNegative
    /// Whole numbers of 64 bits without a sign.
    case seeds
}

extension OptionBounds: CustomStringConvertible {
    /// After "must".
    public var description: String {
        switch self {
        case .integers(let range): "be from \(range.lowerBound) to \(range.upperBound)"
        case .atLeast(let least): "be \(least) or more"
        case .between(let low, let high): "lie between \(Format.label(low)) and \(Format.label(high))"
        case .fromBelow(let low, let high): "be at least \(Format.label(low)) and below \(Format.label(high))"
        case .upTo(let low, let high): "be above \(Format.label(low)) and at most \(Format.label(high))"
        case .nonNegative: "be 0 or more"
        case .seeds: "be a whole number from 0 to \(UInt64.max)"
        }
    }

    package func contains(_ value: Int) -> Bool {
        switch self {
        case .integers(let range): range.contains(value)
        case .atLeast(let least): value >= least
        case .between, .fromBelow, .upTo, .nonNegative, .seeds: contains(Double(value))
        }
    }

    /// False for NaN.
    package func contains(_ value: Double) -> Bool {
        switch self {
        case .integers(let range): value >= Double(range.lowerBound) && value <= Double(range.upperBound)
        case .atLeast(let least): value >= Double(least)
        case .between(let low, let high): value > low && value < high
        case .fromBelow(let low, let high): value >= low && value < high
        case .upTo(let low, let high): value > low && value <= high
        case .nonNegative: value >= 0 && value.isFinite
        case .seeds: value >= 0 && value < 0x1p64 && value == value.rounded()
        }
    }
}

extension RequestOption {
    /// The numbers that the option may have, whatever the door; nil where it is no number, or bounded by others.
    package var bounds: OptionBounds? {
        switch self {
        case .experts, .globalExperts: .integers(1...OptionBounds.mostExperts)
        case .starts, .shards: .integers(1...100_000)
        case .tolerance, .interval, .level, .levels: .between(0, 1)
        case .largestShare: .upTo(0, 1)
        case .holdout: .fromBelow(0, 1)
        case .maximumIterations, .rowsPerParameter: .integers(1...1_000_000)
        case .minRows: .integers(Self.leastThreshold...Self.largestThreshold)
        case .l1Gate, .l1Experts, .priorPrecision: .nonNegative
        case .seed: .seeds
        case .supportSize: .integers(50...10_000_000)
        case .rounds: .integers(0...1000)
        case .federatedRounds: .integers(1...10_000)
        case .rows, .testRows: .integers(1...1_000_000_000)
        case .threads: .integers(1...4096)
        default: nil
        }
    }

    /// The threshold rule of statistical disclosure control allows no lower one: sums over two rows disclose either to
    /// whoever knows the other.
    package static let leastThreshold = 3
    package static let largestThreshold = 1_000_000_000

    /// - Throws: ``RequestRefusal/outOfBounds(_:_:)``, ``RequestRefusal/belowLeastThreshold(least:)``; nothing for nil.
    package func check(_ value: Int?) throws(RequestRefusal) {
        guard let value, let bounds, !bounds.contains(value) else { return }
        if self == .minRows, value < Self.leastThreshold { throw .belowLeastThreshold(least: Self.leastThreshold) }
        throw .outOfBounds(self, bounds)
    }

    /// The same for any number.
    package func check(_ value: Double?) throws(RequestRefusal) {
        guard let value, let bounds, !bounds.contains(value) else { return }
        throw .outOfBounds(self, bounds)
    }

    /// A largest share that some sites can have.
    ///
    /// - Throws: ``RequestRefusal/shareBelowEqual(_:sites:)``, ``RequestRefusal/outOfBounds(_:_:)``.
    package func check(_ share: Double?, sites: Int) throws(RequestRefusal) {
        try check(share)
        if let share, share * Double(sites) < 1 - 1e-12 { throw .shareBelowEqual(self, sites: sites) }
    }

    /// A list of names, each once and none empty.
    package func check(names: [String]?) throws(RequestRefusal) {
        var seen = Set<String>()
        for name in names ?? [] {
            if name.isEmpty { throw .emptyName(self) }
            if !seen.insert(name).inserted { throw .duplicatedName(self, name: name) }
        }
    }

    /// The value of this name.
    ///
    /// - Throws: ``RequestRefusal/unknownName(_:given:known:)``.
    package func named<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, as type: Value.Type = Value.self
    ) throws(RequestRefusal) -> Value {
        guard let value = Value(rawValue: name) else {
            throw .unknownName(self, given: name, known: Value.allCases.map(\.rawValue))
        }
        return value
    }
}
