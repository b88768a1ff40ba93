import MixtureOfExperts
import Numerics

/// What ``SiteAdaptation`` made of a shared model, in the user's units.
package struct AdaptedModel: Sendable, Equatable {
    package var model: MixtureModel
    /// From the curvature of the posterior at its mode, intercepts at the means of the rows behind the shared model; nil where the search
    /// did not end at a maximum.
    package var errors: ParameterUncertainty?
    /// Of the covariates and the response: the units of the prior.
    package var center: [Double]
    package var scale: [Double]
    package var report: AdaptationReport
}

/// How an adaptation went.
package struct AdaptationReport: Sendable, Equatable {
    package var part: AdaptedPart
    package var rowCount: Int
    package var weight: Double
    /// Of each block that was to be fitted; nil where it stayed at the shared model.
    package var precisions: [AdaptedBlock: Double?]
    /// Whether the precisions are those with the largest evidence, or were given.
    package var isByEvidence: Bool
    package var sharedLogLikelihood: Double
    /// Of the adapted model, without the prior.
    package var logLikelihood: Double
    /// By how much the marginal likelihood of the rows, in nats, exceeds their likelihood under the shared model; nil where it is not known.
    package var logEvidence: Double?
    /// Parameters that were fitted.
    package var parameterCount: Int
    /// How many of them the rows decide rather than the prior.
    package var effectiveParameters: Double
    package var iterations: Int
    package var isConverged: Bool
    /// Mean gate of each expert over the rows of the site, by the shared and by the adapted gate.
    package var sharedShares: [Double]
    package var shares: [Double]
    package var warnings: [AdaptationWarning]
}

extension SiteAdaptation {
    func report(
        _ best: PrecisionSearch.Point, _ start: PrecisionSearch.Point, _ blocks: [AdaptedBlock],
        _ rows: StandardisedRows
    ) -> AdaptationReport {
        let (mode, shared) = (best.mode, start.mode)
        let weight = rows.totalWeight(parallelism)
        // What is left of equal terms may be below 0.
        let effective = max(0, mode.effectiveParameters(best.prior))
        var report = AdaptationReport(
            part: part, rowCount: rows.rowCount, weight: weight,
            precisions: Dictionary(uniqueKeysWithValues: blocks.map { ($0, best.prior.precisions[$0]) }),
            isByEvidence: priorPrecision == nil, sharedLogLikelihood: shared.logLikelihood - logScale(weight),
            logLikelihood: mode.logLikelihood - logScale(weight),
            logEvidence: best.logEvidence.map { $0 - shared.logLikelihood }, parameterCount: mode.free.count,
            effectiveParameters: effective, iterations: mode.iterations, isConverged: mode.isConverged,
            sharedShares: shared.model.shares(rows, weight, parallelism),
            shares: mode.model.shares(rows, weight, parallelism), warnings: [])
        report.warnings = warnings(report, candidates: blocks.flatMap(best.prior.parameters.indices).count)
        if case .weightsAreNoCounts(let sum, let count) = rows.warningOfWeights(sum: weight, parallelism) {
            report.warnings.append(.weightsAreNoCounts(sum: sum, rows: count))
        }
        return report
    }

    /// Of a density of the response in the user's units.
    private func logScale(_ weight: Double) -> Double { weight * standardisation.logResponseScale }

    private func warnings(_ report: AdaptationReport, candidates: Int) -> [AdaptationWarning] {
        var result = [AdaptationWarning]()
        if report.rowCount < candidates { result.append(.fewRows(rows: report.rowCount, parameters: candidates)) }
        if !report.isConverged { result.append(.notConverged(iterations: report.iterations)) }
        let count = report.parameterCount
        if report.isByEvidence, count == 0 { result.append(.noEvidence) }
        if count > 0, report.effectiveParameters < 0.1 * Double(count) {
            result.append(.priorDominated(effective: report.effectiveParameters, parameters: count))
        }
        if report.isByEvidence, let least = PrecisionSearch.grid.last,
            let found = report.precisions.values.compactMap({ $0 }).min(), found <= least
        {
            result.append(.leastPrecision(precision: least))
        }
        return result
    }
}

extension RowSource {
    func totalWeight(_ parallelism: Parallelism) -> Double {
        sum(parallelism, from: 0.0) { sum, block, _, count in
            for lane in 0..<count { sum += block.weights[lane] }
        } merge: {
            $0 += $1
        }
    }
}

extension MixtureModel {
    /// The mean gate of each expert over some rows.
    fileprivate func shares(_ rows: any RowSource, _ weight: Double, _ parallelism: Parallelism) -> [Double] {
        sum(over: rows, by: .gates, parallelism, from: [Double](repeating: 0, count: expertCount)) {
            sums, block, gates, _, count in
            for expert in sums.indices {
                for lane in 0..<count { sums[expert] += block.weights[lane] * gates[expert * RowBlock.capacity + lane] }
            }
        } merge: { sums, other in
            for expert in sums.indices { sums[expert] += other[expert] }
        }.map { weight > 0 ? $0 / weight : 0 }
    }
}
