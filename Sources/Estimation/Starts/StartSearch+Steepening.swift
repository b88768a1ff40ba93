import Foundation
import MixtureOfExperts
import Numerics

/// Starts from optima that the search has found, for classes: a predictor made some times steeper, or flatter, at random.
///
/// Where an expert has all rows of a class on one side of a plane, its likelihood is highest at infinite slopes, and each plane is an
/// optimum of its own, too narrow for starts that know nothing of it. What it gains is a few units of the log-likelihood,
/// whatever the number of rows, and nothing where slopes are penalised: worth looking for where rows are few. Measured on `multinomial3_k2` of the parity data: 4 to 12
/// of 100 such starts reach the best optima, 1 of 100 starts at random; in rounds, each from the best so far, 11 of 12 seeds did.
extension StartSearch {
    private static let steeperRounds = 8
    private static let startsOfARound = 16
    /// How many optima, the best, a round begins from.
    private static let sources = 6
    /// Of the logarithm of the factor.
    private static let spread = 2.0
    private static let emIterations = 20
    /// With fewer, planes that happen to part a class from the others are found everywhere and mean nothing: a carrier of 545
    /// flights was so far from all others that it was taken for inconsistent.
    private static let rowsPerCoefficient = 80
    /// Rows times coefficients, summed over all starts: a bound on the time.
    private static let work = 4_000_000

    /// - Parameter optima: on `sample`, best first.
    /// - Returns: the best new optimum, if it is better than all.
    func steepened(_ optima: [Screened], _ sample: ShardRows) -> Screened? {
        guard options.seeksNarrowOptima, case .classes = family.response, let best = optima.first,
            options.expertCount > 1, options.lasso == .none,
            sample.rowCount == rows.rowCount
        else { return nil }
        let coefficients = best.model.experts.reduce(best.model.gate.coefficients.storage.count) {
            $0 + $1.coefficients.count
        }
        guard sample.rowCount >= Self.rowsPerCoefficient * coefficients else { return nil }
        let affordable = Self.work / (Self.steeperRounds * sample.rowCount * coefficients)
        let count = min(Self.startsOfARound, affordable)
        let generator = RandomNumbers(seed: options.seed).split(-6)
        var pool = optima
        for round in 0..<Self.steeperRounds {
            let sources = Array(pool.prefix(Self.sources))
            let found = parallelism.map(count: count) { index in
                var random = generator.split(round * count + index)
                var start = sources[index % sources.count]
                start.model = steepened(start.model, using: &random)
                start.report.strategy = .steeperClasses
                return brought(start, toOptimumOn: sample, emIterations: Self.emIterations)
            }
            pool = distinct((pool + found).sorted(by: Screened.isBetter), tolerance: Self.sameOptimum)
        }
        return pool.first.flatMap { $0.score > best.score + Self.sameOptimum ? $0 : nil }
    }

    private func steepened(_ model: MixtureModel, using random: inout RandomNumbers) -> MixtureModel {
        var result = model
        for expert in model.experts.indices {
            for predictor in 0..<family.predictorCount {
                let factor = exp(Self.spread * random.normal())
                for index in design.expertLayout.coefficients(of: predictor) {
                    result.experts[expert].coefficients[index] *= factor
                }
            }
        }
        return result
    }
}
