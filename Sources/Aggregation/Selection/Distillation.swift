import Estimation
import MixtureOfExperts
import Numerics

/// A fit to rows drawn from f̂^W: the mixture of K experts nearest to the weighted average of the local models.
///
/// A component of f̂^W that stands between two global experts has to go to one of them in a grouping; a fit to draws
/// may share it. Where the local models disagree this was measured to gain much (flights by carrier: 0.010 in
/// log-likelihood per row), where they agree the noise of the draw costs a little: a candidate, not the rule.
struct Distillation {
    private static let drawsPerSupportPoint = 10
    /// Of a refinement: a fit to ten times the rows that the sites had errs by a tenth of what their models err by.
    private static let drawsPerRow = 10
    private static let fewestDraws = 5_000
    private static let starts = 10
    /// What a start may cost, in products of two numbers: Newton's method on P parameters takes P² of them a row and iteration.
    ///
    /// With five experts and 20 covariates, P = 194, that is 66 iterations, where some 30 are needed; experts that the draws do not tell
    /// apart would take all that there are.
    private static let affordable = 2e10
    private static let leastIterations = 10
    /// Keeps the random numbers of the fit apart from those of the draw.
    private static let seedOffset: UInt64 = 0x5851_F42D_4C95_7F2D

    /// - Parameters:
    ///   - start: the best model so far.
    ///   - searches: from other starts as well.
    /// - Returns: with the global expert that most of the draws of each component belong to, nil where it has none; nil where the drawn
    ///   rows cannot be fitted, or not at a reasonable cost.
    static func model(
        _ mixture: LocalMixture, source: MonteCarloSample.Source, supportSize: Int, rows: Int, start: MixtureModel,
        searches: Bool,
        options: AggregationOptions, parallelism: Parallelism, _ generator: RandomNumbers
    ) -> (model: MixtureModel, labels: [Int?])? {
        guard let affordable = iterations(start) else { return nil }
        let iterations = searches ? affordable : min(affordable, Self.refining)
        let most = drawsPerSupportPoint * supportSize
        let count = searches ? most : min(most, max(fewestDraws, drawsPerRow * rows))
        let (drawn, components) = MonteCarloSample.drawn(mixture, source, count: count, generator, parallelism)
        var fitOptions = FitOptions(
            expertCount: start.regressionCount, starts: searches ? starts : 1,
            maxIterations: iterations,
            seed: options.seed &+ seedOffset,
            minRows: 1,
            standardErrors: .none, initialModels: [start])
        // The units of the mixture are those of the user here.
        var start = start
        let fixed = start.experts.map(\.fixed)
        for expert in start.experts.indices {
            start.experts[expert].fixed = fixed[expert].map { FixedExpert($0.distribution) }
        }
        fitOptions.fixed = start.experts.compactMap(\.fixed)
        fitOptions.initialModels = [start]
        fitOptions.wantsMarginals = false
        fitOptions.seeksNarrowOptima = false
        if !searches { fitOptions.tolerance = refiningTolerance }
        let fit = LocalFit(
            design: mixture.design, family: mixture.family, options: fitOptions, parallelism: parallelism)
        // A fit at its variance floor follows the draw, not f̂^W.
        guard var local = try? fit.fit(drawn), local.model.expertCount == start.expertCount,
            local.report.starts.contains(where: { $0.logLikelihood != nil && $0.floorHits == 0 })
        else { return nil }
        for expert in fixed.indices { local.fitted.model.experts[expert].fixed = fixed[expert] }
        return (local.model, labels(of: components, in: mixture, local.model, drawn))
    }

    private static func labels(
        of components: [Int]?, in mixture: LocalMixture, _ model: MixtureModel, _ rows: ShardRows
    ) -> [Int?] {
        var labels = [Int?](repeating: nil, count: mixture.components.count)
        guard let components else { return labels }
        let posteriors = model.posteriors(rows.covariates, responses: rows.responses).posteriors
        var sums = [[Double]](
            repeating: [Double](repeating: 0, count: model.expertCount), count: mixture.components.count)
        for (row, component) in components.enumerated() {
            for expert in 0..<model.expertCount { sums[component][expert] += posteriors[row, expert] }
        }
        for component in Set(components) {
            let own = mixture.components[component].expert
            // Counts share their draws: a point mass is none of the other experts all the same.
            let possible = model.experts.indices.filter {
                model.experts[$0].fixed?.distribution == own.fixed?.distribution
            }
            labels[component] = possible.max { sums[component][$0] < sums[component][$1] }
        }
        return labels
    }

    /// nil where so few are affordable that nothing is to be had of them.
    private static func iterations(_ model: MixtureModel) -> Int? {
        let parameters = Double(model.parameterCount)
        let count = affordable / (parameters * parameters * Double(StartSearch.comparisonRows))
        return count < Double(leastIterations) ? nil : Int(min(count, Double(mostIterations)))
    }

    private static let mostIterations = 500
    /// Iterations from a start that was fitted to other draws.
    private static let refining = 50
    /// Gains over redraws are distinguished to 1e-3 or so.
    private static let refiningTolerance = 1e-6
}
