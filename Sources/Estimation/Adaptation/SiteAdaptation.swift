import Messages
import MixtureOfExperts
import Numerics

/// A shared model adapted to the rows of one site: some of its parameters fitted again under a normal prior around the shared ones.
///
/// Nothing of it leaves the site: no rule withholds anything.
package struct SiteAdaptation: Sendable {
    /// In the user's units, with the moments that say what standard units are.
    let shared: FittedMixture
    package let part: AdaptedPart
    /// nil: by the evidence of the rows.
    let priorPrecision: Double?
    let parallelism: Parallelism
    /// Center and scale of the rows behind the shared model.
    package let standardisation: Standardisation

    /// - Parameters:
    ///   - shared: the model of all sites.
    ///   - part: nil: the gate, where there is one, else intercepts.
    ///   - priorPrecision: of every parameter in standard units; infinite: the shared model.
    ///   - parallelism: over blocks of rows.
    package init(
        of shared: FittedMixture, _ part: AdaptedPart? = nil, priorPrecision: Double? = nil,
        parallelism: Parallelism = .serial
    ) {
        self.shared = shared
        self.part = part ?? (shared.model.expertCount > 1 ? .gate : .intercepts)
        self.priorPrecision = priorPrecision
        self.parallelism = parallelism
        standardisation = Standardisation(
            Moments.sum(shared.moments, count: shared.model.design.covariateCount + 1),
            keeping: shared.model.design.unscaledColumns(shared.model.family))
    }

    /// - Parameter source: rows of the design of the model; at least one has a weight.
    /// - Throws: ``EstimationError/valuesTooLarge(column:)`` where the model has no density.
    package func fit(_ source: any RowSource) throws(EstimationError) -> AdaptedModel {
        let units = units(of: source)
        let model = units.standardised(shared.model)
        let rows = StandardisedRows(source: source, standardisation: units, weightUnit: 1)
        let least = model.experts.map(\.dispersion).min() ?? 1
        let parameters = ParameterLayout(
            model, dispersionFloor: min(least, FitOptions(expertCount: model.expertCount).varianceFloor))
        let search = PrecisionSearch(shared: model, parameters: parameters, rows: rows, parallelism: parallelism)
        let start = search.point([:], from: model)
        guard start.mode.logLikelihood.isFinite else { throw .valuesTooLarge(column: farthestColumn(rows)) }
        let blocks = part.blocks(parameters)
        let best =
            priorPrecision.map { precision in
                search.point(Dictionary(uniqueKeysWithValues: blocks.map { ($0, precision) }), from: model)
            } ?? search.best(blocks)
        return AdaptedModel(
            model: inUserUnits(best, units), errors: errors(best, units), center: units.center, scale: units.scale,
            report: report(best, start, blocks, rows))
    }

    /// Center and scale of the rows behind the shared model, and no scale of a covariate below what the rows of the site show about
    /// that center.
    ///
    /// Sites withhold how often a rare level occurs and release the column as constant: its pooled spread is too small, and a slope of
    /// the gate would have next to no prior.
    private func units(of source: any RowSource) -> Standardisation {
        let columns = shared.model.design.covariateCount
        let center = standardisation.center
        let sums = source.sum(parallelism, from: [Double](repeating: 0, count: columns + 1)) { sums, block, _, count in
            for lane in 0..<count { sums[columns] += block.weights[lane] }
            for column in 0..<columns {
                let values = block.covariate(column)
                for lane in 0..<count {
                    let difference = values[lane] - center[column]
                    sums[column] += block.weights[lane] * difference * difference
                }
            }
        } merge: { sums, other in
            for index in sums.indices { sums[index] += other[index] }
        }
        let unscaled = shared.model.design.unscaledColumns(shared.model.family)
        let scale = standardisation.scale.enumerated().map { column, pooled in
            guard column < columns, !unscaled.contains(column), sums[columns] > 0 else { return pooled }
            let own = (sums[column] / sums[columns]).squareRoot()
            return own.isFinite ? max(pooled, own) : pooled
        }
        return Standardisation(center: center, scale: scale)
    }

    /// What was not fitted is, to the last digit, what it was.
    private func inUserUnits(_ point: PrecisionSearch.Point, _ units: Standardisation) -> MixtureModel {
        var result = units.inUserUnits(point.mode.model)
        let precisions = point.prior.precisions
        if precisions[.gate] == nil { result.gate = shared.model.gate }
        if precisions[.intercepts] == nil {
            for index in result.experts.indices {
                result.experts[index].coefficients = shared.model.experts[index].coefficients
            }
        }
        if precisions[.dispersions] == nil {
            for index in result.experts.indices {
                result.experts[index].dispersion = shared.model.experts[index].dispersion
            }
        }
        return result
    }

    /// The inverse of the penalised information; 0 of what was not fitted.
    private func errors(_ point: PrecisionSearch.Point, _ units: Standardisation) -> ParameterUncertainty? {
        let parameters = point.prior.parameters
        guard let inverse = GeneralisedInverse(point.mode.information) else { return nil }
        let errors = parameters.uncertainty(
            inverse.inverse.spread(to: point.mode.free, of: parameters.count),
            undetermined: inverse.undetermined.map { point.mode.free[$0] }, source: .posterior)
        return units.inUserUnits(errors, of: point.mode.model).released
    }

    private func farthestColumn(_ rows: StandardisedRows) -> String {
        let design = shared.model.design
        let largest = rows.sum(parallelism, from: [Double](repeating: 0, count: design.covariateCount + 1)) {
            largest, block, _, count in
            for column in largest.indices {
                for lane in 0..<count { largest[column] = max(largest[column], abs(block.covariate(column)[lane])) }
            }
        } merge: { largest, other in
            for column in largest.indices { largest[column] = max(largest[column], other[column]) }
        }
        let names = design.covariates + [design.target]
        return names[largest.indices.max { largest[$0] < largest[$1] } ?? 0]
    }
}
