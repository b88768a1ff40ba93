/// Which slopes have a weak prior, log-F(1,1), that keeps them finite.
public enum SlopePriorRule: String, Sendable, Codable, CaseIterable {
    /// Those that have no finite maximum, because a covariate separates the responses, or the regions of experts; all other estimates
    /// are those of maximum likelihood.
    case separated
    /// All slopes of experts of classes and counts, and of gates.
    case all
    /// None: a slope without a finite maximum ends where the likelihood hardly rises.
    case none
}
