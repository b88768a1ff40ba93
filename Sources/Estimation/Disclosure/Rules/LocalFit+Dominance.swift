import Messages
import MixtureOfExperts

/// What a fit releases where one or two rows make up most of a column.
extension LocalFit {
    /// The largest shares that are released, and of each expert the columns that are not.
    struct Dominance {
        var first = 0.0
        var both = 0.0
        var columns: [Set<Int>]
        /// Of each expert, by column: kurtosis less 1.
        var spreads = [[Double]]()
    }

    /// - Parameters:
    ///   - fitted: in the units of the rows.
    ///   - complete: the same with all columns.
    func withoutDominatedColumns(
        _ fitted: inout FittedMixture, of complete: FittedMixture, _ rows: StandardisedRows
    ) -> Dominance {
        var result = Dominance(columns: complete.moments.map { _ in [] })
        guard let rules = options.rules else { return result }
        let rule = DominanceRule(rules: rules)
        let parts = rule.parts(of: complete.model, complete.moments, rows, parallelism)
        result.spreads = rule.spreads(parts, complete.moments)
        // An expert whose responses are dominated was left out, unless it is the only one.
        for one in rule.dominated(parts, complete.moments)
        where one.column < design.covariateCount && fitted.moments[one.expert].scatter[one.column, one.column] > 0 {
            fitted.leaveOut(one.column, of: one.expert, value: one.value)
            result.columns[one.expert].insert(one.column)
        }
        for (expert, moments) in fitted.moments.enumerated() {
            for column in 0..<moments.count where moments.scatter[column, column] > 0 {
                let own = parts[expert][column]
                result.first = max(result.first, own.first / moments.scatter[column, column])
                result.both = max(result.both, (own.first + own.second) / moments.scatter[column, column])
            }
        }
        return result
    }

    /// - Parameter columns: of each expert, in the order of the file.
    func dominanceWarnings(_ columns: [Set<Int>]) -> [FitWarning] {
        Set(columns.joined()).sorted().map { column in
            .columnDominated(
                column: design.covariates[column],
                experts: ExpertPositions(columns.indices.filter { columns[$0].contains(column) }))
        }
    }

    func figures(_ report: FitReport, _ released: FittedMixture, _ dominance: Dominance) -> DisclosureFigures {
        DisclosureFigures(
            leastEffectiveRows: released.moments.map(\.effectiveRows).min() ?? 0, parameters: report.freeParameters,
            rows: released.rowCount, largestShare: dominance.first.inPercent, twoLargestShares: dominance.both.inPercent
        )
    }

    func covarianceWarnings(_ released: FittedMixture) -> [FitWarning] {
        released.withheldCovariances.isEmpty
            ? [] : [.covariancesWithheld(experts: ExpertPositions(released.withheldCovariances.sorted()))]
    }
}

extension Double {
    /// In whole ones below: more digits are those of one row.
    fileprivate var inPercent: Double { (100 * self).rounded(.down) / 100 }
}
