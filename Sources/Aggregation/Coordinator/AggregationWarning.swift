import Estimation
import Messages

/// What a reader of an aggregation has to know.
package enum AggregationWarning: Sendable, Equatable, Codable, ExtensibleCode {
    /// One that this version of the program does not know.
    case ofLaterVersion(kind: String)
    case inconsistentSite(
        site: String, divergence: Double, rule: AggregationOptions.InconsistentSiteRule, damage: Coded<LikelyDamage>?)
    /// What the global model gains on rows of the other sites without the inconsistent ones, in nats per row.
    case gainWithoutSites(sites: [String], gain: Double, standardError: Double)
    /// One model for all sites against keeping all local models, in nats per row.
    case lossyReduction(loss: Double, standardError: Double)
    case impossibleSite(site: String, reason: Coded<ImpossibleModel>)
    /// More than half of the weight of all sites.
    case dominantSite(site: String, share: Double)
    case notConverged(iterations: Int)
    /// Draws from f̂^W cannot be fitted.
    case noDistillation
    case unknownClass(class: String)
    case unknownCovariate(covariate: String)
    /// Rules of sites withheld all variation of a covariate: nothing determines its slopes, which are 0.
    case withheldCovariate(covariate: String)
    /// Local models without standard errors, the first of `count`, keep the global one from having them.
    case noStandardErrors(models: [ModelWithoutStandardErrors], count: Int, of: Int)
    /// The standard errors are not those that were asked for: there are none, or those by formulas.
    case otherStandardErrors(
        asked: AggregationOptions.AggregateErrors, reason: StandardErrorObstacle, areByFormulas: Bool)
    case duplicatedModel(first: String, second: String)
    case supportElsewhere(effectivePoints: Int, points: Int)
    /// The method gives another number than was asked for.
    case otherExpertCount(asked: Int, method: String, experts: Int)
    case emptyExperts(empty: Int, of: Int)
    /// The global model is made without them.
    case underfittedSites(sites: [String], rows: Int, of: Int)
    /// A single site with many more experts than all others does not decide how many the global model has.
    case manyExpertsOfOneSite(site: String, experts: Int, used: Int)
    /// Experts, from 1, of responses that many rows share or that lie on one line.
    case pointMasses(experts: [Int])
}

extension AggregationWarning {
    package var isOfStandardErrors: Bool {
        switch self {
        case .otherStandardErrors, .noStandardErrors: true
        default: false
        }
    }
}

/// Why a model has no standard errors.
package enum MissingStandardErrors: Sendable, Equatable, Codable {
    case notKnown
    case noMaximum
    case tooManyParameters(parameters: Int, maximum: Int)
    /// So many of the local models that it was made of had none.
    case localModels(count: Int, of: Int)

    /// nil where the warnings of the model do not say.
    package init?(_ warnings: [ModelWarning]) {
        for warning in warnings {
            switch warning {
            case .fit(.noStandardErrorsOffMaximum): self = .noMaximum
            case .fit(.noStandardErrorsOfSoManyParameters(let parameters, let maximum)):
                self = .tooManyParameters(parameters: parameters, maximum: maximum)
            case .aggregation(.noStandardErrors(_, let count, let total)): self = .localModels(count: count, of: total)
            default: continue
            }
            return
        }
        return nil
    }

    fileprivate func words(_ style: OptionStyle) -> String? {
        switch self {
        case .notKnown: nil
        case .noMaximum: FitWarning.noStandardErrorsOffMaximum.reasonForNoErrors
        case .tooManyParameters(let parameters, let maximum):
            FitWarning.noStandardErrorsOfSoManyParameters(parameters: parameters, maximum: maximum).reasonForNoErrors
        case .localModels(let count, let total): "\(count) of \(total) local models came without theirs"
        }
    }
}

/// A local model, and why it has no standard errors.
package struct ModelWithoutStandardErrors: Sendable, Equatable, Codable {
    package var name: String
    @Coded package var reason: MissingStandardErrors

    package init(name: String, reason: MissingStandardErrors) {
        self.name = name
        _reason = Coded(reason)
    }
}

extension AggregationWarning: DoorMessage {
    package func text(_ style: OptionStyle) -> String {
        switch self {
        case .ofLaterVersion(let kind):
            "warning '\(kind)' of a later version of the program: update dmoe to see what it says"
        case .inconsistentSite(let site, let divergence, let rule, let damage):
            "\(site) is \(rule == .exclude ? "left out as " : "")inconsistent (divergence \(Self.rounded(divergence)) nats per row from the "
                + "other sites): \(damage?.wrappedValue.text(style) ?? "check its units and columns"); "
                + RequestOption.inconsistent.setting(other(than: rule).rawValue, style)
                + (rule == .exclude ? " takes it in" : " leaves it out")
        case .gainWithoutSites(let sites, let gain, let error):
            "without \(Format.list(sites)) the global model would \(gain < 0 ? "lose" : "gain") \(Format.short(abs(gain))) nats per row on the "
                + "other sites (standard error \(Format.short(error)))"
        case .lossyReduction(let loss, let error):
            "one model for all sites loses \(Format.short(loss)) nats per row against keeping all local models (standard error "
                + "\(Format.short(error))): more experts, extra rounds or the local models together (method mixture) may win it back"
        case .impossibleSite(let site, let reason):
            "\(site) is left out as impossible: \(reason.wrappedValue.text(style)); fit it anew, or ask how its file was made"
        case .otherStandardErrors(let asked, let reason, let areByFormulas):
            (areByFormulas
                ? "standard errors are by formulas, not as asked (\(asked.rawValue))"
                : "the global model has no standard errors")
                + ": \(reason.text(style))"
        case .dominantSite(let site, let share):
            "\(site) has \(Format.percent(share)) of the weight of all sites and decides the model: check its rows and weights; "
                + "\(RequestOption.largestShare.name(style)) bounds its share"
        case .notConverged(let iterations):
            "the reduction did not converge in \(iterations) iterations"
        case .noDistillation:
            "draws from the weighted average cannot be fitted: gate by label"
        case .unknownClass(let name):
            "class '\(name)' is known to no site: its probability says nothing; it has too few rows at each, or none"
        case .unknownCovariate(let name):
            "covariate '\(name)' has one value at all sites, or others in too few rows of each: no site knows its coefficients"
        case .withheldCovariate(let name):
            "covariate '\(name)' varies at no site in rows enough to be released: nothing determines its slopes, they are 0"
        case .noStandardErrors(let models, let count, let total):
            "no standard errors: \(count) of \(total) local models came without theirs: "
                + models.map { $0.name + ($0.reason.words(style).map { " (\($0))" } ?? "") }.joined(separator: ", ")
                + (count > models.count ? ", …" : "")
        case .duplicatedModel(let first, let second):
            "\(first) and \(second) are the same local model: it counts twice; give each site once"
        case .supportElsewhere(let effective, let points):
            "the support stands for few of the sites' rows: \(effective) of \(points) points have nearly all the weight; give "
                + "covariates of more sites"
        case .otherExpertCount(let asked, let method, let experts):
            "\(asked) experts were asked for, but the method '\(method)' gives \(experts)"
        case .manyExpertsOfOneSite(let site, let experts, let used):
            "\(site) has \(experts) experts, many more than any other site: the global model has \(used); "
                + "\((style == .estimator ? RequestOption.globalExperts : .experts).setting(experts, style)) gives it as many"
        case .pointMasses(let experts):
            "expert\(experts.count == 1 ? "" : "s") \(Format.list(experts.map(String.init))) of the global model: many rows share one response or "
                + "lie exactly on one line (a point mass), and its variance is at the floor: log-likelihoods say little beside it"
        case .emptyExperts(let empty, let count):
            "\(empty) of \(count) global experts stand for no local expert: fewer would do"
        case .underfittedSites(let sites, let rows, let total):
            "the global model is made without \(Format.list(sites)): \(Format.count(rows)) of \(Format.count(total)) rows, fitted with "
                + "fewer experts than they are of"
        }
    }

    private func other(than rule: AggregationOptions.InconsistentSiteRule) -> AggregationOptions.InconsistentSiteRule {
        rule == .exclude ? .keep : .exclude
    }

    private static func rounded(_ value: Double) -> String {
        value < 1e6 ? "\((10 * value).rounded() / 10)" : "above a million"
    }
}

/// What a reader of a model has to know: of its fit, its aggregation or its extra rounds.
package enum ModelWarning: Sendable, Equatable {
    case fit(FitWarning)
    case aggregation(AggregationWarning)
    case round(RoundWarning)
    case adaptation(AdaptationWarning)
}

extension ModelWarning: DoorMessage {
    package func text(_ style: OptionStyle) -> String {
        switch self {
        case .fit(let warning): warning.text(style)
        case .aggregation(let warning): warning.text(style)
        case .round(let warning): warning.text(style)
        case .adaptation(let warning): warning.text(style)
        }
    }
}
