extension ExpertFamilies {
    /// What the responses of a family are, the names of classes aside; nil for a family that is not known.
    package static func response(_ name: String) -> ResponseKind? { named(name, classes: ["0", "1"])?.response }
}

extension ResponseKind {
    /// Whether an exposure makes sense: the mean is a rate times it.
    package var takesExposure: Bool { self == .count || self == .positiveNumber }

    /// The names of the classes; nil for numbers.
    package var classes: [String]? { if case .classes(let names) = self { names } else { nil } }
}
