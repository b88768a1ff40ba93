import Messages

/// Why the standard errors of a global model are not found in the way that was asked for.
package enum StandardErrorObstacle: String, Error, Sendable, Equatable, Codable {
    /// It is the model of one site.
    case modelOfOneSite
    /// A lasso chose slopes to be 0.
    case chosenSlopes
    /// Some local model has none.
    case localModels
    /// The local models cannot be combined in the same way without some of them, or with other parameters.
    case otherModels
    /// A fit to draws is another fit without some of the sites.
    case draws
    /// There are fewer than three sites.
    case fewSites
    /// The model is built in a way that has no formula.
    case noFormula
}

extension StandardErrorObstacle: DoorMessage {
    /// A clause.
    package func text(_ style: OptionStyle) -> String {
        switch self {
        case .modelOfOneSite: "it is the model of one site"
        case .chosenSlopes: "a lasso chose slopes to be 0"
        case .localModels: "not every local model has standard errors"
        case .otherModels:
            "the local models cannot be combined in the same way without some of them, or with other parameters"
        case .draws: "it was fitted to draws"
        case .fewSites: "fewer than three sites say nothing of others"
        case .noFormula:
            "it is built in a way that has no formula; \(RequestOption.aggregateErrors.setting("simulate", style)) finds them by redraws"
        }
    }
}
