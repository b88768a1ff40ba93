import Messages
import MixtureOfExperts
import Numerics

/// What a site may release of the coefficients of experts whose weighted fit is not closed.
struct SiteCoefficients {
    /// In standard units, as the rows are weighted.
    private(set) var sums: [CoefficientSums]
    private(set) var warnings = [FitWarning]()
    private let model: MixtureModel

    /// - Parameter pass: over the rows at `model`; none where the fit is closed.
    init(_ pass: MixtureStatistics, _ model: MixtureModel) {
        self.model = model
        sums =
            model.family is any ClosedFormFamily
            ? [] : model.experts.indices.map { CoefficientSums(pass, $0, model.design) }
    }

    private var layout: CoefficientLayout { model.design.expertLayout }

    /// Withholds all of an expert.
    mutating func withhold(_ expert: Int) {
        guard !sums.isEmpty else { return }
        sums[expert] = CoefficientSums(size: sums[expert].count)
    }

    /// Withholds what a column says of an expert; the column after the covariates is the response.
    mutating func withhold(column: Int, of expert: Int) {
        guard !sums.isEmpty else { return }
        if column == model.design.covariateCount { return withhold(expert) }
        guard let covariate = model.design.expertCovariates.firstIndex(of: column) else { return }
        sums[expert] = sums[expert].without(covariate: covariate, layout)
    }

    private mutating func withhold(predictors: some Sequence<Int>, of expert: Int) {
        sums[expert] = sums[expert].without(predictors.flatMap { layout.coefficients(of: $0) })
    }

    // MARK: Rules

    /// Withholds the classes that too few rows of an expert have.
    ///
    /// Scores of all classes sum to 0: where that of the reference is withheld, further classes are, until what is left of the others is of
    /// rows enough.
    mutating func withholdRareClasses(
        _ disclosure: Disclosure, _ rows: StandardisedRows, leftOut: Set<Int>, _ parallelism: Parallelism
    ) {
        guard let classes = model.family.response.classes, !sums.isEmpty, disclosure.minRows > 1 else { return }
        let least = disclosure.leastWeight(of: rows)
        let weights = disclosure.classWeights(classes.count, of: model, rows, parallelism)
        var experts = [Int]()
        for expert in sums.indices where sums[expert].isReleased {
            let own = weights[expert]
            let rare = Set(own.indices.filter { own[$0] > Self.negligible * least && own[$0] < least })
            let held = complemented(rare, own, least: least).union(leftOut)
            // With one left there is nothing to distinguish it from.
            if classes.count - held.count < 2 { withhold(expert) }
            withhold(predictors: held.filter { $0 > 0 }.map { $0 - 1 }, of: expert)
            if !rare.isEmpty { experts.append(expert) }
        }
        if !experts.isEmpty {
            warnings.append(.scoresWithheld(experts: ExpertPositions(experts), minimum: disclosure.minRows))
        }
    }

    /// Of the least weight: experts have so much of rows that are not theirs.
    private static let negligible = 1e-3

    private func complemented(_ rare: Set<Int>, _ weights: [Double], least: Double) -> Set<Int> {
        guard rare.contains(0) else { return rare }
        var held = rare
        let others = weights.indices.filter { !rare.contains($0) && weights[$0] >= least }
            .sorted { weights[$0] < weights[$1] }
        for code in others where held.reduce(0, { $0 + weights[$1] }) < least { held.insert(code) }
        return held
    }

    /// Withholds what few rows decide at this model.
    mutating func withhold(
        _ rule: CoefficientRule, _ rows: StandardisedRows, usual: [[Double]], _ parallelism: Parallelism
    ) {
        guard !sums.isEmpty else { return }
        let found = rule.withheld(model, rows, usual: usual, parallelism)
        let predictors = model.family.predictorCount
        var experts = Set<Int>()
        for expert in sums.indices where sums[expert].isReleased {
            let before = sums[expert]
            withhold(
                predictors: (0..<predictors).filter { found.predictors.contains(expert * predictors + $0) },
                of: expert)
            for predictor in 0..<predictors {
                for column in (found.columns[expert * predictors + predictor] ?? []).sorted() {
                    guard let covariate = model.design.expertCovariates.firstIndex(of: column) else { continue }
                    sums[expert] = sums[expert].without([layout.slope(covariate, of: predictor)])
                }
            }
            if sums[expert] != before { experts.insert(expert) }
        }
        guard !experts.isEmpty else { return }
        warnings.append(.scoresWithheld(experts: ExpertPositions(experts.sorted()), minimum: rule.minimumRows))
    }
}

extension MixtureModel {
    /// Of a class that a site suppresses, against another.
    private static let suppressedLogOdds = -18.0

    /// The model of the rows without those of some classes: of the odds between the other classes.
    func without(classes: Set<Int>) -> MixtureModel {
        guard !classes.isEmpty, let count = family.response.classes?.count else { return self }
        let layout = design.expertLayout
        var result = self
        for expert in experts.indices {
            for code in 1..<count {
                let positions = layout.coefficients(of: code - 1)
                if classes.contains(code) {
                    for position in positions { result.experts[expert].coefficients[position] = 0 }
                    result.experts[expert].coefficients[positions.lowerBound] = Self.suppressedLogOdds
                } else if classes.contains(0) {
                    result.experts[expert].coefficients[positions.lowerBound] -= Self.suppressedLogOdds
                }
            }
        }
        return result
    }
}
