import MixtureOfExperts
import Numerics
import TestSupport

import Estimation

/// A shared model of a family, and rows of a site whose gate and intercepts are others.
struct AdaptationFixture {
    let shared: FittedMixture
    let rows: ShardRows

    init(_ family: FamilyModel, count: Int = 300, seed: UInt64 = 1, weights: [Double]? = nil) {
        var random = RandomNumbers(seed: seed)
        let pooled = family.rows(1500, seed: seed + 100)
        shared = Self.fitted(family.model, pooled)
        var site = family.model
        for column in 0..<site.expertCount - 1 {
            for row in 0..<site.gate.coefficients.rowCount { site.gate.coefficients[row, column] += random.normal() }
        }
        rows = RandomData.rows(site, count: count, weights: weights, using: &random)
    }

    static func fitted(_ model: MixtureModel, _ rows: ShardRows) -> FittedMixture {
        let statistics = model.statistics(of: rows, level: .expectationMaximization)
        let isClosed = model.family is any ClosedFormFamily
        return FittedMixture(
            model: model, moments: statistics.expertMoments,
            information: isClosed
                ? [] : model.experts.indices.map { statistics.expertInformation($0, model.design.expertPositions) },
            rowCount: rows.rowCount, weight: rows.totalWeight)
    }

    /// In the units of the shared model.
    var standardisation: Standardisation { SiteAdaptation(of: shared).standardisation }

    func fit(_ part: AdaptedPart = .gate, precision: Double? = nil, threads: Int = 1) throws -> AdaptedModel {
        try SiteAdaptation(
            of: shared, part, priorPrecision: precision, parallelism: Parallelism(threads: threads)
        ).fit(rows)
    }
}

extension MixtureModel {
    /// Log-likelihood of rows in the units of the model.
    func logLikelihood(_ rows: ShardRows) -> Double {
        zip(logDensities(rows.covariates, responses: rows.responses), 0..<rows.rowCount).reduce(0) {
            $0 + rows.weight($1.1) * $1.0
        }
    }
}
