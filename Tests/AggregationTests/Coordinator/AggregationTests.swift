import Aggregation
import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

@Suite struct AggregationTests {
    private var options = AggregationOptions(supportSize: 800)

    private var support: GivenSupport {
        var random = RandomNumbers(seed: 77)
        return GivenSupport(covariates: RandomData.matrix(600, 2, using: &random), source: "a table")
    }

    private func aggregate(
        _ contributions: [Contribution], support: GivenSupport? = nil, threads: Int = 1,
        by aggregator: any Aggregator = TransportAggregator.chosen,
        _ change: (inout AggregationOptions) -> Void = { _ in }
    ) throws -> GlobalModel {
        var options = options
        change(&options)
        return try Coordinator(aggregator: aggregator, options: options, parallelism: Parallelism(threads: threads))
            .aggregate(contributions, support: support)
    }

    // MARK: What does not matter

    @Test(arguments: [false, true]) func theOrderOfModels(given: Bool) throws {
        let contributions = LocalModels.disturbed(1...5)
        let support = given ? support : nil
        let global = try aggregate(contributions, support: support)
        for order in [[4, 3, 2, 1, 0], [2, 0, 4, 1, 3]] {
            let other = try aggregate(order.map { contributions[$0] }, support: support)
            #expect(other.fitted == global.fitted)
            #expect(other.report == global.report)
        }
    }

    @Test(arguments: AggregationOptions.GateTarget.allCases)
    func theOrderOfExperts(gate: AggregationOptions.GateTarget) throws {
        let contributions = LocalModels.disturbed(1...5)
        var permuted = contributions
        for site in [0, 3] {
            let fitted = contributions[site].fitted
            permuted[site].fitted = FittedMixture(
                model: fitted.model.reordered([1, 0]), moments: fitted.moments.reversed(), rowCount: fitted.rowCount,
                weight: fitted.weight)
        }
        let global = try aggregate(contributions, support: support) { $0.gateTarget = gate }
        let other = try aggregate(permuted, support: support) { $0.gateTarget = gate }
        #expect(difference(other.coefficients, global.coefficients) < 1e-9)
        #expect(
            difference(other.model.gate.coefficients.storage, global.model.gate.coefficients.storage) < 1e-9)
        for site in 0..<5 {
            // Labels are assigned by falling weight of the local experts, whatever their order was.
            #expect(try labels(other, site) == labels(global, site))
        }
    }

    /// Points of the support are drawn component by component: their order must not depend on that of the experts.
    @Test func theOrderOfExpertsWithoutSupport() throws {
        let contributions = LocalModels.disturbed(1...5)
        let permuted = contributions.map { contribution in
            Contribution(
                name: contribution.name,
                fitted: FittedMixture(
                    model: contribution.fitted.model.reordered([1, 0]), moments: contribution.fitted.moments.reversed(),
                    rowCount: contribution.fitted.rowCount, weight: contribution.fitted.weight))
        }
        let (global, other) = (try aggregate(contributions), try aggregate(permuted))
        #expect(difference(other.coefficients, global.coefficients) < 1e-9)
        #expect(difference(other.model.gate.coefficients.storage, global.model.gate.coefficients.storage) < 1e-9)
    }

    private func labels(_ global: GlobalModel, _ index: Int) throws -> [Int] {
        try #require(global.report.sites.first { $0.name == "site \(index + 1)" }).labels
    }

    @Test func threads() throws {
        let contributions = LocalModels.disturbed(1...5)
        #expect(try aggregate(contributions, threads: 2) == aggregate(contributions))
    }

    @Test func units() throws {
        let contributions = LocalModels.disturbed(1...4)
        let units = Standardisation(center: [100, -3, 5000], scale: [0.01, 20, 300])
        let moved = contributions.map { contribution in
            Contribution(
                name: contribution.name,
                fitted: FittedMixture(
                    model: units.inUserUnits(contribution.fitted.model),
                    moments: contribution.fitted.moments.map(units.inUserUnits),
                    rowCount: contribution.fitted.rowCount, weight: contribution.fitted.weight))
        }
        let global = try aggregate(contributions) { $0.gateTarget = .label }
        let other = try aggregate(moved) { $0.gateTarget = .label }
        let returned = units.standardised(other.model)
        #expect(
            difference(returned.experts.flatMap(\.coefficients), global.model.experts.flatMap(\.coefficients)) < 1e-6)
        #expect(difference(returned.experts.map(\.dispersion), global.model.experts.map(\.dispersion)) < 1e-6)
        #expect(difference(returned.gate.coefficients.storage, global.model.gate.coefficients.storage) < 1e-5)
    }

    // MARK: What has to come out

    private func fittedLocally(_ seed: UInt64) throws -> Contribution {
        let rows = RandomData.easyRows(500, seed: seed)
        let fit = LocalFit(
            design: RandomData.design(2), options: FitOptions(expertCount: 2, starts: 3, tolerance: 1e-13))
        return Contribution(name: "only", fitted: try fit.fit(rows).fitted)
    }

    @Test func oneModelIsItself() throws {
        let local = try fittedLocally(5)
        let global = try aggregate([local])
        let experts = local.fitted.model.experts
        #expect(difference(global.model.experts.flatMap(\.coefficients), experts.flatMap(\.coefficients)) < 1e-8)
        #expect(difference(global.model.experts.map(\.dispersion), experts.map(\.dispersion)) < 1e-8)
        let gates = (global.model.gate.coefficients.storage, local.fitted.model.gate.coefficients.storage)
        #expect(difference(gates.0, gates.1) < 1e-4)
        #expect(global.fitted.rowCount == 500 && global.fitted.weight == 500)
        #expect(global.report.warnings.isEmpty)
        #expect(global.report.converged)
    }

    @Test func twoCopiesAreTheSameModel() throws {
        let local = try fittedLocally(5)
        let copy = Contribution(name: "copy", fitted: local.fitted)
        let (one, two) = (try aggregate([local]), try aggregate([local, copy]))
        #expect(difference(two.coefficients, one.coefficients) < 1e-8)
        #expect(difference(two.model.gate.coefficients.storage, one.model.gate.coefficients.storage) < 1e-4)
        #expect(two.fitted.weight == 1000)
        #expect(two.report.warnings.count == 1)
        #expect(
            two.report.warnings.allSatisfy {
                $0 == .duplicatedModel(first: "copy", second: "only")
                    || $0 == .duplicatedModel(first: "only", second: "copy")
            })
    }

    /// One model for all sites, each with its own statistics: the aggregation is the M-step of the pooled fit.
    @Test func expertsAreThePooledMStep() throws {
        let model = LocalModels.disturbed(3, by: 0.1).model
        let shards = (1...4).map { RandomData.easyRows(150 * $0, seed: UInt64($0)) }
        let contributions = LocalModels.named(shards.map { LocalModels.fitted(model, on: $0) })
        let global = try aggregate(contributions)
        let pooled = model.statistics(of: .concatenation(shards), level: .expectationMaximization)
        let expected = pooled.expertMoments.map { GaussianFamily().fit($0, on: [0, 1], dispersionFloor: 0) }
            .sorted { $0.coefficients[0] < $1.coefficients[0] }
        let actual = global.model.experts.sorted { $0.coefficients[0] < $1.coefficients[0] }
        #expect(difference(actual.flatMap(\.coefficients), expected.flatMap(\.coefficients)) < 1e-9)
        #expect(difference(actual.map(\.dispersion), expected.map(\.dispersion)) < 1e-9)
    }

    @Test func momentsFollowTheLabels() throws {
        let contributions = LocalModels.disturbed(1...5)
        let global = try aggregate(contributions) { $0.expertCount = 4 }
        #expect(global.model.expertCount == 4)
        var weights = [0.0, 0, 0, 0]
        for contribution in contributions {
            let site = try #require(global.report.sites.first { $0.name == contribution.name })
            for (label, moments) in zip(site.labels, contribution.fitted.moments) { weights[label] += moments.weight }
            #expect(site.rows == contribution.fitted.rowCount)
        }
        #expect(difference(global.fitted.moments.map(\.weight), weights) < 1e-12)
        #expect(weights == weights.sorted(by: >))
        #expect(difference(global.report.sites.reduce(0) { $0 + $1.weight }, 1) < 1e-12)
    }

    // MARK: Options and report

    @Test func theReportSaysHow() throws {
        let contributions = LocalModels.disturbed(1...4)
        let drawn = try aggregate(contributions).report
        #expect(drawn.siteWeights == .density && drawn.support == .sketches && drawn.supportSize == 800)
        #expect(drawn.candidates.prefix(2).map(\.construction.description) == ["gate by label", "gate by plan"])
        #expect(drawn.candidates.contains { $0.construction == drawn.chosen })
        #expect(zip(drawn.objectives, drawn.objectives.dropFirst()).allSatisfy { $0.1 <= $0.0 })
        let given = try aggregate(contributions, support: support).report
        #expect(given.support == .covariates(source: "a table") && given.supportSize == 600)
    }

    @Test func published() throws {
        let contributions = LocalModels.disturbed(1...4)
        let support = support
        let global = try aggregate(contributions, support: support, by: TransportAggregator.published)
        #expect(global.report.siteWeights == .constant)
        #expect(global.report.candidates.map(\.construction) == [.support(target: .plan, siteWeights: .constant)])
        #expect(global.report.chosen == .support(target: .plan, siteWeights: .constant))

        // Its experts are where the MM algorithm with constant weights ends on this support …
        let fitted = contributions.map(\.fitted)
        let units = Standardisation(Moments.sum(fitted.flatMap(\.moments), count: 3))
        let sites = fitted.map { site in
            FittedMixture(
                model: units.standardised(site.model), moments: site.moments.map { units.standardised($0) },
                rowCount: site.rowCount, weight: site.weight)
        }
        let problem = TransportProblem(
            LocalMixture(sites: sites, siteWeights: .constant),
            support: .unweighted(units.standardised(support.covariates)))
        let experts = units.standardised(global.model).experts
        let last = try #require(global.report.objectives.last)
        let objective = TransportPlan(problem, experts: experts).objective
        #expect(relativeError(objective, last) < 1e-9)
        let again = TransportReduction.run(problem, from: experts, tolerance: 1e-9, maxIterations: 100)
        #expect(relativeError(again.objectives[again.objectives.count - 1], objective) < 1e-7)
        // … and not those of the statistics.
        let statistics = try aggregate(contributions, support: support)
        #expect(difference(statistics.coefficients, global.coefficients) > 1e-6)
    }

    // MARK: Sites that see different groups

    @Test func densityWeightsWhereSitesDiffer() throws {
        let heterogeneous = try LocalModels.heterogeneous.get()
        let truth = heterogeneous.score(heterogeneous.benchmark.trueModel)
        let density = try Coordinator(options: AggregationOptions(expertCount: 5))
            .aggregate(heterogeneous.contributions)
        let constant = try Coordinator(
            options: AggregationOptions(expertCount: 5, siteWeights: .constant)
        ).aggregate(heterogeneous.contributions)
        #expect(heterogeneous.score(density.model) > truth - 0.01)
        #expect(heterogeneous.score(density.model) > heterogeneous.score(constant.model) + 0.02)
        #expect(density.model.expertCount == 5)
    }

    @Test func everyGroupFindsItsExpert() throws {
        let heterogeneous = try LocalModels.heterogeneous.get()
        let global = try Coordinator(options: AggregationOptions(expertCount: 5))
            .aggregate(heterogeneous.contributions)
        for truth in heterogeneous.benchmark.trueModel.experts {
            let distance = global.model.experts.map { difference($0.coefficients, truth.coefficients) }.min()
            #expect(try #require(distance) < 0.03)
        }
    }

    // MARK: Refusals

    private func failure(_ aggregation: () throws -> GlobalModel) -> AggregationError? {
        do {
            _ = try aggregation()
            return nil
        } catch {
            return error as? AggregationError
        }
    }

    @Test func nothingToAggregate() { #expect(failure { try aggregate([]) } == .noModels) }

    private func disagreement(_ other: FittedMixture) -> String? {
        let contributions = [
            Contribution(name: "a", fitted: LocalModels.disturbed(1)), Contribution(name: "b", fitted: other),
        ]
        guard case .disagreement(let first, let second, let what) = failure({ try aggregate(contributions) }) else {
            return nil
        }
        return Set([first, second]) == ["a", "b"] ? what : nil
    }

    @Test func disagreements() throws {
        #expect(disagreement(LocalModels.disturbed(2)) == nil)
        let target = Design(target: "z", covariates: ["x1", "x2"])
        let targets = try #require(disagreement(LocalModels.disturbed(2, design: target)))
        #expect(targets.contains("target") && targets.contains("'y'") && targets.contains("'z'"))
        let covariates = Design(target: "y", covariates: ["x1", "w"])
        let names = try #require(disagreement(LocalModels.disturbed(2, design: covariates)))
        #expect(names.contains("covariates") && names.contains("'x2'") && names.contains("'w'"))
        let order = Design(target: "y", covariates: ["x2", "x1"])
        #expect(disagreement(LocalModels.disturbed(2, design: order)) == nil)
    }

    @Test func disagreementOnTheFamily() throws {
        var other = LocalModels.disturbed(2)
        other.model = MixtureModel(
            design: other.model.design, family: RenamedFamily(), gate: other.model.gate, experts: other.model.experts)
        let what = try #require(disagreement(other))
        #expect(what.contains("family") && what.contains("'gaussian'") && what.contains("'renamed'"))
    }

    @Test func tooManyExperts() throws {
        let contributions = LocalModels.disturbed(1...3)
        #expect(
            failure { try aggregate(contributions) { $0.expertCount = 7 } } == .tooManyExperts(asked: 7, components: 6))
        #expect(try aggregate(contributions) { $0.expertCount = 6 }.model.expertCount == 6)
    }

    @Test func supportTooSmall() throws {
        let few = GivenSupport(covariates: support.covariates.rows(Array(0..<13)), source: "few")
        let enough = GivenSupport(covariates: support.covariates.rows(Array(0..<14)), source: "enough")
        let contributions = LocalModels.disturbed(1...3)
        #expect(failure { try aggregate(contributions, support: few) } == .supportTooSmall(rows: 13, needed: 14))
        #expect(failure { try aggregate(contributions, support: enough) } == nil)
    }
}
