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
    /// In the units of the rows.
    var prior: SlopePrior?
    /// Called with each iteration of EM and the log-likelihood per row.
    var observe: (_ iteration: Int, _ logLikelihoodPerRow: Double) -> Void
    /// Whether gradient and Hessian on all rows are to confirm a maximum; a start that is only to be compared need not.
    var confirms = true

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
        package var prior: SlopePrior?
        /// What a lasso takes from the log-likelihood.
        package var lassoPenalty = 0.0

        /// A density that grows without bound on a few rows is no better fit: fewer experts at the variance floor come
        /// first, the likelihood second.
        static func isBetter(_ left: Candidate, _ right: Candidate) -> Bool {
            (left.floorHits, -left.penalisedLogLikelihood) < (right.floorHits, -right.penalisedLogLikelihood)
        }

        package var penalisedLogLikelihood: Double {
            statistics.logLikelihood - lassoPenalty - (prior?.value(model) ?? 0)
        }
    }

    package var algorithm: GeneralisedEM {
        GeneralisedEM(
            rows: rows, weight: weight, options: options, parallelism: parallelism,
            held: held, lasso: lasso, prior: prior)
    }

    /// - Parameter emIterations: of EM, before the first Newton step.
    package func optimum(from start: MixtureModel, emIterations: Int) -> Candidate {
        optimum(from: algorithm.state(start), emIterations: emIterations, after: [])
    }

    /// - Parameter before: the trace of the iterations that led to `start`; they count.
    private func optimum(
        from start: GeneralisedEM.State, emIterations firstIterations: Int, after before: [Double]
    ) -> Candidate {
        let algorithm = algorithm
        var state = start
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
            let place = newton(from: Place(model: state.model, objective: state.objective), &trace)
            let gained = place.objective - state.objective >= negligible(state.objective)
            if place.model != state.model { state = algorithm.state(place.model) }
            converged = place.isMaximum
            if lasso != nil, converged || (em.converged && !gained) { (state, converged) = checked(state) }
            // EM may pause on a plateau, and a step fail: neither is a maximum.
            if !converged, lasso == nil, em.converged, !gained {
                converged = !place.isJudged
                break
            }
            emIterations = min(2 * emIterations, options.maxIterations)
        }
        if lasso != nil, converged, confirms {
            state = algorithm.state(FinalSteps(algorithm: algorithm).model(from: state.model))
        }
        return candidate(state, trace: trace, converged: converged)
    }

    /// From the optimum of a random part of the rows, with the Hessian of the part as long as that serves.
    package func optimum(from start: MixtureModel, ofPart part: Refinement) -> Candidate {
        let algorithm = algorithm
        var trace = [Double]()
        var place = Place(model: start, objective: 0)
        if let newton = QuasiNewton(algorithm, metric: part.algorithm.newtonSystem(start), weight: part.weight) {
            let result = newton.run(
                from: start, steps: min(Self.stepsOfAPart, options.maxIterations), tolerance: options.tolerance,
                trace: &trace)
            observe(trace.count, result.objective / weight)
            place = Place(model: result.model, objective: result.objective)
            if result.converged, lasso == nil { place = self.newton(from: place, &trace) }
        }
        let state = algorithm.state(place.model)
        guard !place.isMaximum else { return candidate(state, trace: trace, converged: true) }
        return optimum(from: state, emIterations: Self.iterationsFromOptimum, after: trace)
    }

    private static let stepsOfAPart = 25
    /// Of EM, from where an optimum is near.
    static let iterationsFromOptimum = 5

    private func candidate(_ state: GeneralisedEM.State, trace: [Double], converged: Bool) -> Candidate {
        Candidate(
            model: state.model, statistics: state.statistics, trace: trace + [state.objective],
            converged: converged, floorHits: state.model.floorHits(options.varianceFloor).count,
            held: held, prior: prior, lassoPenalty: lasso?.scaled(by: weight).value(state.model) ?? 0)
    }
}

extension MixtureModel {
    /// The experts whose dispersion is at the floor, where the density would grow without bound.
    package func floorHits(_ floor: Double) -> [Int] {
        guard family.hasDispersion, family.limit == nil else { return [] }
        return regressions.filter { experts[$0].dispersion <= floor * (1 + 1e-9) }
    }
}
