import MixtureOfExperts

/// One way of turning local models into one model of the same form.
///
/// An aggregator is one file in `Aggregators`. It is given an ``AggregationProblem``, everything in pooled standard units, and
/// returns a mixture in the same units; names, units, order of the experts and the report are the ``Coordinator``'s.
package protocol Aggregator: Sendable {
    /// As in `dmoe aggregate --method`.
    var name: String { get }
    /// In a few words, for tables.
    var title: String { get }

    /// The options under which the problem is to be set up: the place to fix site weights.
    func settings(_ options: AggregationOptions) -> AggregationOptions

    /// - Throws: ``AggregationError`` where the local models cannot be combined in this way.
    func reduce(_ problem: AggregationProblem) throws(AggregationError) -> ReducedMixture
}

extension Aggregator {
    package func settings(_ options: AggregationOptions) -> AggregationOptions { options }
}

/// What an aggregator found, in pooled standard units.
package struct ReducedMixture: Sendable {
    package var model: MixtureModel
    /// The expert of `model` that each component of f̂^W belongs to.
    package var labels: [Int]
    /// How it was chosen or made.
    package var chosen: GlobalConstruction
    /// Transportation divergence per support point before each update and at the end; last at least that of `model`.
    package var objectives: [Double]
    package var converged: Bool
    /// Where the search began.
    package var start: ReductionStart
    /// What it was compared with on an independent Monte Carlo sample.
    package var candidates: [AggregationReport.Candidate]
    package var warnings: [AggregationWarning]
    /// nil where no slope of 0 was chosen.
    package var selection: SlopeSelection?
    /// How its standard errors follow from those of the local models.
    package var errors: ErrorSource

    package init(
        model: MixtureModel, labels: [Int], chosen: GlobalConstruction, objectives: [Double] = [],
        converged: Bool = true,
        start: ReductionStart = .noSearch, candidates: [AggregationReport.Candidate] = [],
        warnings: [AggregationWarning] = [],
        selection: SlopeSelection? = nil, errors: ErrorSource = .statistics
    ) {
        self.model = model
        self.labels = labels
        self.chosen = chosen
        self.objectives = objectives
        self.converged = converged
        self.start = start
        self.candidates = candidates
        self.warnings = warnings
        self.selection = selection
        self.errors = errors
    }
}

/// The aggregators that a command line may name.
package enum Aggregators {
    /// From the published method to ours, one change at a time; then the others of the field.
    package static let all: [any Aggregator] =
        [
            TransportAggregator.published, .label, .density, .statistics, .distilled, .chosen,
        ] + [
            GreedyAggregator(), AlignedAverageAggregator(), ParameterAverageAggregator(), MedoidAggregator(),
            BestLocalAggregator(),
        ]

    package static func named(_ name: String) -> (any Aggregator)? { all.first { $0.name == name } }
}
