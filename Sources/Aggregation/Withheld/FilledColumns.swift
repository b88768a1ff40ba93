import MixtureOfExperts
import Numerics

/// What other sites say of columns that a rule made constant at a site.
///
/// Such a constant is the value of no row, or not of all. Where two sites have slightly different ones, as are the rounded means of a rare
/// flag, whatever else their responses differ by divided by a thousandth would be a slope; of a column that no site releases nothing
/// else says what its slope is. So the coordinator fills in what was withheld from what others release, as it does with correlations: the
/// spread of the column at its mean, and the slope that the nearest experts have whose sites release it. The fit of all sites then has no contrast of constants
/// to follow, what the site says of its intercept stays, and nothing of its rows follows from what is made with it. A column
/// whose variation no site releases is one constant everywhere.
///
/// That rows with unknown values keep the slope that the others have is one step of EM for missing covariates (Little & Rubin 2019,
/// *Statistical analysis with missing data*, chapter 11).
extension [Contribution] {
    /// - Precondition: all of one design.
    func withWithheldColumnsFilledIn() -> [Contribution] {
        let withheld = Set(flatMap { $0.fitted.withheldColumns.flatMap(\.keys) }).sorted()
        guard let design = first?.fitted.model.design else { return self }
        var result = self
        let sites = map(\.fitted)
        var matches = ExpertMatches(sites)
        for column in withheld where column != design.offset {
            let released = ReleasedColumn(column, sites)
            let gates = ReleasedGateSlopes(column, sites, mostSites: ReleasedColumn.mostSites)
            for site in result.indices {
                gates.fill(&result[site].fitted) { matches.nearest(to: $0, of: site, in: $1) }
                for expert in result[site].fitted.moments.indices {
                    released.fill(&result[site].fitted, expert) { matches.nearest(to: expert, of: site, in: $0) }
                }
            }
        }
        return result
    }
}

/// A column as the experts have it whose sites release it.
private struct ReleasedColumn {
    private let column: Int
    /// Where no expert's column varies, nor that of one differs from that of another: the constant to take for it.
    private let constant: Double?
    private let twoValues: (low: Double, high: Double)?
    /// Within experts, per row.
    private let variance: Double
    /// Of the largest sites with experts that release the column: what these say of its slope in each predictor.
    private let evidence: [(site: Int, ofExperts: [Int: [SlopeEvidence]])]
    /// Of each predictor, what one row says on average.
    private let rowInformation: [Double]

    /// More say hardly more.
    static let mostSites = 30

    init(_ column: Int, _ sites: [FittedMixture]) {
        self.column = column
        let all = sites.flatMap { site in
            site.moments.indices.filter { site.moments[$0].weight > 0 }.map { (site: site, expert: $0) }
        }
        let (withheld, released) = (
            all.filter { $0.site.isWithheld(column, of: $0.expert) },
            all.filter { !$0.site.isWithheld(column, of: $0.expert) }
        )
        let varying = released.filter { $0.site.moments[$0.expert].scatter[column, column] > 0 }
        let values = released.map { $0.site.moments[$0.expert].mean[column] }
        let isConstant = varying.isEmpty && values.allSatisfy { $0 == values[0] }
        constant = isConstant ? values.first ?? Self.mean(withheld.map { $0.site.moments[$0.expert] }, column) : nil
        twoValues = Marginal.twoValues(
            of: varying.map { site, expert in
                (site.moments[expert], site.marginals.isEmpty ? nil : site.marginals[expert][column])
            }, column: column)
        let rows = varying.reduce(0) { $0 + $1.site.moments[$1.expert].weight }
        let scatter = varying.reduce(0) { $0 + $1.site.moments[$1.expert].scatter[column, column] }
        variance = rows > 0 ? scatter / rows : 0
        evidence = Self.evidence(column, sites)
        let known = evidence.flatMap { $0.ofExperts.sorted { $0.key < $1.key }.map(\.value) }
        rowInformation = (sites.first?.slopes(of: column) ?? []).indices.map { predictor in
            let weight = known.reduce(0) { $0 + $1[predictor].weight }
            return weight > 0 ? known.reduce(0) { $0 + $1[predictor].expected } / weight : 0
        }
    }

    private static func evidence(
        _ column: Int, _ sites: [FittedMixture]
    ) -> [(site: Int, ofExperts: [Int: [SlopeEvidence]])] {
        let known = sites.indices.map { site in
            (site: site, ofExperts: sites[site].evidence(of: column))
        }.filter { !$0.ofExperts.isEmpty }
        return Array(
            known.sorted { (sites[$0.site].weight, $1.site) > (sites[$1.site].weight, $0.site) }.prefix(mostSites))
    }

    private static func mean(_ moments: [Moments], _ column: Int) -> Double {
        let weight = moments.reduce(0) { $0 + $1.weight }
        return weight > 0 ? moments.reduce(0) { $0 + $1.weight * $1.mean[column] } / weight : 0
    }

    /// The mean by information over the nearest experts, with a prior about 0 that says as much as one row (unit information: Kass & Wasserman
    /// 1995): a slope that is separated, of no information, is none to fill in.
    private func slope(_ predictor: Int, _ nearest: (_ site: Int) -> Int) -> Double {
        let known = evidence.compactMap { $0.ofExperts[nearest($0.site)]?[predictor] }.filter { $0.slope != 0 }
        let total = known.reduce(rowInformation[predictor]) { $0 + $1.information }
        let mean = total > 0 ? known.reduce(0) { $0 + $1.information * $1.slope } / total : 0
        return mean.isFinite ? mean : 0
    }

    /// Fills in what an expert of a site withholds of the column.
    ///
    /// - Parameter nearest: the expert of another site that is nearest to it.
    func fill(_ fitted: inout FittedMixture, _ expert: Int, nearest: (_ site: Int) -> Int) {
        if let constant {
            fitted.leaveOut(column, of: expert, value: constant)
        } else if fitted.isWithheld(column, of: expert), fitted.moments[expert].weight > 0 {
            let isFixed = fitted.model.experts[expert].fixed != nil
            vary(&fitted, expert, slopes: rowInformation.indices.map { isFixed ? 0 : slope($0, nearest) })
        }
    }

    private func vary(_ fitted: inout FittedMixture, _ expert: Int, slopes: [Double]) {
        let mean = fitted.moments[expert].mean[column]
        let spread = spread(at: mean, fitted.withheldColumns[expert][column])
        guard spread > 0 else { return }
        for (slope, position) in zip(slopes, fitted.slopes(of: column)) {
            fitted.model.experts[expert].coefficients[position.intercept] -= shift(slope, fitted, expert)
            fitted.model.experts[expert].coefficients[position.slope] = slope
        }
        if fitted.information.isEmpty {
            fitted.moments[expert] = fitted.moments[expert].varying(column, variance: spread, slope: slopes.first ?? 0)
        } else {
            fitted.moments[expert] = fitted.moments[expert].varying(column, variance: spread, slope: 0)
            fitted.addInformation(of: column, variance: spread, expert)
        }
        guard let share = share(at: mean), let values = twoValues else { return }
        if fitted.marginals.isEmpty {
            let none = [Marginal?](repeating: nil, count: fitted.model.design.covariateCount)
            fitted.marginals = fitted.moments.map { _ in none }
        }
        fitted.marginals[expert][column] = Marginal(low: values.low, high: values.high, share: share).released
    }

    /// Of the higher of two values.
    private func share(at mean: Double) -> Double? {
        guard let twoValues else { return nil }
        let share = (mean - twoValues.low) / (twoValues.high - twoValues.low)
        return share > Self.rounding && share < 1 - Self.rounding ? share : nil
    }

    /// Of a value that was in standard units: a constant is one of the two values, not a mean of both.
    private static let rounding = 1e-9

    /// The variance of a row: of two values that of their mean; that of other sites where the constant is a mean, not the value of nearly all rows.
    private func spread(at mean: Double, _ reason: WithheldColumn?) -> Double {
        if let twoValues {
            return share(at: mean) == nil ? 0 : (mean - twoValues.low) * (twoValues.high - mean)
        }
        return reason == .usualValue ? 0 : variance
    }

    /// What an intercept is less by that was fitted at the constant: the mean of the responses stays.
    private func shift(_ slope: Double, _ fitted: FittedMixture, _ expert: Int) -> Double {
        let own = fitted.moments[expert]
        let family = fitted.model.family
        let linear = slope * own.mean[column]
        guard !fitted.information.isEmpty, rowInformation.count == 1, let twoValues,
            let share = share(at: own.mean[column])
        else { return linear }
        let predictor = fitted.model.design.predictors(fitted.model.experts[expert], at: own.mean)[0]
        let ends = [slope * twoValues.low, slope * twoValues.high]
        func excess(_ shift: Double) -> Double {
            (1 - share) * family.mean([predictor + ends[0] - shift]) + share
                * family.mean([predictor + ends[1] - shift])
                - family.mean([predictor])
        }
        var (low, high) = (min(ends[0], ends[1]), max(ends[0], ends[1]))
        for _ in 0..<Self.bisections {
            let middle = 0.5 * (low + high)
            if excess(middle) > 0 { low = middle } else { high = middle }
        }
        return 0.5 * (low + high)
    }

    private static let bisections = 60
}

/// What an expert says of a slope.
private struct SlopeEvidence {
    var slope: Double
    var information: Double
    /// The information if that of a row did not depend on its covariates.
    var expected: Double
    /// Of the expert's rows.
    var weight: Double
}

extension FittedMixture {
    /// Whether a rule made a column constant in an expert.
    fileprivate func isWithheld(_ column: Int, of expert: Int) -> Bool {
        !withheldColumns.isEmpty && withheldColumns[expert][column] != nil
    }

    /// Of the experts that release how a column varies, for each predictor.
    fileprivate func evidence(of column: Int) -> [Int: [SlopeEvidence]] {
        let known = moments.indices.filter {
            moments[$0].weight > 0 && moments[$0].scatter[column, column] > 0 && !isWithheld(column, of: $0)
        }
        return Dictionary(
            uniqueKeysWithValues: known.map { expert in
                (expert, slopes(of: column).map { evidence(expert, column, $0) })
            })
    }

    private func evidence(_ expert: Int, _ column: Int, _ position: (intercept: Int, slope: Int)) -> SlopeEvidence {
        let (spread, weight) = (moments[expert].scatter[column, column], moments[expert].weight)
        var result = SlopeEvidence(
            slope: model.experts[expert].coefficients[position.slope], information: spread, expected: spread,
            weight: weight)
        guard !information.isEmpty else { return result }
        let scale = model.family.scoreScale(model.experts[expert].dispersion)
        let (matrix, intercept) = (information[expert], information[expert][position.intercept, position.intercept])
        let cross = matrix[position.slope, position.intercept]
        result.information =
            intercept > 0 ? scale * max(0, matrix[position.slope, position.slope] - cross * cross / intercept) : 0
        result.expected = scale * intercept * spread / weight
        return result
    }

    /// That of a column that varies independently of all others.
    fileprivate mutating func addInformation(of column: Int, variance: Double, _ expert: Int) {
        let positions = slopes(of: column)
        for (index, first) in positions.enumerated() {
            for second in positions[...index] {
                information[expert][first.slope, second.slope] +=
                    variance * information[expert][first.intercept, second.intercept]
            }
        }
    }
}
