import Messages

/// What a reader of an adapted model has to know.
public enum AdaptationWarning: Sendable, Equatable, Codable, ExtensibleCode {
    /// One that this version of the program does not know.
    case ofLaterVersion(kind: String)
    /// Fewer rows than parameters that are fitted to them.
    case fewRows(rows: Int, parameters: Int)
    /// The rows give no evidence of a difference: the parameters are those of the shared model.
    case noEvidence
    /// The rows decide few of the parameters, the prior the others.
    case priorDominated(effective: Double, parameters: Int)
    /// The precision with the largest evidence is the least that is tried.
    case leastPrecision(precision: Double)
    /// The search for the maximum ended before it.
    case notConverged(iterations: Int)
    /// Weights that are no numbers of rows, where the prior takes them as such.
    case weightsAreNoCounts(sum: Double, rows: Int)
}

extension AdaptationWarning {
    /// Whether a table of rows, precisions and numbers of parameters says it already.
    package var isSaidByCounts: Bool {
        switch self {
        case .fewRows, .noEvidence, .priorDominated: true
        default: false
        }
    }
}

extension AdaptationWarning: DoorMessage {
    /// One line, with options spelled as the interface has them.
    public func text(_ style: OptionStyle) -> String {
        switch self {
        case .ofLaterVersion(let kind):
            "warning '\(kind)' of a later version of the program: update dmoe to see what it says"
        case .fewRows(let rows, let parameters):
            "\(Format.plural(rows, "row")) for \(Format.plural(parameters, "parameter")): the prior holds most of them at the shared "
                + "model; more rows tell more"
        case .noEvidence:
            "these rows give no evidence that the site differs: its parameters are those of the shared model; "
                + "\(RequestOption.priorPrecision.name(style)) adapts them all the same"
        case .priorDominated(let effective, let parameters):
            "the rows decide \(Format.short(effective)) of \(Format.plural(parameters, "parameter")), the prior the others: differences "
                + "are drawn towards 0; a lower \(RequestOption.priorPrecision.name(style)) follows the rows"
        case .leastPrecision(let precision):
            "the evidence is largest at the least precision that is tried, \(Format.label(precision)): the site is unlike the shared "
                + "model; a local fit may describe it better"
        case .notConverged(let iterations):
            "not converged after \(Format.plural(iterations, "iteration")): raise \(RequestOption.priorPrecision.name(style))"
        case .weightsAreNoCounts(let sum, let rows):
            "the weights of \(Format.plural(rows, "row")) sum to \(Format.label(sum)) and are no whole numbers: the prior takes a weight "
                + "of 2 for a duplicated row; scale the weights to a mean of 1, if they are no numbers of rows"
        }
    }
}
