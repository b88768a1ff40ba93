import Estimation
import Foundation
import MixtureOfExperts
import Numerics

/// What a fit should perhaps have been asked for: experts without parameters, where there are none.
struct FitAdvice {
    let rows: any RowSource
    let local: LocalModel
    let seed: UInt64

    private static let mostRows = 8000
    /// Of the rows, beyond what is expected of the value.
    private static let leastExcess = 0.05
    /// A value of a grid has neighbours that are about as frequent.
    private static let leastRatio = 3.0
    private static let smallShare = 0.1
    private static let wideRatio = 5.0

    func notices(source: String) -> [ReadingNotice] {
        guard !local.model.hasFixedExperts, local.model.family.response.classes == nil else { return [] }
        return [sharedResponse(source), wideExpert(source)].compactMap { $0 }
    }

    /// The most frequent response of some rows, where more have it than the model expects and than have any other one.
    private func sharedResponse(_ source: String) -> ReadingNotice? {
        var random = RandomNumbers(seed: seed).split(-9)
        let some = rows.chosen(random.sample(Self.mostRows, below: rows.rowCount).sorted())
        let counts = Dictionary(some.responses.map { ($0, 1) }, uniquingKeysWith: +)
        guard let most = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return nil }
        let share = Double(most.value) / Double(max(some.rowCount, 1))
        let next = Double(counts.filter { $0.key != most.key }.values.max() ?? 0) / Double(max(some.rowCount, 1))
        let isCount = local.model.family.response == .count
        guard isCount || share > Self.leastRatio * next else { return nil }
        return share - expected(most.key, some) > Self.leastExcess
            ? .sharedResponse(most.key, share: share, source: source) : nil
    }

    /// The mean probability of a count; 0 where responses have densities.
    private func expected(_ value: Double, _ some: ShardRows) -> Double {
        guard local.model.family.response == .count, some.rowCount > 0 else { return 0 }
        let responses = [Double](repeating: value, count: some.rowCount)
        return local.model.logDensities(some.covariates, responses: responses).reduce(0) { $0 + exp($1) }
            / Double(some.rowCount)
    }

    private func wideExpert(_ source: String) -> ReadingNotice? {
        guard local.model.family is GaussianFamily, local.model.expertCount > 1 else { return nil }
        let deviations = local.model.experts.map { $0.dispersion.squareRoot() }
        guard let widest = deviations.indices.max(by: { deviations[$0] < deviations[$1] }) else { return nil }
        let others = deviations.indices.filter { $0 != widest }.map { deviations[$0] }.max() ?? 0
        let total = local.fitted.moments.reduce(0) { $0 + $1.weight }
        let share = local.fitted.moments[widest].weight / total
        guard others > 0, deviations[widest] > Self.wideRatio * others, share < Self.smallShare else { return nil }
        return .wideExpert(expert: widest + 1, share: share, ratio: deviations[widest] / others, source: source)
    }
}
