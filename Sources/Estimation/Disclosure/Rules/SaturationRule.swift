import MixtureOfExperts

/// Bounds the free parameters of a model over the rows that it was fitted to: with as many parameters as rows, parameters are rows.
///
/// Above the bound, or with fewer residual degrees of freedom than the threshold, a site gets fewer experts, then one expert without slopes,
/// which takes the rows of the threshold alone.
package struct SaturationRule: Sendable {
    /// nil where nothing is withheld.
    let rules: DisclosureRules?

    package init(_ rules: DisclosureRules?) { self.rules = rules }

    /// - Parameters:
    ///   - rows: of the site.
    ///   - experts: the most that are asked for.
    ///   - fit: with at most so many experts; with 0, one expert without slopes.
    /// - Throws: what `fit` throws, `noModelPossible` where not even a mean and a dispersion are below the bound.
    package func fit(
        _ rows: Int, experts: Int, _ fit: (_ most: Int) throws(EstimationError) -> LocalModel
    ) throws(EstimationError) -> LocalModel {
        guard let rules else { return try fit(experts) }
        var most = experts
        var first: LocalModel?
        while true {
            var local: LocalModel
            do throws(EstimationError) { local = try fit(most) } catch {
                guard most > 0, error.isForSlopesAlone, Double(rows) >= rules.minimumRows else { throw error }
                most = 0
                continue
            }
            let ratio = local.parametersPerRow
            let isSaturated = ratio > rules.parametersPerRow
            if !isSaturated, most == 0 || local.residualDegreesOfFreedom >= rules.minimumRows {
                if let first {
                    local.report.warnings.append(
                        .saturated(
                            asked: first.model.regressionCount, fitted: local.model.regressionCount,
                            parameters: first.report.freeParameters, rows: first.fitted.rowCount,
                            bound: rules.parametersPerRow))
                }
                return local
            }
            guard most > 0 else {
                throw .noModelPossible(
                    rows: rows,
                    needed: Int((Double(local.report.freeParameters) / rules.parametersPerRow).rounded(.up)))
            }
            first = first ?? local
            most = Self.fewer(than: local.model.regressionCount, by: min(1, rules.parametersPerRow / ratio))
        }
    }

    /// - Parameter share: of the parameters that may stay; those of an expert are much the same in all.
    private static func fewer(than experts: Int, by share: Double) -> Int {
        min(experts - 1, Int((Double(experts) * share).rounded(.down)))
    }
}

extension EstimationError {
    /// Whether the rows are too few for the slopes of a regression, and may be enough for a mean.
    fileprivate var isForSlopesAlone: Bool {
        switch self {
        case .noModelPossible, .tooFewReleasedRows: true
        default: false
        }
    }
}

extension LocalModel {
    fileprivate var residualDegreesOfFreedom: Double { Double(fitted.rowCount - report.freeParameters) }

    package var parametersPerRow: Double { Double(report.freeParameters) / Double(max(fitted.rowCount, 1)) }
}
