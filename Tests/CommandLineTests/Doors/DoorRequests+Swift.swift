import DistributedMoE
import Messages

/// The table's requests as a Swift caller writes them.
///
/// Each function takes the options that it knows; ``expectOptions(_:)`` says that there are no others.
extension DoorRequest {
    static let ofColumns: Set<RequestOption> = [
        .study, .target, .features, .exclude, .gateFeatures, .family, .classes, .exposure, .weights, .missing,
        .pointMass, .noise,
    ]
    static let ofFits: Set<RequestOption> = [
        .starts, .tolerance, .maximumIterations, .standardErrors, .slopePrior, .l1, .l1Gate, .l1Experts, .l1Refit,
        .minRows,
    ]
    static let ofAggregations: Set<RequestOption> = [
        .method, .gate, .siteWeights, .largestShare, .supportSize, .inconsistent, .aggregateErrors, .seed, .support,
    ]
    static let ofShards: Set<RequestOption> = [
        .experts, .rowsPerParameter, .holdout, .seed, .shards, .shardBy, .rounds, .globalExperts,
    ]

    private func expectOptions(_ known: Set<RequestOption>) {
        let others = options.map(\.option).filter { !known.contains($0) && $0 != .threads }
        precondition(others.isEmpty, "\(others) are not in the table of these requests")
    }

    private func named<Value: RawRepresentable<String> & CaseIterable>(
        _ option: RequestOption, as type: Value.Type = Value.self
    ) throws(RequestRefusal) -> Value? {
        guard let name = self[option]?.text else { return nil }
        return try option.named(name)
    }

    var parallelism: Parallelism { Parallelism(threads: self[.threads]?.integer) }

    // MARK: Parts

    func columnRequest() throws(RequestRefusal) -> ColumnRequest {
        var columns = ColumnRequest(study: self[.study]?.text.map { .text($0) }, target: self[.target]?.text)
        columns.features = self[.features]?.names
        columns.exclude = self[.exclude]?.names ?? columns.exclude
        columns.gateFeatures = self[.gateFeatures]?.names
        columns.family = self[.family]?.text
        columns.classes = self[.classes]?.names
        columns.exposure = self[.exposure]?.text
        columns.weights = self[.weights]?.text
        columns.missing = try named(.missing)
        columns.pointMass = self[.pointMass]?.numbers ?? []
        columns.noise = self[.noise]?.numbers.map { .range(low: $0[0], high: $0[1]) }
        return columns
    }

    var experts: ExpertNumbers? {
        if case .range(let first, let last)? = self[.experts] { return ExpertNumbers(first: first, last: last) }
        return self[.experts]?.integer.map { ExpertNumbers($0) }
    }

    func fitChoices() throws(RequestRefusal) -> FitChoices {
        var choices = FitChoices()
        choices.starts = self[.starts]?.integer ?? choices.starts
        choices.tolerance = self[.tolerance]?.number ?? choices.tolerance
        choices.maximumIterations = self[.maximumIterations]?.integer ?? choices.maximumIterations
        choices.standardErrors = try named(.standardErrors) ?? choices.standardErrors
        choices.slopePrior = try named(.slopePrior) ?? choices.slopePrior
        choices.l1Gate = self[.l1Gate]?.number
        choices.l1Experts = self[.l1Experts]?.number
        choices.l1Automatic = self[.l1] != nil
        choices.l1Refit = self[.l1Refit]?.flag ?? false
        if let minRows = self[.minRows] { choices.minRows = minRows.integer }
        return choices
    }

    func aggregationChoices(experts option: RequestOption) throws(RequestRefusal) -> AggregationChoices {
        var choices = AggregationChoices()
        choices.experts = self[option].map { $0.integer.map { .count($0) } ?? .automatic }
        choices.method = self[.method]?.text
        choices.gate = try named(.gate)
        choices.siteWeights = try named(.siteWeights)
        choices.largestShare = self[.largestShare]?.number
        choices.supportSize = self[.supportSize]?.integer ?? choices.supportSize
        choices.inconsistent = try named(.inconsistent) ?? choices.inconsistent
        choices.errors = try named(.aggregateErrors) ?? choices.errors
        choices.seed = seed
        return choices
    }

    private var seed: UInt64? { self[.seed]?.integer.map { UInt64($0) } }

    // MARK: Jobs

    /// - Parameter models: of the site, to start from.
    func fitJob(startingFrom models: [MixtureModel]) throws(RequestRefusal) -> FitJob {
        expectOptions(
            Self.ofColumns.union(Self.ofFits).union([
                .experts, .criterion, .holdout, .rowsPerParameter, .initialModels, .seed,
            ]))
        var job = FitJob(columns: try columnRequest(), experts: experts)
        job.settings = try fitChoices()
        job.criterion = try named(.criterion)
        job.holdout = self[.holdout]?.number
        job.rowsPerParameter = self[.rowsPerParameter]?.integer
        job.initialModels = Array(models.prefix(self[.initialModels]?.integer ?? 0))
        job.seed = seed
        return job
    }

    func aggregateJob() throws(RequestRefusal) -> AggregateJob {
        expectOptions(Self.ofAggregations.union([.experts]))
        var job = AggregateJob()
        job.settings = try aggregationChoices(experts: .experts)
        return job
    }

    func statisticsJob() throws(RequestRefusal) -> StatisticsJob {
        expectOptions([.weights, .missing, .minRows])
        var job = StatisticsJob()
        job.weights = self[.weights]?.text
        job.missing = try named(.missing)
        if let minRows = self[.minRows] { job.minRows = minRows.integer }
        return job
    }

    func adaptJob() throws(RequestRefusal) -> AdaptJob {
        expectOptions([.adapted, .priorPrecision, .weights, .missing, .unknownLevels])
        var job = AdaptJob()
        job.settings = try adaptationChoices()
        job.reading = try reading()
        job.weights = self[.weights]?.text
        return job
    }

    private func adaptationChoices() throws(RequestRefusal) -> AdaptationChoices {
        var choices = AdaptationChoices()
        choices.adapted = try named(.adapted)
        choices.priorPrecision = self[.priorPrecision]?.number
        return choices
    }

    func updateJob() throws(RequestRefusal) -> UpdateJob {
        expectOptions([.largestShare, .inconsistent])
        var job = UpdateJob()
        job.largestShare = self[.largestShare]?.number
        job.inconsistent = try named(.inconsistent) ?? job.inconsistent
        return job
    }

    private func reading() throws(RequestRefusal) -> ReadingChoices {
        var reading = ReadingChoices()
        reading.missing = try named(.missing)
        reading.unknownLevels = try named(.unknownLevels)
        return reading
    }

    func predictJob() throws(RequestRefusal) -> PredictJob {
        expectOptions([.missing, .unknownLevels, .interval, .levels])
        var job = PredictJob()
        job.reading = try reading()
        job.interval = self[.interval]?.number
        job.levels = self[.levels]?.numbers ?? job.levels
        return job
    }

    func evaluateJob() throws(RequestRefusal) -> EvaluateJob {
        expectOptions([.missing, .unknownLevels, .weights])
        var job = EvaluateJob()
        job.reading = try reading()
        job.weights = self[.weights]?.text
        return job
    }

    private func shardChoices() throws(RequestRefusal) -> ShardChoices {
        var shards = ShardChoices(columns: try columnRequest())
        shards.experts = experts
        shards.fit = try fitChoices()
        shards.rowsPerParameter = self[.rowsPerParameter]?.integer ?? shards.rowsPerParameter
        shards.holdout = self[.holdout]?.number ?? shards.holdout
        if let count = self[.shards]?.integer { shards.division = .random(count) }
        if let column = self[.shardBy]?.text { shards.division = .column(column) }
        shards.seed = seed
        return shards
    }

    func learnJob() throws(RequestRefusal) -> LearnJob {
        expectOptions(
            Self.ofColumns.union(Self.ofFits).union(Self.ofAggregations).union(Self.ofShards).union([
                .adapt, .adapted, .priorPrecision,
            ]))
        var job = LearnJob(try shardChoices())
        job.aggregation = try aggregationChoices(experts: .globalExperts)
        job.rounds = self[.rounds]?.integer ?? job.rounds
        job.adapts = self[.adapt]?.flag ?? false
        job.adaptation = try adaptationChoices()
        return job
    }

    func compareJob() throws(RequestRefusal) -> CompareJob {
        expectOptions(
            Self.ofColumns.union(Self.ofFits).union(Self.ofAggregations).union(Self.ofShards).union([
                .methods, .federatedRounds, .groups,
            ]))
        var job = CompareJob(try shardChoices())
        job.aggregation = try aggregationChoices(experts: .globalExperts)
        job.methods = self[.methods]?.names
        job.rounds = self[.rounds]?.integer ?? job.rounds
        job.federatedRounds = self[.federatedRounds]?.integer ?? job.federatedRounds
        job.groups = self[.groups]?.text
        return job
    }

    func simulateJob() throws(RequestRefusal) -> SimulateJob {
        expectOptions([.family, .profile, .rows, .shards, .capacity, .shift, .testRows, .seed])
        var job = SimulateJob()
        job.family = try named(.family) ?? job.family
        job.profile = try named(.profile) ?? job.profile
        job.rows = self[.rows]?.integer ?? job.rows
        job.shards = self[.shards]?.integer ?? job.shards
        job.capacity = self[.capacity]?.integer
        job.shift = self[.shift]?.flag ?? job.shift
        job.testRows = self[.testRows]?.integer ?? job.testRows
        job.seed = seed
        return job
    }
}
