import LinearAlgebra
import MixtureOfExperts

/// Generalised EM (paper, section 2 and appendix B): the weighted fit of every expert to its
/// posterior rows, and one Newton step of the gate.
///
/// A gate iterated to convergence in every iteration was measured to need four times the passes. The objective is the
/// log-likelihood less ½ ridge |α|²; it never falls: a gate step that lowers it is halved, and with no gate step left
/// the iteration is one of EM in the experts.
package struct GeneralisedEM {
    let rows: any RowSource
    /// Σw of the rows.
    let weight: Double
    let dispersionFloor: Double
    /// On the sum over rows.
    package let ridge: Double
    /// Experts with a mean and no slopes.
    let background: Set<Int>
    let parallelism: Parallelism

    package struct State {
        package var model: MixtureModel
        package var statistics: MixtureStatistics
        package var objective: Double
    }

    package init(rows: ShardRows, options: FitOptions, parallelism: Parallelism) {
        self.init(rows: rows, weight: rows.totalWeight, options: options, parallelism: parallelism)
    }

    package init(
        rows: any RowSource, weight: Double, options: FitOptions, parallelism: Parallelism, background: Set<Int> = []
    ) {
        self.rows = rows
        self.weight = weight
        dispersionFloor = options.varianceFloor
        ridge = options.gateRidge * weight
        self.background = background
        self.parallelism = parallelism
    }

    package func state(_ model: MixtureModel) -> State {
        let statistics = model.statistics(of: rows, level: .expectationMaximization, parallelism: parallelism)
        return State(
            model: model, statistics: statistics,
            objective: statistics.logLikelihood - model.gate.penalty(ridge: ridge))
    }

    func newtonSystem(_ model: MixtureModel) -> NewtonSystem {
        NewtonSystem(
            model.statistics(of: rows, level: .newton, parallelism: parallelism), model: model, algorithm: self)
    }

    /// Up to `iterations` iterations; ends early when the objective changes by less than `tolerance` per unit weight.
    package func run(
        from start: State, iterations: Int, tolerance: Double, observe: (_ iteration: Int, State) -> Void = { _, _ in }
    ) -> (state: State, converged: Bool, trace: [Double]) {
        var current = start
        var trace = [Double]()
        for iteration in 0..<iterations {
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
        let experts = weightedFits(state)
        let direction = gateDirection(state)
        // Rounding of a sum over rows must not count as a fall.
        let slack = 1e-13 * abs(state.objective)
        var length = 1.0
        for _ in 0..<12 {
            let trial = trial(state, experts, direction, length)
            if trial.objective >= state.objective - slack { return trial }
            length *= 0.5
        }
        let expertsOnly = trial(state, experts, direction, 0)
        return expertsOnly.objective >= state.objective - slack ? expertsOnly : state
    }

    private func trial(_ state: State, _ experts: [Expert], _ direction: Matrix, _ length: Double) -> State {
        var model = state.model
        model.experts = experts
        model.gate = model.gate.moved(direction, by: length)
        return self.state(model)
    }

    package func weightedFits(_ state: State) -> [Expert] {
        let (statistics, model) = (state.statistics, state.model)
        return model.experts.indices.map { index in
            let moments = statistics.expertMoments[index]
            // An expert that holds no row stays where it is.
            guard moments.weight > 1e-10 * statistics.weight else { return model.experts[index] }
            guard background.contains(index) else {
                return model.family.fit(moments, on: model.design.expertCovariates, dispersionFloor: dispersionFloor)
            }
            return model.family.backgroundExpert(
                moments, covariates: model.design.expertCovariates.count, dispersionFloor: dispersionFloor)
        }
    }

    package func gateDirection(_ state: State) -> Matrix {
        let positions = state.model.design.gatePositions
        let statistics = state.statistics
        return GateNewton.direction(
            gate: state.model.gate, ridge: ridge,
            gradient: { gate in
                let sums = Array(statistics.linearSum(statistics.layout.gateGradient(gate)))
                return positions.map { sums[$0] }
            },
            information: { first, second in
                statistics.quadraticSum(statistics.layout.gateInformation(first, second))
                    .submatrix(rows: positions, columns: positions)
            })
    }
}
