import Aggregation
import Estimation
import Messages
import ModelFiles
import Numerics

/// How local models become one, whatever they are.
public struct AggregationChoices: Sendable, Equatable {
    /// How many experts a global model gets.
    public enum GlobalExperts: Sendable, Equatable {
        /// So many.
        case count(Int)
        /// The best number on an independent Monte Carlo sample.
        case automatic
    }

    /// nil: the largest local number; of a single site with many more experts than all others three times that of the next, or 10.
    public var experts: GlobalExperts?
    /// Maximum number of support points.
    public var supportSize = 5000
    /// nil: by density.
    public var siteWeights: SiteWeights?
    /// No site gets a larger share of the weight of all; nil: no bound.
    ///
    /// A share below that of equal weights is refused; where sites are left out, those that remain may have equal shares.
    public var largestShare: Double?
    /// Targets of the gate; nil: chosen.
    public var gate: GateTarget?
    /// What becomes of sites whose models differ from those of all others.
    public var inconsistent = InconsistentSiteRule.ask
    /// How the standard errors are found.
    public var errors = AggregateErrors.model
    /// One of the names that `dmoe aggregate --help` lists; nil: transport.
    public var method: String?
    /// nil: 1.
    public var seed: UInt64?

    /// The transport method with its usual choices.
    public init() {}

    /// Numbers of experts that are tried automatically, in numbers of experts of the largest local model.
    private static let largestFactor = 3

    /// All local models in one file.
    package static let mixtureMethod = EstimationMethod.mixture.name
    package static let methodNames = Aggregators.all.map(\.name) + [mixtureMethod]

    package var isMixture: Bool { method == Self.mixtureMethod }

    package var aggregator: any Aggregator { method.flatMap(Aggregators.named) ?? TransportAggregator.chosen }

    /// - Parameters:
    ///   - hasSupport: whether rows serve as support.
    ///   - expertsOption: what the number of experts is called.
    /// - Throws: ``RequestRefusal``.
    package func check(hasSupport: Bool, expertsOption: RequestOption = .experts) throws(RequestRefusal) {
        try RequestOption.supportSize.check(supportSize)
        try RequestOption.largestShare.check(largestShare)
        if case .count(let count)? = experts { try expertsOption.check(count) }
        guard !isMixture else {
            if gate != nil { throw .noEffect(.gate, .nothingIsReduced) }
            if hasSupport { throw .noEffect(.support, .nothingIsReduced) }
            if experts != nil { throw .noEffect(expertsOption, .allExpertsAreKept) }
            if errors != .model { throw .noEffect(.aggregateErrors, .nothingIsReduced) }
            return
        }
        let name = method ?? TransportAggregator.chosen.name
        guard let aggregator = Aggregators.named(name) else {
            throw .unknownName(.method, given: name, known: Self.methodNames)
        }
        let fixed = aggregator.settings(AggregationOptions(siteWeights: siteWeights ?? .density))
        if gate != nil, !(aggregator is TransportAggregator) {
            throw .noEffect(.gate, .methodHasNone(method: name))
        }
        if let gate, let other = fixed.gateTarget, gate != other {
            throw .fixedByMethod(method: name, .gate, value: other.rawValue)
        }
        if let siteWeights, siteWeights != fixed.siteWeights {
            throw .fixedByMethod(method: name, .siteWeights, value: fixed.siteWeights.rawValue)
        }
    }

    /// Where the result has to be one model.
    package func checkSingleModel() throws(RequestRefusal) {
        if isMixture { throw .noSingleModel(method: Self.mixtureMethod) }
    }

    /// - Parameters:
    ///   - localExperts: the usual number of the local models.
    ///   - studySeed: in place of 1 where no seed is given.
    ///   - siteRule: nil where the model is not for others.
    func coordinator(
        localExperts: Int, studySeed: UInt64? = nil, siteRule: SiteRule? = nil, parallelism: Parallelism
    ) -> Coordinator {
        var options = AggregationOptions(
            supportSize: supportSize, siteWeights: siteWeights ?? .density, largestShare: largestShare,
            inconsistentSites: inconsistent,
            seed: seed ?? studySeed ?? 1)
        options.gateTarget = gate
        options.errors = errors
        options.siteRule = siteRule
        switch experts {
        case .count(let count): options.expertCount = count
        case .automatic: options.expertCountRange = 1...min(Self.largestFactor * localExperts, ModelFile.mostExperts)
        case nil: break
        }
        return Coordinator(aggregator: aggregator, options: options, parallelism: parallelism)
    }
}
