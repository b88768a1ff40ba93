import Aggregation
import ArgumentParser
import DistributedMoE
import MixtureOfExperts
import Numerics
import StudyData

extension AggregationOptions.GateTarget: ExpressibleByArgument {}
extension AggregationOptions.SiteWeights: ExpressibleByArgument {}

/// How many experts a global model gets.
enum GlobalExperts {
    case count(Int)
    case automatic

    @Sendable static func named(_ text: String) throws -> GlobalExperts {
        if text == "auto" { return .automatic }
        guard let count = Int(text), count >= 1 else { throw ValidationError("must be 1 or more, or auto") }
        return .count(count)
    }
}

/// What local models are compared on, and how they are weighted.
struct SupportOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Rows whose covariates serve as support (nothing else of them is read); default: points drawn from the "
                + "sketches in the local models, so that no row is needed.", valueName: "data"))
    var support: [String] = []

    @Option(help: ArgumentHelp("Most points of the support.", valueName: "n"))
    var supportSize = 5000

    @Option(help: "Weights of the sites: by their density of covariates at x (default), or the same everywhere.")
    var siteWeights: AggregationOptions.SiteWeights?

    @Flag(
        inversion: .prefixedNo,
        help: "Find local models that cannot be right (wrong unit, flipped sign, …) and leave them out, with a warning."
    )
    var robust = true

    func validate() throws {
        guard (50...10_000_000).contains(supportSize) else {
            throw ValidationError("--support-size must be from 50 to 10000000.")
        }
    }

    func options(expertCount: Int?, seed: UInt64) -> AggregationOptions {
        AggregationOptions(
            expertCount: expertCount, supportSize: supportSize, siteWeights: siteWeights ?? .density,
            excludesInconsistentSites: robust, seed: seed)
    }

    /// The covariates of the given rows, rows with missing ones left out.
    func givenSupport(
        _ selection: RowSelection, data: DataOptions, parallelism: Parallelism
    ) throws -> GivenSupport? {
        guard !support.isEmpty else { return nil }
        let parts = try support.map { path in
            let covariates = try selection.covariates(
                of: try data.read(path, for: selection, parallelism: parallelism), withResponses: false
            ).covariates
            return ShardRows(
                covariates: covariates, responses: [Double](repeating: 0, count: covariates.rowCount))
        }
        let names = support.map(FileNames.label).joined(separator: ", ")
        return .init(covariates: ShardRows.concatenation(parts).covariates, source: names)
    }
}

/// How local models become one.
struct AggregationOptionGroup: ParsableArguments {
    @OptionGroup var support: SupportOptions

    @Option(
        help: ArgumentHelp(
            "How local models become one: \(Aggregators.all.map(\.name).joined(separator: ", ")); for aggregate also "
                + "mixture: all of them in one file, to predict with their weighted average.", valueName: "name"))
    var method = TransportAggregator.chosen.name

    @Option(
        help: """
            Targets of the gate: by label of the local experts, or by the transport plan (default: label, unless plan \
            or, where the local models disagree, a fit to draws from their average is clearly better on a fresh draw).
            """)
    var gate: AggregationOptions.GateTarget?

    var isMixture: Bool { method == EstimationMethod.mixture.name }

    func validate() throws {
        if isMixture {
            if gate != nil { throw ValidationError("--gate is of no use with --method mixture: nothing is reduced.") }
            guard support.support.isEmpty else {
                throw ValidationError("--support is of no use with --method mixture: nothing is reduced.")
            }
            return
        }
        guard let aggregator = Aggregators.named(method) else {
            let known = Aggregators.all.map(\.name) + [EstimationMethod.mixture.name]
            throw ValidationError("--method \(method) is not known; known are \(known.joined(separator: ", ")).")
        }
        let fixed = aggregator.settings(AggregationOptions(siteWeights: support.siteWeights ?? .density))
        if gate != nil, !(aggregator is TransportAggregator) {
            throw ValidationError("--gate is a choice of the transport methods; --method \(method) has none.")
        }
        if let gate, let other = fixed.gateTarget, gate != other {
            throw ValidationError("--method \(method) means --gate \(other.rawValue).")
        }
        if let weights = support.siteWeights, weights != fixed.siteWeights {
            throw ValidationError("--method \(method) means --site-weights \(fixed.siteWeights.rawValue).")
        }
    }

    var aggregator: any Aggregator { Aggregators.named(method) ?? TransportAggregator.chosen }

    /// Numbers of experts that `auto` tries at most, in numbers of experts of the largest local model.
    private static let largestFactor = 3

    /// - Parameter localExperts: of the largest local model.
    func options(experts: GlobalExperts?, localExperts: Int, seed: UInt64) -> AggregationOptions {
        var options = support.options(expertCount: nil, seed: seed)
        options.gateTarget = gate
        switch experts {
        case .count(let count): options.expertCount = count
        case .automatic: options.expertCountRange = 1...Self.largestFactor * localExperts
        case nil: break
        }
        return options
    }
}
