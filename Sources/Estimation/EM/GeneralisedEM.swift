import MixtureOfExperts
import Numerics

/// Generalised EM (paper, section 2 and appendix B): the weighted fit of every expert to its
/// posterior rows, where that is closed, else one Newton step towards it, and one Newton step of the gate.
///
/// A gate iterated to convergence in every iteration was measured to need four times the passes. The objective is the
/// log-likelihood less the ``Penalty``; it never falls: steps that lower it are halved, and with none left the iteration is one
/// of EM in the experts with a closed fit. With a lasso every quadratic model is minimised with its penalty: proximal Newton
/// steps (Lee, Sun & Saunders 2014).
package struct GeneralisedEM {
    let rows: any RowSource
    /// Σw of the rows.
    let weight: Double
    let dispersionFloor: Double
    let penalty: Penalty
    let held: HeldCoefficients
    let parallelism: Parallelism
    private let options: FitOptions

    package struct State {
        package var model: MixtureModel
        package var statistics: MixtureStatistics
        package var objective: Double
    }

    package init(rows: ShardRows, options: FitOptions, parallelism: Parallelism) {
        self.init(rows: rows, weight: rows.totalWeight, options: options, parallelism: parallelism)
    }

    /// Of the gate, on the sum over rows.
    package var ridge: Double { penalty.gateRidge }

    package init(
        rows: any RowSource, weight: Double, options: FitOptions, parallelism: Parallelism,
        held: HeldCoefficients = HeldCoefficients(), lasso: SlopeWeights? = nil, prior: SlopePrior? = nil
    ) {
        self.rows = rows
        self.weight = weight
        dispersionFloor = options.varianceFloor
        penalty = Penalty(options, weight: weight, lasso: lasso, prior: prior)
        self.held = held
        self.parallelism = parallelism
        self.options = options
    }

    /// Whether whoever asked for the fit wants it no more.
    var isCancelled: Bool { options.isCancelled }

    package func state(_ model: MixtureModel) -> State {
        let statistics = model.statistics(of: rows, level: .expectationMaximization, parallelism: parallelism)
        return State(
            model: model, statistics: statistics,
            objective: statistics.logLikelihood - penalty.value(model))
    }

    package func newtonSystem(_ model: MixtureModel) -> NewtonSystem {
        NewtonSystem(
            model.statistics(of: rows, level: .newton, parallelism: parallelism), model: model, algorithm: self)
    }

    /// Up to `iterations` iterations; ends early when the objective changes by less than `tolerance` per unit weight.
    package func run(
        from start: State, iterations: Int, tolerance: Double, observe: (_ iteration: Int, State) -> Void = { _, _ in }
    ) -> (state: State, converged: Bool, trace: [Double]) {
        var current = start
        var trace = [Double]()
        for iteration in 0..<iterations where !isCancelled {
            trace.append(current.objective)
            observe(iteration, current)
            let next = step(from: current)
            let change = next.objective - current.objective
            current = next
            if change < tolerance * current.statistics.weight { return (current, true, trace) }
        }
        return (current, false, trace)
    }

    /// One iteration; the objective of the result is at least that of `state`.
    package func step(from state: State) -> State {
        let direction = direction(state)
        // Rounding of a sum over rows must not count as a fall.
        let slack = 1e-13 * abs(state.objective)
        var length = 1.0
        for _ in 0..<12 {
            let trial = trial(state, direction, length)
            if trial.objective >= state.objective - slack { return trial }
            length *= 0.5
        }
        for damping in Self.dampings where penalty.lasso == nil {
            let trial = trial(state, self.direction(state, damping: damping * weight), 1)
            if trial.objective > state.objective { return trial }
        }
        let withoutSteps = trial(state, direction, 0)
        return withoutSteps.objective >= state.objective - slack ? withoutSteps : state
    }

    /// Per row: see ``NewtonSystem/dampedDirection(_:)``.
    private static let dampings = [1e-6, 1e-4, 1e-2, 1]

    private func direction(_ state: State, damping: Double = 0) -> Direction {
        Direction(gate: gateDirection(state, damping: damping), experts: expertUpdates(state, damping: damping))
    }

    private struct Direction {
        var gate: Matrix
        var experts: [ExpertUpdate]
    }

    /// Where an iteration takes an expert.
    private enum ExpertUpdate {
        case fitted(Expert)
        case step(ExpertNewton.Direction)
    }

    private func trial(_ state: State, _ direction: Direction, _ length: Double) -> State {
        self.state(moved(state, direction, by: length))
    }

    /// Where an iteration leads that is not safeguarded.
    package func wholeStep(from state: State) -> MixtureModel {
        moved(state, direction(state), by: 1)
    }

    private func moved(_ state: State, _ direction: Direction, by length: Double) -> MixtureModel {
        var model = state.model
        let newton = expertNewton(state)
        model.experts = zip(model.experts, direction.experts).map { expert, update in
            switch update {
            case .fitted(let fitted): fitted
            case .step(let step): newton.moved(expert, step, by: length)
            }
        }
        model.gate = model.gate.moved(direction.gate, by: length)
        return model
    }

    private func expertNewton(_ state: State) -> ExpertNewton {
        ExpertNewton(
            statistics: state.statistics, design: state.model.design,
            ridge: penalty.expertRidge(state.model.family),
            dispersionFloor: state.model.family.dispersionFloor(dispersionFloor), prior: penalty.prior)
    }

    private func expertUpdates(_ state: State, damping: Double) -> [ExpertUpdate] {
        let (statistics, model) = (state.statistics, state.model)
        let newton = expertNewton(state)
        let moments = statistics.expertMoments
        return model.experts.enumerated().map { index, expert in
            // An expert that holds no row stays where it is.
            guard expert.fixed == nil, moments[index].weight > 1e-10 * statistics.weight else { return .fitted(expert) }
            let isInterceptOnly = held.interceptOnly.contains(index)
            guard let family = model.family as? any ClosedFormFamily else {
                let lasso = isInterceptOnly ? nil : penalty.lasso
                return .step(
                    newton.direction(
                        index, expert, interceptsOnly: isInterceptOnly, held: held[index],
                        holdsDispersion: held.dispersions.contains(index), damping: damping, lasso: lasso))
            }
            let covariates = model.design.expertCovariates
            if let lasso = penalty.lasso, lasso.experts > 0, !isInterceptOnly {
                return .fitted(
                    LassoRegression.expert(
                        moments[index], on: covariates, from: expert, hasDispersion: family.hasDispersion,
                        dispersionFloor: dispersionFloor, weight: lasso.expertWeight))
            }
            let free = covariates.indices.filter { !isInterceptOnly && !held[index].contains($0 + 1) }
            var fitted = family.fit(
                moments[index], on: free.map { covariates[$0] }, dispersionFloor: dispersionFloor)
            var coefficients = [Double](repeating: 0, count: covariates.count + 1)
            for (slope, value) in zip([0] + free.map { $0 + 1 }, fitted.coefficients) { coefficients[slope] = value }
            fitted.coefficients = coefficients
            return .fitted(fitted)
        }
    }

    private func gateDirection(_ state: State, damping: Double) -> Matrix {
        let positions = state.model.design.gatePositions
        let statistics = state.statistics
        func gradient(_ gate: Int) -> [Double] {
            let sums = Array(statistics.linearSum(statistics.layout.gateGradient(gate)))
            let own = positions.map { sums[$0] }
            return penalty.prior.map { zip(own, $0.gateGradient(state.model.gate, gate)).map(-) } ?? own
        }
        func information(_ first: Int, _ second: Int) -> Matrix {
            var own = statistics.quadraticSum(statistics.layout.gateInformation(first, second))
                .submatrix(rows: positions, columns: positions)
            if let prior = penalty.prior {
                own.addToDiagonal(prior.gateCurvature(state.model.gate, first, second))
            }
            return own
        }
        if let lasso = penalty.lasso, lasso.gate > 0 {
            return GateNewton.direction(
                gate: state.model.gate, ridge: ridge, lasso: lasso, gradient: gradient, information: information)
        }
        return GateNewton.direction(
            gate: state.model.gate, ridge: ridge, damping: damping, gradient: gradient, information: information)
    }
}

extension Matrix {
    mutating func addToDiagonal(_ values: [Double]) {
        for (index, value) in values.enumerated() { self[index, index] += value }
    }
}
