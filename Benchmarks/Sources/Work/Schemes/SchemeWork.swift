import Estimation
import Numerics

/// One scheme on one data set; on several sets of rows the means, and the sum of the seconds.
struct SchemeWork: Work {
    var name: String
    var data: SchemeData
    var scheme: Scheme
    var threads: Int

    private struct Outcome {
        var rows: Int
        var columns: Int
        var seconds: Double
        var repeats: Int
        var partSeconds: Double?
        var logLikelihoodPerRow: Double
        var converged: Bool
        var figures: [String: Double]
    }

    private struct Run {
        var seconds: Double
        var rows: Int
        var result: Scheme.Result
        var repeats = 1
    }

    func perform() throws -> [Measurement] {
        let outcomes = try (0..<data.setCount).map(outcome)
        let sizes = [
            "rows": outcomes.reduce(0) { $0 + $1.rows }, "d": outcomes[0].columns, "K": data.expertCount,
            "threads": threads,
        ]
        let count = Double(outcomes.count)
        var figures = outcomes.map(\.figures).reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
            .mapValues { $0 / count }
        let partSeconds = outcomes.compactMap(\.partSeconds)
        if !partSeconds.isEmpty { figures["s for the part"] = partSeconds.reduce(0, +) }
        let failed = outcomes.filter { !$0.converged }.count
        return [
            Measurement(
                what: "\(name): \(scheme.rawValue)", sizes: sizes,
                seconds: outcomes.reduce(0) { $0 + $1.seconds }, repeats: outcomes.map(\.repeats).min() ?? 1,
                score: .init(
                    name: "log-likelihood per row",
                    value: outcomes.reduce(0) { $0 + $1.logLikelihoodPerRow } / count),
                figures: figures,
                note: failed == 0 ? nil : count == 1 ? "not converged" : "\(failed) not converged")
        ]
    }

    private func outcome(_ index: Int) throws -> Outcome {
        let parallelism = Parallelism(threads: threads)
        let (design, rows) = try data.standardisedSet(index)
        let options = FitOptions(expertCount: data.expertCount, starts: 10, maxIterations: 1000)
        let start = SchemeStart(design: design, options: options, parallelism: parallelism).model(rows)
        let run = median {
            let fit = SchemeFit(options: options, parallelism: parallelism)
            let (seconds, result) = Stopwatch.seconds { scheme.run(rows, from: start, fit) }
            return Run(seconds: seconds, rows: fit.counter.count, result: result)
        }
        let (result, rowCount) = (run.result, Double(rows.rowCount))
        var figures = ["passes": Double(run.rows) / rowCount, "iterations": Double(result.iterations)]
        if let part = result.part {
            figures["passes for the part"] = Double(part.rows) / rowCount
        }
        return Outcome(
            rows: rows.rowCount, columns: design.covariateCount, seconds: run.seconds, repeats: run.repeats,
            partSeconds: result.part?.seconds,
            logLikelihoodPerRow: result.statistics.logLikelihood / result.statistics.weight,
            converged: result.converged, figures: figures)
    }

    /// Of three runs after one that does not count; a long one is made once.
    private func median(_ run: () -> Run) -> Run {
        let first = run()
        guard first.seconds < 1 else { return first }
        var middle = (0..<3).map { _ in run() }.sorted { $0.seconds < $1.seconds }[1]
        middle.repeats = 3
        return middle
    }
}
