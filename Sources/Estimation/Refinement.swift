import LinearAlgebra
import MixtureOfExperts

/// Brings a model to an optimum on some rows: generalised EM, then Newton steps, and again while either still moves.
struct Refinement {
    let options: FitOptions
    let rows: any RowSource
    let weight: Double
    let parallelism: Parallelism
    /// Called with each iteration of EM and the log-likelihood per row.
    var observe: (_ iteration: Int, _ logLikelihoodPerRow: Double) -> Void = { _, _ in }

    /// A model with its statistics, and how it was reached.
    struct Candidate: Sendable {
        var model: MixtureModel
        var statistics: MixtureStatistics
        var trace: [Double]
        var converged: Bool
        var floorHits: Int

        /// A density that grows without bound on a few rows is no better fit: fewer experts at the variance floor come
        /// first, the likelihood second.
        static func isBetter(_ left: Candidate, _ right: Candidate) -> Bool {
            (left.floorHits, -left.statistics.logLikelihood) < (right.floorHits, -right.statistics.logLikelihood)
        }

        var logLikelihoodPerRow: Double { statistics.logLikelihood / statistics.weight }
    }

    var algorithm: GeneralisedEM {
        GeneralisedEM(rows: rows, weight: weight, options: options, parallelism: parallelism)
    }

    /// - Parameter firstIterations: of EM, before the first Newton step.
    func optimum(from start: MixtureModel, emIterations firstIterations: Int) -> Candidate {
        let algorithm = algorithm
        let polish = NewtonPolish(algorithm: algorithm)
        var state = algorithm.state(start)
        var trace = [Double]()
        var converged = false
        var emIterations = firstIterations
        while !converged, trace.count < options.maxIterations {
            let done = trace.count
            let em = algorithm.run(
                from: state, iterations: min(emIterations, options.maxIterations - done), tolerance: options.tolerance
            ) { iteration, state in observe(done + iteration, state.statistics.logLikelihood / weight) }
            state = em.state
            trace += em.trace
            // EM may pause on a plateau: converged only where Newton finds nothing more either.
            let (polished, finished, moved) = newton(polish, from: state, &trace)
            state = polished
            converged = finished || (em.converged && !moved && trace.count < options.maxIterations)
            emIterations = min(2 * emIterations, options.maxIterations)
        }
        return candidate(state, trace: trace, converged: converged)
    }

    /// From the optimum of a random part of the rows, by ``SampledNewton``; by ``optimum(from:emIterations:)`` where that
    /// does not reach one.
    func optimum(from start: MixtureModel, ofPart part: Refinement) -> Candidate {
        let algorithm = algorithm
        var trace = [Double]()
        guard let newton = SampledNewton(algorithm, part: part.algorithm, model: start) else {
            return optimum(from: start, emIterations: Self.iterationsFromOptimum)
        }
        let (model, converged) = newton.run(from: start, tolerance: options.tolerance, trace: &trace)
        observe(trace.count, (trace.last ?? 0) / weight)
        guard converged, trace.count < options.maxIterations else {
            var result = optimum(from: model, emIterations: Self.iterationsFromOptimum)
            result.trace = trace + result.trace
            return result
        }
        return candidate(algorithm.state(model), trace: trace, converged: true)
    }

    /// Of EM, from where an optimum is near.
    static let iterationsFromOptimum = 5

    private func candidate(_ state: GeneralisedEM.State, trace: [Double], converged: Bool) -> Candidate {
        Candidate(
            model: state.model, statistics: state.statistics, trace: trace + [state.objective],
            converged: converged, floorHits: state.model.floorHits(options.varianceFloor).count)
    }

    /// Newton steps while they help; finished where one changes the objective by less than the tolerance, and a full step
    /// promised hardly more: a step that was halved to nothing is no sign of an optimum.
    private func newton(
        _ polish: NewtonPolish, from state: GeneralisedEM.State, _ trace: inout [Double]
    ) -> (GeneralisedEM.State, finished: Bool, moved: Bool) {
        var model = state.model
        var objective = state.objective
        var finished = false
        var moved = false
        let negligible = options.tolerance * weight
        while !finished, trace.count < options.maxIterations {
            guard let next = polish.step(from: model, objective: objective) else { break }
            trace.append(objective)
            let isNegligible = next.objective - objective < negligible
            finished = isNegligible && next.decrement < 10 * negligible
            model = next.model
            objective = next.objective
            moved = moved || !isNegligible
            if isNegligible { break }
        }
        return (model == state.model ? state : polish.algorithm.state(model), finished, moved)
    }
}

extension MixtureModel {
    /// The experts whose dispersion is at the floor.
    func floorHits(_ floor: Double) -> [Int] {
        guard family.hasDispersion else { return [] }
        return experts.indices.filter { experts[$0].dispersion <= floor * (1 + 1e-9) }
    }
}
