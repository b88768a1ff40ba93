import Estimation
import Foundation
import MixtureOfExperts
import Numerics

/// From grouped local experts to a mixture: experts by statistics or on the support, gate by label or by plan.
struct Reduction {
    private static let largestNumberOfRounds = 20

    let mixture: LocalMixture
    let problem: TransportProblem
    let options: AggregationOptions
    let dispersionFloor: Double

    /// One way of building the global model.
    struct Candidate {
        var construction: GlobalConstruction
        var model: MixtureModel
        /// The global expert of each component.
        var labels: [Int]
        /// nil where no lasso chose slopes of the local models, or the experts are not from their statistics.
        var selection: SlopeSelection?
        /// Whose errors its parameters have.
        var errors = ErrorSource.statistics
    }

    /// The mixtures that the options allow for a grouping that begins at `reduced`; gate by label first.
    func candidates(_ reduced: [Expert], afterDistillation: Bool = false) -> [Candidate] {
        var (experts, labels) =
            switch options.expertSource {
            case .statistics: expertsFromStatistics(reduced)
            case .support: (experts: reduced, labels: problem.labels(for: reduced))
            }
        let selects = options.expertSource == .statistics && mixture.selectsSlopes
        let vote = selects ? GateVote(mixture, labels: labels, count: experts.count) : nil
        if let vote {
            let order = vote.order(experts.count)
            experts = order.map { experts[$0] }
            labels = labels.map { order.firstIndex(of: $0) ?? $0 }
        }
        let free = vote?.freeCoefficients(experts.count)
        let selection = selects ? mixture.selection(labels, count: experts.count) : nil
        var previous: SoftmaxGate?
        return (options.gateTarget.map { [$0] } ?? GateTarget.allCases).map { target in
            let gate = gate(target, experts: experts, labels: labels, free: free, from: previous)
            previous = gate
            let model = MixtureModel(design: mixture.design, family: mixture.family, gate: gate, experts: experts)
            return Candidate(
                construction: options.expertSource == .statistics
                    ? .gate(target: target, afterDistillation: afterDistillation)
                    : .support(target: target, siteWeights: options.siteWeights),
                model: model, labels: labels,
                selection: selection)
        }
    }

    /// The M-step of the pooled fit from the sums of the local statistics; labels and experts in turn until the labels
    /// stand.
    ///
    /// A group that loses all its components keeps its expert.
    private func expertsFromStatistics(_ start: [Expert]) -> (experts: [Expert], labels: [Int]) {
        var experts = start
        var labels = problem.labels(for: experts)
        var rounds = 0
        while true {
            let sums = RobustExperts(mixture, labels, dispersionFloor: dispersionFloor, problem.parallelism)
            experts = sums.fitted(from: experts)
            // The labels returned are those that the experts were made from.
            let next = problem.labels(for: experts)
            rounds += 1
            if next == labels || rounds == Self.largestNumberOfRounds { return (sums.refined(experts), labels) }
            labels = next
        }
    }

    /// Softmax regression on the support.
    ///
    /// Where two experts cross, the plan sends mass to the wrong one and so biases the gate; targets by label send all
    /// of a component to the expert that it stands for.
    ///
    /// - Parameter free: coefficients that are not 0, gate after gate; nil for all.
    func gate(
        _ target: GateTarget, experts: [Expert], labels: [Int], free: [Bool]? = nil, from start: SoftmaxGate? = nil
    ) -> SoftmaxGate {
        var targets =
            switch target {
            case .plan: TransportPlan(problem, experts: experts).masses
            case .label: problem.masses(byLabel: labels, count: experts.count)
            }
        for index in targets.storage.indices { targets.storage[index] *= Double(problem.pointCount) }
        let present = experts.indices.filter { targets.column($0).contains { $0 > 0 } }
        guard free == nil, present.count < experts.count, !present.isEmpty else {
            return regression(targets, free: free).fit(from: start)
        }
        let own = regression(Matrix(columns: present.map { Array(targets.column($0)) }), free: nil).fit(
            from: start.map { gate in
                SoftmaxGate(coefficients: Matrix(columns: present.map { Array(gate.coefficients.column($0)) }))
            })
        return own.spread(to: present, of: experts.count)
    }

    private func regression(_ targets: Matrix, free: [Bool]?) -> SoftmaxRegression {
        SoftmaxRegression(
            rows: problem.rows, design: mixture.design, targets: targets, ridgePerRow: options.gateRidge, free: free)
    }
}

extension SoftmaxGate {
    /// Of an expert that no target belongs to, against the last that one does: where a regression would stop on its way to -∞.
    private static let absent = -25.0

    /// The gate of some experts as that of more, of which the others have no part.
    fileprivate func spread(to present: [Int], of count: Int) -> SoftmaxGate {
        let rows = coefficients.rowCount
        var columns = [[Double]](
            repeating: [Self.absent] + [Double](repeating: 0, count: rows - 1), count: count)
        for (own, expert) in present.enumerated() { columns[expert] = Array(coefficients.column(own)) }
        return SoftmaxGate(coefficients: Matrix(columns: columns))
    }
}
