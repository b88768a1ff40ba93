import MixtureOfExperts
import Numerics

/// Brings a model to an optimum on some rows: generalised EM, then Newton steps, and again while either still moves.
package struct Refinement {
    let options: FitOptions
    let rows: any RowSource
    let weight: Double
    let parallelism: Parallelism
    var held = HeldCoefficients()
    /// For a weight of 1; nil where slopes are not penalised.
    var lasso: SlopeWeights?
    /// Called with each iteration of EM and the log-likelihood per row.
    var observe: (_ iteration: Int, _ logLikelihoodPerRow: Double) -> Void

    package init(
        options: FitOptions, rows: any RowSource, weight: Double, parallelism: Parallelism,
        observe: @escaping (_ iteration: Int, _ logLikelihoodPerRow: Double) -> Void = { _, _ in }
    ) {
        self.options = options
        self.rows = rows
        self.weight = weight
        self.parallelism = parallelism
        self.observe = observe
    }

    /// A model with its statistics, and how it was reached.
    package struct Candidate: Sendable {
        package var model: MixtureModel
        package var statistics: MixtureStatistics
        package var trace: [Double]
        package var converged: Bool
        package var floorHits: Int
        package var held = HeldCoefficients()
        /// What a lasso takes from the log-likelihood.
        package var lassoPenalty = 0.0

        /// A density that grows without bound on a few rows is no better fit: fewer experts at the variance floor come
        /// first, the likelihood second.
        static func isBetter(_ left: Candidate, _ right: Candidate) -> Bool {
            (left.floorHits, -left.penalisedLogLikelihood) < (right.floorHits, -right.penalisedLogLikelihood)
        }

        package var penalisedLogLikelihood: Double { statistics.logLikelihood - lassoPenalty }
    }

    package var algorithm: GeneralisedEM {
        GeneralisedEM(
            rows: rows, weight: weight, options: options, parallelism: parallelism,
            held: held, lasso: lasso)
    }

    /// - Parameter firstIterations: of EM, before the first Newton step.
    package func optimum(from start: MixtureModel, emIterations: Int) -> Candidate {
        optimum(from: start, emIterations: emIterations, after: [])
    }

    /// - Parameter before: the trace of the iterations that led to `start`; they count.
    private func optimum(
        from start: MixtureModel, emIterations firstIterations: Int, after before: [Double]
    ) -> Candidate {
        let algorithm = algorithm
        let polish = NewtonPolish(algorithm: algorithm)
        var state = algorithm.state(start)
        var trace = before
        var converged = false
        var emIterations = firstIterations
        while !converged, trace.count < options.maxIterations, !options.isCancelled {
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
            if converged, lasso != nil { (state, converged) = checked(state) }
            emIterations = min(2 * emIterations, options.maxIterations)
        }
        return candidate(state, trace: trace, converged: converged)
    }

    /// From the optimum of a random part of the rows, with the Hessian of the part as long as that serves.
    package func optimum(from start: MixtureModel, ofPart part: Refinement) -> Candidate {
        let algorithm = algorithm
        var trace = [Double]()
        var model = start
        let metric = part.algorithm.newtonSystem(start)
        if let newton = QuasiNewton(algorithm, metric: metric, weight: part.weight) {
            let result = newton.run(
                from: start, steps: min(Self.stepsOfAPart, options.maxIterations), tolerance: options.tolerance,
                trace: &trace)
            observe(trace.count, result.objective / weight)
            if result.converged, lasso == nil {
                return candidate(algorithm.state(result.model), trace: trace, converged: true)
            }
            model = result.model
        }
        return optimum(from: model, emIterations: Self.iterationsFromOptimum, after: trace)
    }

    /// Newton steps leave slopes at 0 that are there: whether one of them should move shows in a step of EM.
    private func checked(_ state: GeneralisedEM.State) -> (GeneralisedEM.State, converged: Bool) {
        let next = algorithm.step(from: state)
        return (next, next.objective - state.objective < options.tolerance * weight)
    }

    private static let stepsOfAPart = 25
    private static let stepsOfAHessian = 10
    /// Of EM, from where an optimum is near.
    static let iterationsFromOptimum = 5

    private func candidate(_ state: GeneralisedEM.State, trace: [Double], converged: Bool) -> Candidate {
        Candidate(
            model: state.model, statistics: state.statistics, trace: trace + [state.objective],
            converged: converged, floorHits: state.model.floorHits(options.varianceFloor).count,
            held: held, lassoPenalty: lasso?.scaled(by: weight).value(state.model) ?? 0)
    }

    /// Newton steps while they help; finished where one changes the objective by less than the tolerance, and a full step
    /// promised hardly more: a step that was halved to nothing is no sign of an optimum.
    private func newton(
        _ polish: NewtonPolish, from state: GeneralisedEM.State, _ trace: inout [Double]
    ) -> (GeneralisedEM.State, finished: Bool, moved: Bool) {
        let algorithm = polish.algorithm
        let negligible = options.tolerance * weight
        var (model, objective) = (state.model, state.objective)
        var finished = false
        while !finished, trace.count < options.maxIterations, !options.isCancelled {
            let system = algorithm.newtonSystem(model)
            let before = objective
            if let newton = QuasiNewton(algorithm, metric: system, weight: weight) {
                let steps = min(Self.stepsOfAHessian, options.maxIterations - trace.count)
                let next = newton.run(from: model, steps: steps, tolerance: options.tolerance, trace: &trace)
                (model, objective, finished) = (next.model, next.objective, next.converged)
            } else if let next = polish.step(system, from: model, objective: objective) {
                trace.append(objective)
                (model, objective) = (next.model, next.objective)
                finished = objective - before < negligible && next.decrement < 10 * negligible
            }
            // Also where the objective is no number.
            guard objective - before >= negligible else { break }
        }
        let moved = objective - state.objective >= negligible
        return (model == state.model ? state : algorithm.state(model), finished, moved)
    }
}

extension MixtureModel {
    /// The experts whose dispersion is at the floor.
    package func floorHits(_ floor: Double) -> [Int] {
        guard family.hasDispersion else { return [] }
        return experts.indices.filter { experts[$0].dispersion <= floor * (1 + 1e-9) }
    }
}
