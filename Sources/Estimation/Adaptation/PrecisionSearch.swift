import Foundation
import MixtureOfExperts
import Numerics

/// The precisions of the prior with the largest evidence: the marginal likelihood of the site's own rows, by Laplace's approximation.
///
/// Block after block over a grid from the shared model downwards, each mode the start of the next, so that the path is one and the same
/// whatever the order of experts or the number of threads; then the vertex of the parabola through the best point and its neighbours in
/// log P. Newton steps in log P would end at the nearest optimum: where the gate of a site is unlike the shared one the evidence has a
/// second one at infinite precision, which is the shared model.
struct PrecisionSearch: Sendable {
    let shared: MixtureModel
    let parameters: ParameterLayout
    let rows: any RowSource
    let parallelism: Parallelism

    /// In units of the parameters: standard deviations of 0.01 to 10.
    static let grid = stride(from: 4.0, through: -2.0, by: -0.5).map { pow(10, $0) }
    private static let cycles = 3

    struct Point: Sendable {
        var prior: SharedModelPrior
        var mode: AdaptationStep.Mode
        /// nil where it is not known.
        var logEvidence: Double?
    }

    func point(_ precisions: [AdaptedBlock: Double], from start: MixtureModel) -> Point {
        let prior = SharedModelPrior(shared, parameters, precisions: precisions)
        let held = Set(AdaptedBlock.allCases.filter { prior.precisions[$0] == nil })
        let mode = AdaptationStep(rows: rows, prior: prior, parallelism: parallelism)
            .mode(from: start.replacing(held, from: shared))
        return Point(prior: prior, mode: mode, logEvidence: mode.logEvidence(prior))
    }

    func best(_ blocks: [AdaptedBlock]) -> Point {
        var best = point([:], from: shared)
        for _ in 0..<(blocks.count > 1 ? Self.cycles : 1) {
            let before = best.prior.precisions
            for block in blocks { best = self.best(block, from: best) }
            if best.prior.precisions == before { break }
        }
        return best
    }

    /// With the precisions of the other blocks as they are.
    private func best(_ block: AdaptedBlock, from start: Point) -> Point {
        func point(_ precision: Double, from other: Point) -> Point {
            self.point(other.prior.precisions.merging([block: precision]) { $1 }, from: other.mode.model)
        }
        var points = [point(.infinity, from: start)]
        for precision in Self.grid { points.append(point(precision, from: points[points.count - 1])) }
        let scores = points.map { $0.logEvidence ?? -.infinity }
        guard let index = scores.indices.max(by: { scores[$0] < scores[$1] }) else { return start }
        var candidates = [start, points[index]]
        if index > 1, index < scores.count - 1,
            let shift = Self.vertex(scores[index - 1], scores[index], scores[index + 1])
        {
            let between = Self.grid[index - 1] * pow(Self.grid[index] / Self.grid[index - 1], shift)
            candidates.append(point(between, from: points[index]))
        }
        return candidates.max { ($0.logEvidence ?? -.infinity) < ($1.logEvidence ?? -.infinity) } ?? start
    }

    /// Of the parabola through three points at -1, 0 and 1, the middle one the highest.
    private static func vertex(_ before: Double, _ middle: Double, _ after: Double) -> Double? {
        let curvature = before - 2 * middle + after
        guard curvature < 0, curvature.isFinite else { return nil }
        return min(max(0.5 * (before - after) / curvature, -1), 1)
    }
}

extension MixtureModel {
    /// With the parameters of some blocks of another model.
    fileprivate func replacing(_ blocks: Set<AdaptedBlock>, from other: MixtureModel) -> MixtureModel {
        var result = self
        if blocks.contains(.gate) { result.gate = other.gate }
        let layout = design.expertLayout
        for (index, expert) in other.experts.enumerated() {
            if blocks.contains(.dispersions) { result.experts[index].dispersion = expert.dispersion }
            guard blocks.contains(.intercepts) else { continue }
            for intercept in layout.intercepts(expert.coefficients.count) {
                result.experts[index].coefficients[intercept] = expert.coefficients[intercept]
            }
        }
        return result
    }
}

extension SiteAdaptation {
    /// The log evidence of precisions, by Laplace's approximation, where all that has none is held; nil where it is not known.
    ///
    /// - Parameter model: the shared one, in the units of the rows.
    package static func logEvidence(
        _ precisions: [AdaptedBlock: Double], of model: MixtureModel, on rows: any RowSource
    ) -> Double? {
        let floor = model.experts.map(\.dispersion).min() ?? 1
        return PrecisionSearch(
            shared: model, parameters: ParameterLayout(model, dispersionFloor: floor), rows: rows, parallelism: .serial
        ).point(precisions, from: model).logEvidence
    }
}
