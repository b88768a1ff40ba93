import Numerics

/// A mixture with the statistics of its experts: what a site sends, and what an aggregation returns.
package struct FittedMixture: Sendable, Equatable {
    /// In the user's units.
    package var model: MixtureModel
    /// Moments of (x, y) under the posterior of each expert, in the user's units: the experts' statistics and the
    /// covariate sketch in one.
    package var moments: [Moments]
    /// The complete-data information of each expert's coefficients, predictor after predictor, in the user's units; none where
    /// the family's fit is closed, for then the moments hold it.
    package var information: [PackedSymmetric]
    package var rowCount: Int
    /// Σ of the row weights: what a shard weighs in an aggregation.
    package var weight: Double
    /// nil where no slope was penalised.
    package var selection: SlopeSelection?
    /// How sure the parameters are; nil where that is not known.
    package var errors: ParameterUncertainty?
    /// Of each expert beside its information: the gradient of the log-likelihood by its coefficients, in the user's units, which a
    /// lasso or a prior leaves; none where no slope was penalised, for it is 0 then.
    package var scores: [[Double]]
    /// Of each expert its suppressed classes, by number; empty where there are none.
    package var suppressedClasses: [[Int]] = []
    /// In the user's units; nil where no slope has one.
    ///
    /// The information is that of the likelihood, without it.
    package var prior: SlopePrior?
    /// For each of them the rows of the class that are not in the statistics, as a rounded count in the weight of the rows.
    package var suppressedCounts: [[Double]] = []
    /// Of each expert those of the covariates, in the user's units, nil where one is withheld or has too few rows; empty where none are
    /// known.
    package var marginals: [[Marginal?]] = []
    /// Experts of which deviations and slopes are released, and no correlations: their moments are those of uncorrelated covariates.
    package var withheldCovariances: Set<Int> = []
    /// Global experts whose statistics are withheld: their moments are made of those of other experts and of their own parameters.
    package var withheldStatistics: Set<Int> = []
    /// Of each expert the covariates, by number, that a rule made constant in its statistics; empty where there are none.
    package var withheldColumns: [[Int: WithheldColumn]] = []
    /// In standard errors; nil where numbers are exact.
    package var roundingStep: Double?

    package init(
        model: MixtureModel, moments: [Moments], information: [PackedSymmetric] = [], rowCount: Int, weight: Double,
        selection: SlopeSelection? = nil, errors: ParameterUncertainty? = nil, scores: [[Double]] = []
    ) {
        precondition(moments.count == model.expertCount, "statistics for every expert")
        precondition(
            information.count == (model.family is any ClosedFormFamily ? 0 : model.expertCount),
            "information of every expert whose fit is not closed")
        self.model = model
        self.moments = moments
        self.information = information
        self.rowCount = rowCount
        self.weight = weight
        self.selection = selection
        self.scores = scores
        self.errors = errors
    }

    /// Means of the covariates over the rows of all experts.
    package var center: [Double] {
        let total = moments.reduce(0) { $0 + $1.weight }
        return (0..<model.design.covariateCount).map { column in
            moments.reduce(0) { $0 + $1.weight * $1.mean[column] } / (total > 0 ? total : 1)
        }
    }

    /// The same with the covariates in the order of another design; nil where the two do not use the same ones.
    package func arranged(as design: Design) -> FittedMixture? {
        guard let arranged = model.arranged(as: design) else { return nil }
        if model.design == design { return self }
        let columns = design.positions(of: model.design) + [model.design.covariateCount]
        var result = FittedMixture(
            model: arranged, moments: moments.map { $0.permuted(columns) },
            information: information.map { $0.permuted(model.coefficientOrder(in: design)) }, rowCount: rowCount,
            weight: weight, selection: selection,
            errors: errors?.permuted(
                coefficients: model.coefficientOrder(in: design), regressors: model.gateOrder(in: design)),
            scores: scores.map { score in model.coefficientOrder(in: design).map { score[$0] } })
        result.suppressedClasses = suppressedClasses
        result.prior = prior.map { prior in
            let (coefficients, regressors) = (model.coefficientOrder(in: design), model.gateOrder(in: design))
            return SlopePrior(
                experts: prior.experts.map { units in coefficients.map { units[$0] } },
                gate: regressors.map { prior.gate[$0] }, weight: prior.weight)
        }
        result.suppressedCounts = suppressedCounts
        result.withheldCovariances = withheldCovariances
        result.withheldStatistics = withheldStatistics
        result.roundingStep = roundingStep
        let covariates = columns.dropLast()
        let position = Dictionary(uniqueKeysWithValues: zip(covariates, covariates.indices))
        result.withheldColumns = withheldColumns.map { own in
            Dictionary(uniqueKeysWithValues: own.compactMap { column, reason in position[column].map { ($0, reason) } })
        }
        result.marginals = marginals.map { own in covariates.map { own[$0] } }
        return result
    }

    /// With the prior of slopes without a finite maximum, and the score that it leaves where a fit has ended.
    package mutating func set(_ prior: SlopePrior?) {
        self.prior = prior
        if let prior {
            scores = model.experts.indices.map { prior.gradient($0, model.experts[$0].coefficients) }
        }
    }

    /// The mixture of the same rows with all weights multiplied by `factor`.
    package func scaled(by factor: Double) -> FittedMixture {
        var result = self
        result.moments = moments.map { $0.scaled(by: factor) }
        result.information = information.map { factor * $0 }
        result.weight = factor * weight
        result.errors = errors?.scaled(by: factor)
        result.scores = scores.map { $0.map { factor * $0 } }
        result.prior?.weight *= factor
        result.suppressedCounts = suppressedCounts.map { $0.map { factor * $0 } }
        return result
    }

    /// The experts by falling weight, those without parameters after the others.
    ///
    /// Where a lasso chose the gate's slopes, those against its last of three and more experts, that expert stays the last.
    package var orderOfWeight: [Int] {
        let fixed = model.experts.indices.filter { model.experts[$0].fixed != nil }
        let order =
            model.regressions.sorted { (moments[$0].weight, $1) > (moments[$1].weight, $0) }
            + fixed.sorted { Expert.fixedPrecedes(model.experts[$0], model.experts[$1]) }
        guard selection?.gate == true, order.count > 2 else { return order }
        return order.filter { $0 != order.count - 1 } + [order.count - 1]
    }

    /// The same with the experts by falling weight: an order that does not depend on how they were found.
    package func inOrderOfWeight() -> FittedMixture { reordered(orderOfWeight) }

    /// The same with the experts in another order: new expert k is old expert `order[k]`.
    package func reordered(_ order: [Int]) -> FittedMixture {
        var result = self
        result.model = model.reordered(order)
        result.moments = order.map { moments[$0] }
        if !information.isEmpty { result.information = order.map { information[$0] } }
        if !scores.isEmpty { result.scores = order.map { scores[$0] } }
        if !suppressedClasses.isEmpty { result.suppressedClasses = order.map { suppressedClasses[$0] } }
        if !suppressedCounts.isEmpty { result.suppressedCounts = order.map { suppressedCounts[$0] } }
        if !marginals.isEmpty { result.marginals = order.map { marginals[$0] } }
        result.selection = selection?.reordered(order)
        result.prior = prior?.reordered(order)
        result.errors = errors?.reordered(order)
        if !withheldColumns.isEmpty { result.withheldColumns = order.map { withheldColumns[$0] } }
        result.withheldCovariances = Set(order.indices.filter { withheldCovariances.contains(order[$0]) })
        result.withheldStatistics = Set(order.indices.filter { withheldStatistics.contains(order[$0]) })
        return result
    }

    /// The information of an expert's coefficients if that of a row did not depend on its covariates: J ⊗ Σ w τ z z' / Σ w τ, J that of the
    /// intercepts.
    ///
    /// - Parameter gram: Σ w τ z z', z = (1, covariates of the experts).
    package func blockInformation(_ expert: Int, gram: Matrix) -> PackedSymmetric {
        let own = information[expert]
        let layout = model.design.expertLayout
        let predictors = model.family.predictorCount
        let weight = moments[expert].weight
        var result = PackedSymmetric(size: own.size)
        for first in 0..<predictors {
            for second in 0...first {
                let rate = weight > 0 ? own[layout.intercept(of: first), layout.intercept(of: second)] / weight : 0
                for (row, a) in layout.coefficients(of: first).enumerated() {
                    for (column, b) in layout.coefficients(of: second).enumerated() where b <= a {
                        result[a, b] = rate * gram[row, column]
                    }
                }
            }
        }
        return result
    }
}
