import Estimation
import MixtureOfExperts
import Numerics

/// A way from one start to an optimum on all rows.
enum Scheme: String, Codable, CaseIterable {
    case em = "EM"
    case newton = "20 EM + Newton"
    case quasiNewton = "20 EM + BFGS"
    case shortQuasiNewton = "8 EM + BFGS"
    case partFirst = "part + BFGS"
    case anderson = "EM + Anderson"

    struct Result {
        var statistics: MixtureStatistics
        var iterations: Int
        var converged: Bool
        /// What was spent on a part of the rows before all were looked at.
        var part: (seconds: Double, rows: Int)?
    }

    func run(_ rows: ShardRows, from start: MixtureModel, _ fit: SchemeFit) -> Result {
        let refinement = fit.refinement(rows)
        return switch self {
        case .em: plainEM(refinement.algorithm, start, fit.options)
        case .newton: DampedNewton(algorithm: refinement.algorithm, options: fit.options).run(from: start)
        case .quasiNewton: Result(refinement.optimum(from: start, emIterations: 20))
        case .shortQuasiNewton:
            Result(refinement.optimum(from: start, emIterations: StartSearch.emIterationsBeforeNewton))
        case .partFirst: partFirst(refinement, rows, start, fit)
        case .anderson: Anderson(algorithm: refinement.algorithm, options: fit.options).run(from: start)
        }
    }

    private func plainEM(_ algorithm: GeneralisedEM, _ start: MixtureModel, _ options: FitOptions) -> Result {
        let result = algorithm.run(
            from: algorithm.state(start), iterations: options.maxIterations, tolerance: options.tolerance)
        return Result(statistics: result.state.statistics, iterations: result.trace.count, converged: result.converged)
    }

    /// What a fit does by default: the optimum on a few rows, then its Hessian for all of them.
    private func partFirst(
        _ all: Refinement, _ rows: ShardRows, _ start: MixtureModel, _ fit: SchemeFit
    ) -> Result {
        let (seconds, (part, optimum)) = Stopwatch.seconds {
            var random = RandomNumbers(seed: fit.options.seed).split(-1)
            let chosen = random.sample(StartSearch.comparisonRows, below: rows.rowCount).sorted()
            let part = fit.refinement(rows.chosen(chosen))
            return (part, part.optimum(from: start, emIterations: StartSearch.emIterationsBeforeNewton))
        }
        let spent = (seconds, fit.counter.count)
        var result = Result(all.optimum(from: optimum.model, ofPart: part))
        result.part = spent
        return result
    }
}

extension Scheme.Result {
    init(_ candidate: Refinement.Candidate) {
        self.init(
            statistics: candidate.statistics, iterations: candidate.trace.count - 1, converged: candidate.converged)
    }
}

/// What schemes have in common.
struct SchemeFit {
    let options: FitOptions
    let parallelism: Parallelism
    let counter = RowCounter()

    func refinement(_ rows: ShardRows) -> Refinement {
        Refinement(
            options: options, rows: CountedRows(source: rows, counter: counter), weight: rows.totalWeight,
            parallelism: parallelism)
    }
}
