import Aggregation
import Evaluation
import Numerics
import Simulation

/// One aggregation; the process holds little else.
struct AggregationWork: Work {
    var models: Int
    var threads: Int

    private static let testRows = 20_000

    func perform() throws -> [Measurement] {
        let parallelism = Parallelism(threads: threads)
        let source = SyntheticBenchmark(profile: .balanced, shardCount: models, seed: 1)
        let estimates = LocalEstimates(source: source, rows: 1000)
        let local = parallelism.map(count: models) { index in
            Contribution(name: "site \(index)", fitted: estimates.estimate(index))
        }
        let aggregation = Coordinator(options: AggregationOptions(), parallelism: parallelism)
        let (seconds, global) = try Stopwatch.seconds { try aggregation.aggregate(local) }
        let test = source.testRows(Self.testRows).rows
        let score = Scores(global.model, on: test, parallelism: parallelism).logLikelihoodPerRow
        let truth = Scores(source.trueModel, on: test, parallelism: parallelism).logLikelihoodPerRow
        return [
            Measurement(
                what: "aggregate", sizes: ["M": models, "K": 5, "d": 20, "S": 5000, "threads": threads],
                seconds: seconds, score: .init(name: "test", value: score),
                figures: ["below the truth": truth - score, "ms a model": 1000 * seconds / Double(models)],
                note: global.report.converged ? nil : "not converged")
        ]
    }
}
