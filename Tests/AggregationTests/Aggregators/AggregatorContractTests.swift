import Aggregation
import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// What holds for every way of aggregating.
@Suite struct AggregatorContractTests {
    static let names = Aggregators.all.map(\.name)

    private func aggregate(
        _ method: String, _ contributions: [Contribution], threads: Int = 1, supportSize: Int = 400
    ) throws -> GlobalModel {
        try Coordinator(
            aggregator: #require(Aggregators.named(method)), options: AggregationOptions(supportSize: supportSize),
            parallelism: Parallelism(threads: threads)
        ).aggregate(contributions)
    }

    private static func reversed(_ contribution: Contribution) -> Contribution {
        let fitted = contribution.fitted
        let order = Array(fitted.model.experts.indices.reversed())
        return Contribution(
            name: contribution.name,
            fitted: FittedMixture(
                model: fitted.model.reordered(order), moments: fitted.moments.reversed(), rowCount: fitted.rowCount,
                weight: fitted.weight))
    }

    /// A local model of one expert, or of three.
    private static func local(experts: Int) -> FittedMixture {
        var random = RandomNumbers(seed: 5)
        let easy = RandomData.easyModel
        let rows = RandomData.easyRows(400, seed: 8)
        let copies = (0..<experts).map { index in
            var expert = easy.experts[index % 2]
            expert.coefficients = expert.coefficients.map { $0 + 0.05 * random.normal() }
            return expert
        }
        let gates = (0..<experts).map { $0 == experts - 1 ? [0, 0, 0] : [0.4 - 0.3 * Double($0), 1.5, -0.5] }
        let model = MixtureModel(
            design: easy.design, gate: SoftmaxGate(coefficients: Matrix(columns: gates)), experts: copies)
        var fitted = LocalModels.fitted(model, on: rows)
        if experts == 1 {
            // One expert for both groups: the fit of all rows.
            let single = GaussianFamily().fit(
                fitted.moments[0], on: easy.design.expertCovariates, dispersionFloor: 1e-9)
            fitted.model = MixtureModel(design: easy.design, gate: model.gate, experts: [single])
        }
        return fitted
    }

    @Test func namesAreDifferent() {
        #expect(Set(Self.names).count == Self.names.count)
        #expect(Aggregators.named("unheard-of") == nil)
        for aggregator in Aggregators.all { #expect(!aggregator.title.isEmpty) }
    }

    @Test(arguments: names) func neitherOrderNorThreadsMatter(method: String) throws {
        let contributions = LocalModels.disturbed(1...4)
        let global = try aggregate(method, contributions)
        let moved = [2, 0, 3, 1].map { contributions[$0] }
        for other in [
            try aggregate(method, moved), try aggregate(method, moved.map(Self.reversed)),
            try aggregate(method, contributions, threads: 2),
        ] {
            #expect(other.fitted == global.fitted)
            #expect(other.report == global.report)
        }
    }

    @Test(arguments: names) func theResultIsAModelOfAllRows(method: String) throws {
        let contributions = LocalModels.disturbed(1...4)
        let global = try aggregate(method, contributions)
        let fitted = global.fitted
        #expect(fitted.model.experts.allSatisfy { $0.coefficients.allSatisfy(\.isFinite) && $0.dispersion > 0 })
        #expect(fitted.model.gate.coefficients.storage.allSatisfy { $0.isFinite })
        #expect(fitted.moments.allSatisfy { $0.mean.allSatisfy(\.isFinite) })
        #expect(fitted.rowCount == contributions.reduce(0) { $0 + $1.fitted.rowCount })
        let weight = contributions.reduce(0) { $0 + $1.fitted.weight }
        #expect(difference(fitted.weight, weight) < 1e-12)
        #expect(difference(fitted.moments.reduce(0) { $0 + $1.weight }, weight) < 1e-12)
        #expect(difference(global.report.sites.reduce(0) { $0 + $1.weight }, 1) < 1e-12)
        #expect(global.report.method == method && !global.report.chosen.description.isEmpty)
        #expect(global.report.objectives.allSatisfy { $0.isFinite && $0 >= -1e-12 })
        #expect(global.report.sites.allSatisfy { $0.labels.allSatisfy((0..<global.model.expertCount).contains) })
        #expect(global.report.leftOut.isEmpty)
    }

    /// Methods that take a local model as it is or average parameters keep it to rounding; those that fit a gate to the
    /// support keep it to the fit's tolerance and ridge; a fit to draws keeps it to the noise of the draws.
    private static func tolerance(_ method: String) -> (experts: Double, gate: Double) {
        switch method {
        case "average", "aligned", "medoid", "best": (1e-12, 1e-12)
        case "distillation": (0.1, 0.4)
        default: (1e-8, 1e-4)
        }
    }

    private static let local = Result {
        try LocalFit(
            design: RandomData.design(2), options: FitOptions(expertCount: 2, starts: 3, tolerance: 1e-13)
        ).fit(RandomData.easyRows(500, seed: 5)).fitted
    }

    @Test(arguments: names) func oneModelOrCopiesOfItGiveThatModel(method: String) throws {
        let fitted = try Self.local.get()
        let local = fitted.inOrderOfWeight()
        for count in [1, 3] {
            let copies = LocalModels.named([FittedMixture](repeating: fitted, count: count))
            let global = try aggregate(method, copies, supportSize: 800)
            let tolerance = Self.tolerance(method)
            let experts = (global.model.experts, local.model.experts)
            #expect(
                difference(experts.0.flatMap(\.coefficients), experts.1.flatMap(\.coefficients)) < tolerance.experts)
            #expect(difference(experts.0.map(\.dispersion), experts.1.map(\.dispersion)) < tolerance.experts)
            let gates = (global.model.gate.coefficients.storage, local.model.gate.coefficients.storage)
            #expect(difference(gates.0, gates.1) < tolerance.gate)
            #expect(global.fitted.weight == Double(count) * local.weight)
            #expect(global.report.sites.allSatisfy { $0.labels == [0, 1] })
        }
    }

    @Test(arguments: names) func sitesOfDifferentSize(method: String) throws {
        let contributions = LocalModels.named(
            [LocalModels.disturbed(1), LocalModels.disturbed(2), Self.local(experts: 1), Self.local(experts: 3)])
        guard ["average", "aligned"].contains(method) else {
            let global = try aggregate(method, contributions)
            #expect((1...3).contains(global.model.expertCount))
            #expect(global.model.experts.allSatisfy { $0.coefficients.allSatisfy(\.isFinite) && $0.dispersion > 0 })
            return
        }
        let error = try #require(throws: AggregationError.self) {
            try Coordinator(
                aggregator: #require(Aggregators.named(method)),
                options: AggregationOptions(supportSize: 200, inconsistentSites: .keep)
            ).aggregate(contributions)
        }
        guard case .differentExpertCounts(method, _, let first, _, let second) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(first != second)
        #expect(error.description.hasPrefix("\(method) averages expert by expert, but site "))
        #expect(error.description.hasSuffix("use another method"))
    }

    /// Alignment undoes what sorting by weight cannot: shares that differ from site to site.
    @Test func alignmentFindsTheExpertsThatBelongTogether() throws {
        let easy = RandomData.easyModel
        let sites = [2.5, -2.5, 2.5, -2.5].enumerated().map { index, intercept in
            var model = easy
            var gate = easy.gate.coefficients
            gate[0, 0] = intercept
            model.gate = SoftmaxGate(coefficients: gate)
            var random = RandomNumbers(seed: UInt64(index))
            return LocalModels.fitted(model, on: RandomData.rows(model, count: 300, using: &random))
        }
        let aligned = try aggregate("aligned", LocalModels.named(sites))
        let plain = try aggregate("average", LocalModels.named(sites))
        func distance(_ global: GlobalModel) -> Double {
            easy.experts.map { expert in
                global.model.experts.map { difference($0.coefficients, expert.coefficients) }.min() ?? .infinity
            }.max() ?? .infinity
        }
        #expect(distance(aligned) < 1e-12)
        #expect(distance(plain) > 0.3)
    }

    @Test func theMedoidIsInTheMiddle() throws {
        let sizes = [0.0, -0.2, 0.2, -0.4, 0.4]
        let sites = sizes.map { shift in
            var model = RandomData.easyModel
            for expert in model.experts.indices { model.experts[expert].coefficients[0] += shift }
            return LocalModels.fitted(model, on: RandomData.easyRows(300, seed: 4))
        }
        for order in [[0, 1, 2, 3, 4], [3, 4, 0, 2, 1]] {
            let named = order.map { Contribution(name: "shifted by \(sizes[$0])", fitted: sites[$0]) }
            let global = try aggregate("medoid", named)
            #expect(global.report.chosen == .localModel(site: "shifted by 0.0"))
        }
    }

    @Test func theBestIsOneOfAllScored() throws {
        let report = try aggregate("best", LocalModels.disturbed(1...4)).report
        #expect(report.candidates.count == 4)
        let best = try #require(report.candidates.max { $0.score < $1.score })
        #expect(report.chosen == best.construction)
    }
}
