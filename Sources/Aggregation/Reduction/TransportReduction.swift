import MixtureOfExperts

/// The MM algorithm of the reduction: plan for the experts, experts for the plan, until the objective is stable (paper,
/// section 4).
///
/// The objective never rises.
package struct TransportReduction: Sendable {
    package var experts: [Expert]
    /// Before each update, and last at the returned experts.
    package var objectives: [Double]
    package var converged: Bool

    package static func run(
        _ problem: TransportProblem, from start: [Expert], tolerance: Double, maxIterations: Int
    ) -> TransportReduction {
        var experts = start
        var plan = TransportPlan(problem, experts: experts)
        var objectives = [plan.objective]
        for _ in 0..<problem.affordableIterations(experts: start.count, atMost: maxIterations) {
            let next = plan.barycentres(problem, previous: experts)
            let nextPlan = TransportPlan(problem, experts: next)
            let fall = plan.objective - nextPlan.objective
            // The majoriser touches the objective: a rise is rounding, and the end.
            guard nextPlan.objective.isFinite else { break }
            guard fall > 0 else { return TransportReduction(experts: experts, objectives: objectives, converged: true) }
            experts = next
            plan = nextPlan
            objectives.append(plan.objective)
            if fall <= tolerance * plan.objective {
                return TransportReduction(experts: experts, objectives: objectives, converged: true)
            }
        }
        return TransportReduction(experts: experts, objectives: objectives, converged: false)
    }

    /// From these experts on another problem, as exactly as its options say.
    func again(on problem: AggregationProblem) -> TransportReduction {
        TransportReduction.run(
            problem.transport, from: experts, tolerance: problem.options.tolerance,
            maxIterations: problem.options.maxIterations)
    }
}
