import Messages

/// A way of building the global model.
///
/// Its text is a few words.
package enum GlobalConstruction: Sendable, Hashable, Codable {
    /// Experts of the grouped local ones, the gate from targets.
    case gate(target: AggregationOptions.GateTarget, afterDistillation: Bool)
    /// Experts as weighted fits to the local experts' means on the support.
    case support(target: AggregationOptions.GateTarget, siteWeights: AggregationOptions.SiteWeights)
    /// A fit to draws from f̂^W.
    case distillation
    case localModel(site: String)
    /// The mean of the parameters after alignment to those of a site.
    case alignedAverage(site: String)
    case average
    case greedyMerging
}

extension GlobalConstruction: DoorMessage {
    package func text(_ style: OptionStyle) -> String {
        switch self {
        case .gate(let target, let afterDistillation):
            "gate by \(target.rawValue)" + (afterDistillation ? " after distillation" : "")
        case .support(let target, let weights):
            "experts from the support, gate by \(target.rawValue)"
                + (weights == .constant ? ", constant site weights" : "")
        case .distillation: "distillation"
        case .localModel(let site): "local model \(site)"
        case .alignedAverage(let site): "aligned to local model \(site)"
        case .average: "average of parameters"
        case .greedyMerging: "greedy pairwise merging"
        }
    }
}

extension GlobalConstruction {
    var isAfterDistillation: Bool {
        if case .gate(_, afterDistillation: true) = self { true } else { false }
    }
}

/// Where the search for a reduction began.
package enum ReductionStart: Sendable, Equatable, Codable {
    /// The method has no search.
    case noSearch
    case greedyMerging
    case localModel(site: String)
}

extension ReductionStart: DoorMessage {
    package func text(_ style: OptionStyle) -> String {
        switch self {
        case .noSearch: "no search"
        case .greedyMerging: "greedy merging"
        case .localModel(let site): "local model \(site)"
        }
    }
}

/// Where the points of a support come from.
package enum SupportOrigin: Sendable, Equatable, Codable {
    case sketches
    /// Rows that were given.
    case covariates(source: String)
}

extension SupportOrigin: DoorMessage {
    package func text(_ style: OptionStyle) -> String {
        switch self {
        case .sketches: "drawn from the covariate sketches"
        case .covariates(let source): "covariates of \(source)"
        }
    }
}
