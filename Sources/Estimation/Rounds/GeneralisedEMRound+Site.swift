import Messages
import MixtureOfExperts
import Numerics

extension GeneralisedEMRound {
    /// What a site may release of its rows, and what it had to leave out.
    ///
    /// - Throws: ``EstimationError`` where so few rows must be withheld.
    package func statistics(
        of rows: ShardRows
    ) throws(EstimationError) -> (statistics: RoundStatistics, warnings: [FitWarning]) {
        try statistics(of: rows.withoutWeightlessRows() as any RowSource)
    }

    /// - Parameter source: rows of weight 0 count as rows here; leave them out.
    /// - Throws: ``EstimationError`` where the rows are too few.
    package func statistics(
        of source: any RowSource
    ) throws(EstimationError) -> (statistics: RoundStatistics, warnings: [FitWarning]) {
        let needed = Capacity.minimumRows(design, minRows: options.minRows)
        let released = ReleasedRows(
            source, design, model.family, minRows: options.minRows, rules: options.rules, parallelism)
        guard released.source.rowCount >= needed else {
            throw source.rowCount < needed
                ? .noModelPossible(rows: source.rowCount, needed: needed)
                : .tooFewReleasedRows(rows: released.source.rowCount, of: source.rowCount, needed: needed)
        }
        let (summaries, disclosure) = (released.summaries, released.disclosure)
        try check(summaries, disclosure)
        let own = Standardisation(
            summaries, constants: released.constants, keeping: design.unscaledColumns(model.family))
        let constants = Dictionary(
            uniqueKeysWithValues: own.constantColumns.filter { $0 < design.covariateCount }.map { ($0, own.center[$0]) }
        )
        let rows = StandardisedRows(
            source: ConstantColumns(source: released.source, values: constants), standardisation: standardisation,
            weightUnit: source.isWeighted ? summaries[0].weight / Double(released.source.rowCount) : 1)
        let suppressed = Set(released.rareClasses.keys)
        let site = try SiteSums(
            rows, model: model.without(classes: suppressed), suppressed: suppressed, constants: constants,
            disclosure: disclosure, rules: options.rules, parallelism: parallelism)
        let warnings = released.warnings.filter { !$0.isOfAbsentClass } + site.warnings
        var statistics = site.statistics
        statistics.withheld = warnings.withheldColumns(of: design.covariates, statistics.moments)
        statistics.withholdSlopesOfConstants(design)
        if options.rules == nil, warnings.isEmpty { statistics.jointInformation = jointInformation(rows) }
        guard let rules = options.rules, let key = options.roundingKey else { return (statistics, warnings) }
        let rounded = statistics.rounded(
            UnbiasedRounding(key: key), at: global.model,
            spreads: DominanceRule(rules: rules).spreads(of: model, site.standardMoments, rows, parallelism),
            minimumRows: options.minRows, isWhole: warnings.isEmpty, standardisation)
        return (rounded, warnings)
    }

    /// Largest number of parameters of which the joint information is sent: a file of 1 MB.
    private static let mostJointParameters = 350

    /// The negative Hessian of the log-likelihood in all parameters, of rows whose owner is the coordinator's: with products of posteriors
    /// it is of more than the rules of a release are for.
    private func jointInformation(_ rows: StandardisedRows) -> PackedSymmetric? {
        let parameters = ParameterLayout(model, dispersionFloor: options.varianceFloor)
        guard !(model.family is any ClosedFormFamily), parameters.count <= Self.mostJointParameters else { return nil }
        let sums = model.statistics(of: rows, level: .newton, parallelism: parallelism)
        return rows.weightUnit * PackedSymmetric(lowerTriangleOf: parameters.secondOrderSums(sums, sign: -1))
    }

    private func check(_ summaries: [ColumnSummary], _ disclosure: Disclosure) throws(EstimationError) {
        let names = design.covariates + [design.target]
        if let column = summaries.firstIndex(where: \.isTooLarge) { throw .valuesTooLarge(column: names[column]) }
        if let usual = disclosure.usualResponseIfRare {
            throw .rareResponse(target: design.target, value: usual, minimum: options.minRows)
        }
    }
}

/// The sums of one site's rows, and what of them must be withheld.
private struct SiteSums {
    let rows: StandardisedRows
    /// In standard units.
    let model: MixtureModel
    let disclosure: Disclosure
    let parallelism: Parallelism
    private let pass: MixtureStatistics
    private var moments: [Moments]
    private var gate: GateSums
    private var coefficients: SiteCoefficients
    /// Of what may be released.
    private var likelihood: MixtureStatistics
    private var ownWarnings = [FitWarning]()

    /// - Parameters:
    ///   - model: without the classes that the site suppresses.
    ///   - suppressed: these, by number.
    init(
        _ rows: StandardisedRows, model: MixtureModel, suppressed: Set<Int>, constants: [Int: Double],
        disclosure: Disclosure, rules: DisclosureRules?, parallelism: Parallelism
    ) throws(EstimationError) {
        self.rows = rows
        self.model = model
        self.disclosure = disclosure
        self.parallelism = parallelism
        pass = model.statistics(of: rows, level: .expectationMaximization, parallelism: parallelism)
        likelihood = pass
        // Raw sums over a constant leave rounding where nothing varies.
        moments = pass.expertMoments.map { moments in
            constants.reduce(into: moments) { result, constant in
                let value = rows.standardisation.standardised(value: constant.value, column: constant.key)
                result = result.withConstant(constant.key, value: value)
            }
        }
        // Codes of classes are no measurements.
        if model.family.response.classes != nil {
            moments = moments.map { $0.withConstant(model.design.covariateCount, value: 0) }
        }
        coefficients = SiteCoefficients(pass, model)
        gate = GateSums(expertCount: model.expertCount, size: model.design.gatePositions.count)
        let released = try leaveOutSmallExperts(rules)
        if released.count < moments.count {
            likelihood = model.statistics(of: part(of: released), level: .likelihood, parallelism: parallelism)
        }
        addGate(of: released, constants: Set(constants.keys))
        leaveOutRareColumns()
        coefficients.withholdRareClasses(disclosure, rows, leftOut: suppressed, parallelism)
        if let rules { leaveOutRareCoefficients(rules) }
    }

    var warnings: [FitWarning] { ownWarnings + coefficients.warnings }

    /// In the units of the rows.
    var standardMoments: [Moments] { moments }

    /// In the units that a round is released in.
    var statistics: RoundStatistics {
        let (standardisation, unit) = (rows.standardisation, rows.weightUnit)
        var statistics = RoundStatistics(
            rowCount: rows.rowCount, weight: unit * likelihood.weight, logLikelihood: unit * releasedLogLikelihood,
            moments: moments.map {
                $0.weight > 0 ? standardisation.inUserUnits($0).scaled(by: unit) : Moments(count: $0.count)
            }, gate: gate.scaled(by: unit))
        statistics.coefficients = coefficients.sums.map { $0.scaled(by: unit) }
        return statistics
    }

    /// In whole multiples of the least weight where anything is withheld: less what the other sums say of it, it would be
    /// that of the withheld rows.
    private var releasedLogLikelihood: Double {
        let value = likelihood.logLikelihood - likelihood.weight * rows.standardisation.logResponseScale
        let least = disclosure.leastWeight(of: rows)
        return warnings.isEmpty || least <= 0 ? value : (value / least).rounded() * least
    }

    // MARK: Disclosure

    /// - Returns: the experts that describe rows enough.
    private mutating func leaveOutSmallExperts(_ rules: DisclosureRules?) throws(EstimationError) -> [Int] {
        // Sums of a round serve no update without their products.
        let columns = rows.covariateCount + 1
        let needed = max(disclosure.minRows, rules == nil ? 0 : DisclosureRules.covarianceRows(columns: columns))
        let least = needed * (1 - 1e-9)
        var small = moments.indices.filter { moments[$0].effectiveRows < least }
        if rules != nil {
            small = WithheldWeightRule(minimumRows: disclosure.minRows).withheld(
                small, model, rows, moments.map(\.effectiveRows), parallelism)
        }
        guard small.count < moments.count else {
            let most = moments.map(\.effectiveRows).max() ?? 0
            throw .noModelPossible(rows: Int(most), needed: Int(needed.rounded(.up)))
        }
        for expert in small {
            moments[expert] = Moments(count: moments[expert].count)
            coefficients.withhold(expert)
        }
        if !small.isEmpty {
            ownWarnings.append(.expertsWithheld(experts: ExpertPositions(small), minimum: needed))
        }
        return moments.indices.filter { !small.contains($0) }
    }

    /// The gate among the experts that may be released.
    ///
    /// Without the others it is the softmax of those that are left on the share of each row that belongs to them: a partial
    /// likelihood, whose gradient has expectation 0 at the true gate whatever is left out.
    private mutating func addGate(of released: [Int], constants: Set<Int>) {
        var experts = released
        var apart = [Int]()
        while experts.count > 1 {
            let sums = gateSums(experts)
            let unclear = sums.apart(least: disclosure.leastWeight(of: rows))
            guard !unclear.isEmpty else {
                gate = sums.withoutSparsePairs(least: disclosure.leastWeight(of: rows)) { first, second in
                    averageRegressors([experts[first], experts[second]])
                }.spread(to: experts, of: model.expertCount)
                leaveOutRareGateColumns(among: experts, constants)
                break
            }
            apart += unclear.map { experts[$0] }
            experts = experts.indices.filter { !unclear.contains($0) }.map { experts[$0] }
        }
        // With one left there is nothing to distinguish it from.
        if experts.count == 1, released.count > 1 { apart += experts }
        if !apart.isEmpty {
            ownWarnings.append(.gatesWithheld(experts: ExpertPositions(apart.sorted()), minimum: disclosure.minRows))
        }
    }

    private func gateSums(_ experts: [Int]) -> GateSums {
        guard experts.count < model.expertCount else { return GateSums(pass, model.design) }
        return GateSums(
            model.reordered(experts).statistics(
                of: part(of: experts), level: .expectationMaximization, parallelism: parallelism), model.design)
    }

    private func part(of experts: [Int]) -> any RowSource {
        experts.count < model.expertCount ? RowsOfExperts(rows, model: model, experts: experts) : rows
    }

    private mutating func leaveOutRareGateColumns(among experts: [Int], _ constants: Set<Int>) {
        let rare = disclosure.rareGateCovariates(
            of: model.reordered(experts), part(of: experts), rows, constants: constants, parallelism)
        for index in rare {
            gate = gate.without(index + 1)
            let column = model.design.covariates[model.design.gateCovariates[index]]
            ownWarnings.append(.gateColumnWithheld(column: column, minimum: disclosure.minRows))
        }
    }

    /// The mean of z z' over the rows of some experts, z = (1, gate covariates).
    private func averageRegressors(_ experts: [Int]) -> PackedSymmetric {
        let pooled = Moments.sum(experts.map { moments[$0] }, count: rows.covariateCount + 1)
        let sums = pooled.gram(of: model.design.gateCovariates)
        return (1 / pooled.weight) * PackedSymmetric(lowerTriangleOf: sums)
    }

    /// Where a column is rare in the rows of one expert the gate's sums over it could disclose these rows.
    private mutating func leaveOutRareColumns() {
        let moments = moments
        let rare = disclosure.rareColumns(of: model, moments, rows, parallelism) { column, expert in
            moments[expert].scatter[column, column] > 0
        }
        let design = model.design
        for (column, pairs) in Dictionary(grouping: rare, by: \.column).sorted(by: { $0.key < $1.key }) {
            for pair in pairs {
                self.moments[pair.expert] = self.moments[pair.expert].withConstant(column, value: pair.value)
                coefficients.withhold(column: column, of: pair.expert)
            }
            if let index = design.gateCovariates.firstIndex(of: column) { gate = gate.without(index + 1) }
            ownWarnings.append(
                .statisticsLeftOut(
                    column: (design.covariates + [design.target])[column],
                    experts: ExpertPositions(pairs.map(\.expert)),
                    minimum: disclosure.minRows))
        }
    }
    /// Where the model that was asked for makes a few rows decide.
    private mutating func leaveOutRareCoefficients(_ rules: DisclosureRules) {
        let count = model.family.coefficientCount(regressors: model.design.expertPositions.count)
        let rule = CoefficientRule(
            minimumRows: disclosure.minRows,
            rowsOfProducts: max(disclosure.minRows, DisclosureRules.covarianceRows(columns: count)))
        coefficients.withhold(rule, rows, usual: disclosure.usualValues(rows.standardisation), parallelism)
    }
}

extension FitWarning {
    /// Of a class that a site has no rows of a round needs no suppression: its scores are those of all rows.
    fileprivate var isOfAbsentClass: Bool {
        if case .absentClass = self { true } else { false }
    }
}

extension RoundStatistics {
    /// What a rule made constant has no slopes, whatever the sums over the constant are.
    fileprivate mutating func withholdSlopesOfConstants(_ design: Design) {
        for expert in coefficients.indices where !withheld.isEmpty {
            for column in withheld[expert].keys.sorted() {
                guard let covariate = design.expertCovariates.firstIndex(of: column) else { continue }
                coefficients[expert] = coefficients[expert].without(covariate: covariate, design.expertLayout)
            }
        }
    }
}
