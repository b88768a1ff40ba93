/// Which parameters of a shared model a site fits to its own rows.
public enum AdaptedPart: String, Sendable, Codable, CaseIterable {
    /// The gate: which expert applies where. The experts stay.
    case gate
    /// The gate, and of the experts their intercepts and dispersions; the slopes stay.
    case intercepts
}

/// Parameters of one kind, whose differences from the shared model have one prior precision.
package enum AdaptedBlock: String, Sendable, Codable, CaseIterable {
    case gate, intercepts, dispersions
}

extension AdaptedPart {
    /// Of a model that may lack some: with one expert there is no gate, and not every family has a dispersion.
    func blocks(_ parameters: ParameterLayout) -> [AdaptedBlock] {
        let gate: [AdaptedBlock] = parameters.gateCount > 0 ? [.gate] : []
        guard self == .intercepts else { return gate }
        return gate + [.intercepts] + (parameters.hasDispersion ? [.dispersions] : [])
    }
}
