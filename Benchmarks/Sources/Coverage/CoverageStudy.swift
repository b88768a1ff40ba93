import Aggregation
import Estimation
import Foundation
import MixtureOfExperts
import Numerics

/// Data sets of one true model: fits of the sites and their aggregation, each in the order of the true experts.
struct CoverageStudy: Sendable {
    let truth: MixtureModel
    let rows: Int
    let sites: Int
    let errors: StandardErrorMethod
    let aggregator: any Aggregator
    let aggregateErrors: AggregateErrors
    /// Standard deviation of the slopes of experts between sites.
    let between: Double
    let hasUnequalSites: Bool
    let seed: UInt64

    struct Replicate: Sendable {
        var local: [FittedMixture]
        var global: FittedMixture?
    }

    /// nil for a family that has no truth here.
    static func truth(family name: String, experts: Int, covariates: Int) -> MixtureModel? {
        let classes = ["a", "b", "c"]
        guard let family = ExpertFamilies.named(name, classes: classes) else { return nil }
        var random = RandomNumbers(seed: 5)
        let sizes: [String: Double] = [
            "gaussian": 2, "poisson": 0.5, "negative-binomial": 0.5, "gamma": 0.7, "multinomial": 2.5,
        ]
        let size: Double = sizes[name] ?? 1
        var gate = Matrix(rowCount: covariates + 1, columnCount: experts)
        for index in gate.storage.indices { gate.storage[index] = 1.2 * (2 * random.uniform() - 1) }
        var parameters = [Expert]()
        for expert in 0..<experts {
            var coefficients = [Double]()
            for index in 0..<family.predictorCount * (covariates + 1) {
                let isIntercept = index % (covariates + 1) == 0
                let level: Double = isIntercept && family.response == .count ? 1 + 1.2 * Double(expert) : 0
                coefficients.append(level + size * (2 * random.uniform() - 1))
            }
            let dispersion: Double = family.hasDispersion ? 0.5 + 0.5 * Double(expert) : 1
            parameters.append(Expert(coefficients: coefficients, dispersion: dispersion))
        }
        return MixtureModel(
            design: Design(target: "y", covariates: (1...covariates).map { "x\($0)" }), family: family,
            gate: SoftmaxGate(coefficients: gate), experts: parameters)
    }

    func data(_ replicate: Int, _ site: Int) -> ShardRows {
        var random = RandomNumbers(seed: seed).split(replicate).split(site)
        var count = rows
        if hasUnequalSites {
            // The mean of the law is 1.2 / 0.2 times its least value; none has more than ten times the rows of an equal site.
            count = min(Int(Double(rows) / 4 * pow(1 - random.uniform(), -1 / 1.2)), 10 * rows)
        }
        var model = truth
        let regressors = truth.design.expertPositions.count
        for expert in model.experts.indices where between > 0 {
            for position in model.experts[expert].coefficients.indices where !position.isMultiple(of: regressors) {
                model.experts[expert].coefficients[position] += between * random.normal()
            }
        }
        let covariates = Matrix(
            rowCount: count, columnCount: truth.design.covariateCount,
            storage: (0..<count * truth.design.covariateCount).map { _ in random.normal() })
        return ShardRows(covariates: covariates, responses: model.sample(covariates, using: &random))
    }

    /// What the global model estimates: where sites differ the fit to a million rows of the same law.
    func estimand(_ parallelism: Parallelism) throws -> MixtureModel {
        guard between > 0 else { return truth }
        let parts = parallelism.map(count: Self.manyRows / rows) { data(-1, $0) }
        let all = ShardRows(
            covariates: Matrix(
                columns: (0..<truth.design.covariateCount).map { column in
                    parts.flatMap { $0.covariates.column(column) }
                }), responses: parts.flatMap(\.responses))
        let options = FitOptions(
            expertCount: truth.expertCount, starts: 1, standardErrors: .none, initialModels: [truth])
        let fitted = try LocalFit(
            design: truth.design, family: truth.family, options: options, parallelism: parallelism
        ).fit(all).fitted
        return matched(fitted).model
    }

    private static let manyRows = 1_000_000

    func replicate(_ index: Int) -> Replicate { estimates((0..<sites).map { data(index, $0) }) }

    private func estimates(_ shards: [ShardRows]) -> Replicate {
        let options = FitOptions(
            expertCount: truth.expertCount, starts: 1, standardErrors: errors, initialModels: [truth])
        let local = shards.compactMap { rows in
            try? LocalFit(design: truth.design, family: truth.family, options: options).fit(rows).fitted
        }
        var settings = AggregationOptions(inconsistentSites: .keep)
        settings.errors = aggregateErrors
        let global = try? Coordinator(aggregator: aggregator, options: settings).aggregate(
            local.enumerated().map { Contribution(name: "site \($0.offset)", fitted: $0.element) })
        return Replicate(local: local.map(matched), global: global.map { matched($0.fitted) })
    }

    /// In the order of the true experts: that of least squared distance of the coefficients.
    private func matched(_ fitted: FittedMixture) -> FittedMixture {
        let experts = truth.experts.indices
        guard fitted.model.expertCount == experts.count else { return fitted }
        let costs = Matrix(
            columns: experts.map { own in
                experts.map { other in
                    let difference = zip(
                        fitted.model.experts[own].coefficients, truth.experts[other].coefficients
                    ).map(-)
                    return dot(difference, difference)
                }
            })
        return fitted.reordered(LinearAssignment(costs).columns)
    }

    // MARK: Bootstrap

    struct BootstrapRow: Encodable {
        var kind: String
        /// Over the parameters of a kind: bootstrap standard deviation / standard error.
        var local: Double
        var aggregated: Double
    }

    /// Rows of each site drawn with replacement, everything done again.
    func bootstrap(_ dataSet: Int, draws: Int, _ parallelism: Parallelism) -> [BootstrapRow] {
        let shards = (0..<sites).map { data(dataSet, $0) }
        let original = estimates(shards)
        let drawn = parallelism.map(count: draws) { draw in
            estimates(
                shards.enumerated().map { site, rows in
                    var random = RandomNumbers(seed: seed).split(-1 - draw).split(site)
                    let count = rows.rowCount
                    let chosen: [Int] = (0..<count).map { _ in min(Int(random.uniform() * Double(count)), count - 1) }
                    return rows.subset(chosen)
                })
        }
        guard let global = original.global else { return [] }
        let local = CoverageTable.deviations(drawn.compactMap(\.local.first), relativeTo: original.local[0])
        let aggregated = CoverageTable.deviations(drawn.compactMap(\.global), relativeTo: global)
        return local.map { kind, ratio in
            BootstrapRow(kind: kind.rawValue, local: ratio, aggregated: aggregated[kind] ?? 0)
        }.sorted { $0.kind < $1.kind }
    }
}
