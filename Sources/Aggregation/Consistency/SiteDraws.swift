import Foundation
import MixtureOfExperts
import Numerics

/// Rows as a site has them by its own account: covariates drawn from the sketch of a local expert, the response from that expert.
struct SiteDraws {
    /// In pooled standard units.
    let rows: ShardRows
    /// log f̂_m of each.
    private let own: [Double]

    init(_ mixture: LocalMixture, site: Int, count: Int, using random: inout RandomNumbers) {
        let members = mixture.members[site]
        let drawn = random.systematicSample(count, weights: members.map { mixture.components[$0].moments.weight })
        var points = Matrix(rowCount: count, columnCount: mixture.design.covariateCount)
        var first = 0
        while first < count {
            let last = drawn[first...].firstIndex { $0 != drawn[first] } ?? count
            var normals = Matrix(rowCount: last - first, columnCount: points.columnCount)
            for row in 0..<normals.rowCount {
                for column in 0..<normals.columnCount { normals[row, column] = random.normal() }
            }
            let component = members.lowerBound + drawn[first]
            points.insert(mixture.sketch.points(of: component, at: normals), at: first, 0)
            first = last
        }
        let responses = mixture.sampleResponses(
            points, ofComponents: drawn.map { members.lowerBound + $0 }, using: &random)
        rows = ShardRows(covariates: points, responses: responses)
        own = mixture.sites[site].model.logDensities(points, responses: responses)
    }

    private init(rows: ShardRows, own: [Double]) {
        self.rows = rows
        self.own = own
    }

    /// One row of so many, of every expert.
    func thinned(every step: Int) -> SiteDraws {
        let kept = Array(stride(from: 0, to: own.count, by: step))
        return SiteDraws(rows: rows.subset(kept), own: kept.map { own[$0] })
    }

    /// The largest value there is of ``divergence(to:)``: one of the rows says nothing beyond that nobody else has it.
    var largestDivergence: Double { log(Double(own.count)) }

    /// KL(f̂_m ‖ f), the mean of log f̂_m - log f over the rows, not below 0; nats per row.
    ///
    /// Of mixtures there is no closed form. Density for density they can be compared whatever experts they are made of, which no table of
    /// experts allows: two optima of one likelihood may describe the same rows by other experts. log f is taken as at least that of one
    /// row in all, since a single row where f has none says more than all others together.
    ///
    /// - Parameters:
    ///   - model: in the same units.
    ///   - change: what the rows undergo before; none where nil.
    func divergence(to model: MixtureModel, after change: RowChange? = nil) -> Double {
        let changed = change?.applied(to: rows) ?? rows
        let shift = change?.logJacobian ?? 0
        let others = model.logDensities(changed.covariates, responses: changed.responses)
        let sum = zip(own, others).reduce(0) { sum, pair in
            let bounded = Scalar.logSumExp([pair.1 + shift, pair.0 - largestDivergence])
            let difference = pair.0 - bounded
            // No number: a dispersion of 0, say.
            return sum + (difference.isFinite ? difference : largestDivergence)
        }
        return max(0, sum / Double(own.count))
    }
}
