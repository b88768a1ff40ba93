import MixtureOfExperts
import Numerics

/// Keeps values that few rows have out of what leaves a site.
///
/// The number of rows behind an expert says nothing of the rows behind one column: sums over an indicator with a single 1
/// are that row, whole. So a column counts as known only by the rows that differ from its usual value.
struct Disclosure {
    let minRows: Double
    let source: any RowSource
    /// Of the source's columns, the response last.
    let summaries: [ColumnSummary]
    /// The covariate that no value may take the place of: coefficients depend on it.
    let offset: Int?
    /// The value that more than half of the rows have, and how many rows have another one.
    private let usual: [Int: (value: Double, others: Int)]

    init(
        minRows: Double, source: any RowSource, summaries: [ColumnSummary], offset: Int? = nil,
        parallelism: Parallelism
    ) {
        self.offset = offset
        self.minRows = minRows
        self.source = source
        self.summaries = summaries
        let candidates = summaries.indices.filter { summaries[$0].majority.lead > 0 }
            .map { (column: $0, value: summaries[$0].majority.value) }
        let counts = source.countRows(differingFrom: candidates, parallelism)
        usual = Dictionary(
            uniqueKeysWithValues: zip(candidates, counts).filter { 2 * $0.1 < source.rowCount }
                .map { ($0.column, (value: $0.value, others: $1)) })
    }

    /// Covariates of two values, levels and flags, one of which some but fewer than `minRows` rows have.
    var rareLevels: Set<Int> { Set(rareCovariates.filter { isLevel($0.key, $0.value) }.keys) }

    /// Covariates that vary in too few rows, and the constant to take for each.
    ///
    /// Of two values the mean, its small count rounded without bias: with the usual value the reference of a category would get the rows
    /// of all its rare levels. Of others the usual value, or the mean where fewer than `minRows` rows share that value.
    func constants(_ rounding: RandomRounding) -> [Int: Double] {
        Dictionary(
            uniqueKeysWithValues: rareCovariates.map { column, usual in
                guard isLevel(column, usual) else {
                    return (column, isShared(usual) ? usual.value : summaries[column].mean)
                }
                let other = summaries[column].distinct?.first { $0 != usual.value } ?? usual.value
                let share = Double(rounding.rounded(usual.others, label: column)) / Double(source.rowCount)
                return (column, usual.value + share * (other - usual.value))
            })
    }

    private func isLevel(_ column: Int, _ usual: (value: Double, others: Int)) -> Bool {
        summaries[column].distinct?.count == 2 && isShared(usual)
    }

    private var rareCovariates: [Int: (value: Double, others: Int)] {
        usual.filter { $0.key < source.covariateCount && $0.key != offset && isRare($0.value.others) }
    }

    private func isShared(_ usual: (value: Double, others: Int)) -> Bool {
        Double(source.rowCount - usual.others) >= minRows
    }

    /// The usual value of the response where some but fewer than `minRows` rows differ from it.
    var usualResponseIfRare: Double? {
        usual[source.covariateCount].flatMap { isRare($0.others) ? $0.value : nil }
    }

    /// The weight that `minRows` rows may have: a smaller sum of weights may be that of fewer rows.
    ///
    /// Where nothing is withheld, what is less than the weight of any row is no row.
    func leastWeight(of rows: StandardisedRows) -> Double {
        let weight = minRows <= 1 ? summaries[0].smallestWeight : summaries[0].largestWeight
        return minRows * weight / rows.weightUnit
    }

    /// For each column the values that most rows of some expert may share; none where nearly all rows differ.
    func usualValues(_ standardisation: Standardisation) -> [[Double]] {
        summaries.indices.map { column in
            (summaries[column].distinct?.sorted() ?? usual[column].map { [$0.value] } ?? [])
                .map { standardisation.standardised(value: $0, column: column) }
        }
    }

    private func isRare(_ count: Int) -> Bool { count > 0 && Double(count) < minRows }

    /// A column that varies in too few rows of an expert, and the constant to take for it there.
    struct RareColumn {
        /// The column after the covariates is the response.
        var column: Int
        var expert: Int
        var value: Double
    }

    /// The statistics and coefficients of experts without the columns that vary in too few of their rows.
    ///
    /// - Parameter rows: those of the source in the units of the model and the moments.
    func withoutRareColumns(
        _ fitted: FittedMixture, _ rows: StandardisedRows, _ parallelism: Parallelism
    ) -> (fitted: FittedMixture, left: [RareColumn]) {
        let rare = rareColumns(of: fitted.model, fitted.moments, rows, parallelism, isReleased: fitted.varies)
        var result = fitted
        for one in rare { result.leaveOut(one.column, of: one.expert, value: one.value) }
        return (result, rare)
    }

    /// - Parameters:
    ///   - rows: those of the source in the units of the model and the moments.
    ///   - isReleased: whether anything that leaves the site depends on a column in the rows of an expert.
    func rareColumns(
        of model: MixtureModel, _ moments: [Moments], _ rows: StandardisedRows, _ parallelism: Parallelism,
        isReleased: (_ column: Int, _ expert: Int) -> Bool
    ) -> [RareColumn] {
        var rare = [RareColumn]()
        let candidates = usualValues(rows.standardisation)
        let least = leastWeight(of: rows)
        guard candidates.contains(where: { !$0.isEmpty }) else { return [] }
        let shares = shares(of: candidates, model, rows, parallelism)
        for (column, values) in candidates.enumerated() where !values.isEmpty {
            for expert in 0..<model.expertCount {
                let own = shares[column].map { $0[expert] }
                guard let best = own.indices.max(by: { own[$0] < own[$1] }), isReleased(column, expert),
                    isRare(others: moments[expert].weight - own[best], usual: own[best], least: least)
                else { continue }
                let isShared = own[best] >= least
                rare.append(
                    RareColumn(
                        column: column, expert: expert,
                        value: isShared ? values[best] : moments[expert].mean[column]))
            }
        }
        return rare
    }

    /// A value is the usual one where more rows have it than have not: where all values differ none is, and what is released of them
    /// are sums over all rows.
    ///
    /// - Parameter least: see ``leastWeight(of:)``.
    func isRare(others: Double, usual: Double, least: Double) -> Bool { others < least && others < usual }

    /// Σ w τ over the rows with each value: [column][value][expert].
    private func shares(
        of values: [[Double]], _ model: MixtureModel, _ rows: StandardisedRows, _ parallelism: Parallelism
    ) -> [[[Double]]] {
        let experts = model.expertCount
        // In one array: the loop runs over all rows.
        let starts = values.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count * experts) }
        let none = [Double](repeating: 0, count: starts[values.count])
        let sums = model.sum(over: rows, by: .posteriors, parallelism, from: none) {
            sums, block, posteriors, _, count in
            for (column, candidates) in values.enumerated() where !candidates.isEmpty {
                let present = block.column(column + 1)
                for row in 0..<count {
                    guard let index = candidates.firstIndex(of: present[row]) else { continue }
                    let target = starts[column] + index * experts
                    for expert in 0..<experts {
                        sums[target + expert] += block.weights[row] * posteriors[expert * RowBlock.capacity + row]
                    }
                }
            }
        } merge: {
            $0.add($1)
        }
        return values.indices.map { column in
            values[column].indices.map { index in
                Array(sums[(starts[column] + index * experts)..<(starts[column] + (index + 1) * experts)])
            }
        }
    }
}

extension FittedMixture {
    /// Whether an expert's statistics or coefficients depend on a column.
    ///
    /// A coefficient may even where all of the expert's rows have one value: nothing determines it there, and elsewhere it
    /// gives absurd means.
    fileprivate func varies(in column: Int, _ expert: Int) -> Bool {
        moments[expert].scatter[column, column] > 0
            || slopes(of: column).contains { model.experts[expert].coefficients[$0.slope] != 0 }
    }
}

extension FittedMixture {
    /// The intercept and the dispersion of Gaussian experts that have lost a slope, by the moments that are left.
    ///
    /// The residuals of what is released then have the mean 0 and the dispersion as their mean square, as those of every fit.
    mutating func refitResiduals(after fit: MixtureModel) {
        guard model.family is GaussianFamily else { return }
        let response = model.design.covariateCount
        for index in model.experts.indices where model.experts[index].coefficients != fit.experts[index].coefficients {
            let own = moments[index]
            guard own.weight > 0, own.scatter[response, response] > 0 else { continue }
            let terms = zip(model.experts[index].coefficients.dropFirst(), model.design.expertCovariates)
            let intercept = terms.reduce(own.mean[response]) { $0 - $1.0 * own.mean[$1.1] }
            model.experts[index].coefficients[0] = intercept
            let square = own.meanSquaredResidual(
                of: model.experts[index].coefficients, on: model.design.expertCovariates)
            model.experts[index].dispersion = max(model.experts[index].dispersion, square)
        }
    }
}
