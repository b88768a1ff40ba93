import Aggregation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// A single file does not decide how long an aggregation takes.
@Suite struct UsualExpertCountTests {
    /// The same mixture with so many copies of each expert, which share its rows.
    private func copied(_ fitted: FittedMixture, times: Int) -> FittedMixture {
        let model = fitted.model
        let indices = model.experts.indices.flatMap { [Int](repeating: $0, count: times) }
        return FittedMixture(
            model: MixtureModel(
                design: model.design,
                gate: SoftmaxGate(
                    coefficients: Matrix(columns: indices.map { Array(model.gate.coefficients.column($0)) })),
                experts: indices.map { model.experts[$0] }),
            moments: indices.map { fitted.moments[$0].scaled(by: 1 / Double(times)) }, rowCount: fitted.rowCount,
            weight: fitted.weight)
    }

    private func usual(_ counts: [Int]) -> Int {
        let one = LocalModels.disturbed(1).reordered([0])
        return LocalModels.named(counts.map { copied(one, times: $0) }).usualExpertCount
    }

    @Test(arguments: [
        ([4], 4), ([400], 400), ([2, 3, 4], 4), ([1, 8], 8), ([1, 12], 10), ([2, 2, 1000], 10), ([5, 40, 5], 15),
        ([5, 14], 14), ([30, 40], 40), ([50, 50, 2], 50),
    ]) func itIsTheLargestUnlessOneStandsOut(counts: [Int], expected: Int) {
        #expect(usual(counts) == expected)
        #expect(usual(counts.reversed()) == expected)
    }

    /// 40 copies of each expert, with the weights of one.
    @Test func copiesDoNotMakeAGlobalModel() throws {
        var sites = LocalModels.disturbed(1...3)
        sites[1].fitted = copied(sites[1].fitted, times: 40)
        let options = AggregationOptions(supportSize: 100)
        let global = try Coordinator(options: options).aggregate(sites)
        let experts = sites[1].fitted.model.expertCount
        #expect(global.fitted.model.expertCount == 10)
        #expect(
            global.report.warnings.contains(.manyExpertsOfOneSite(site: "site 2", experts: experts, used: 10)))
        var asked = options
        asked.expertCount = sites[0].fitted.model.expertCount
        let fewer = try Coordinator(options: asked).aggregate(sites)
        #expect(!fewer.report.warnings.contains { if case .manyExpertsOfOneSite = $0 { true } else { false } })
    }
}
