/// The transportation problem between many sources and few sinks, exactly.
///
/// minimise Σ_lk P_lk c_lk over P ≥ 0 with Σ_k P_lk = a_l and Σ_l P_lk = b_k (Hitchcock 1941); L sources, K sinks. All sources
/// first send to their nearest sink, which is optimal for sinks that take anything. Then what a sink has too much moves to
/// sinks that have too little along shortest paths with potentials (Edmonds & Karp 1972). The paths run over the K sinks
/// alone: a step from one to another is the cheapest change of mind of a source between them.
package struct TransportationPlan: Sendable {
    /// P; sources x sinks.
    ///
    /// Rows sum to the masses of the sources, columns to those of the sinks up to rounding.
    package let flows: Matrix
    /// v of the dual, max Σ_k b_k v_k + Σ_l a_l min_k (c_lk - v_k); c_lk - v_k is least in k where P_lk is positive.
    package let sinkPotentials: [Double]
    /// Σ_lk P_lk c_lk.
    package let cost: Double

    /// - Parameters:
    ///   - costs: sources x sinks, finite.
    ///   - sources: nonnegative masses.
    ///   - sinks: nonnegative masses; scaled to the sum of the sources.
    package init(costs: Matrix, sources: [Double], sinks: [Double]) {
        precondition(costs.rowCount == sources.count && costs.columnCount == sinks.count, "a cost for every pair")
        precondition(costs.storage.allSatisfy(\.isFinite), "costs must be finite")
        var search = TransportationSearch(costs, sources, sinks)
        while search.moveExcess() {}
        flows = search.flows
        sinkPotentials = search.potentials
        cost = dot(search.flows.storage, costs.storage)
    }
}

/// A plan that is optimal for the masses that its sinks have received so far.
private struct TransportationSearch {
    /// Below this share of the total an excess is rounding.
    private static let rounding = 1e-15

    let costs: Matrix
    var flows: Matrix
    var potentials: [Double]
    /// Mass received beyond that of the sink; negative where some is missing.
    var excess: [Double]
    let tolerance: Double
    /// For sinks k and j at j + k * K the source at k for which the change to j costs least.
    var changes: [Change]

    enum Change {
        case unknown, none, source(Int)
    }

    init(_ costs: Matrix, _ sources: [Double], _ sinks: [Double]) {
        self.costs = costs
        flows = Matrix(rowCount: costs.rowCount, columnCount: costs.columnCount)
        potentials = [Double](repeating: 0, count: sinks.count)
        changes = [Change](repeating: .unknown, count: sinks.count * sinks.count)
        let total = sources.reduce(0, +)
        let scale = total / sinks.reduce(0, +)
        // No mass on one side is no problem to solve.
        excess = sinks.map { scale.isFinite ? -scale * $0 : 0 }
        tolerance = Self.rounding * total
        for (source, mass) in sources.enumerated() where mass > 0 {
            let nearest = sinks.indices.min { costs[source, $0] < costs[source, $1] } ?? 0
            flows[source, nearest] = mass
            excess[nearest] += mass
        }
    }

    /// Moves mass along one shortest path; false where none is left to move.
    mutating func moveExcess() -> Bool {
        guard let path = shortestPath(), let end = path.last else { return false }
        var amount = min(excess[path[0].sink], -excess[end.sink])
        for (step, next) in zip(path, path.dropFirst()) { amount = min(amount, flows[next.source, step.sink]) }
        for (step, next) in zip(path, path.dropFirst()) { move(amount, of: next.source, step.sink, next.sink) }
        // The smallest of them becomes exactly 0, so that the search ends.
        excess[path[0].sink] -= amount
        excess[end.sink] += amount
        return true
    }

    private mutating func move(_ amount: Double, of source: Int, _ sink: Int, _ next: Int) {
        let count = potentials.count
        flows[source, sink] -= amount
        if flows[source, sink] == 0 {
            for other in 0..<count {
                if case .source(source) = changes[other + sink * count] { changes[other + sink * count] = .unknown }
            }
        }
        let isNew = flows[source, next] == 0
        flows[source, next] += amount
        guard isNew else { return }
        for other in 0..<count {
            switch changes[other + next * count] {
            case .unknown: break
            case .none: changes[other + next * count] = .source(source)
            case .source(let best):
                if costs[source, other] - costs[source, next] < costs[best, other] - costs[best, next] {
                    changes[other + next * count] = .source(source)
                }
            }
        }
    }

    // MARK: Shortest path

    /// A sink on a path, and the source that changes to it from the sink before.
    typealias Step = (sink: Int, source: Int)

    private struct Label {
        var distance = Double.infinity
        var steps = 0
        var previous: (sink: Int, source: Int)?
        var isVisited = false

        func isBefore(_ other: Label) -> Bool { (distance, steps) < (other.distance, other.steps) }
    }

    /// From a sink with too much to the nearest one with too little, by Dijkstra's search in the reduced costs; of equal
    /// paths one of fewest steps.
    ///
    /// The potentials follow.
    private mutating func shortestPath() -> [Step]? {
        var labels = excess.map { Label(distance: $0 > tolerance ? 0 : .infinity) }
        while let sink = labels.indices.filter({ !labels[$0].isVisited }).min(by: { labels[$0].isBefore(labels[$1]) }),
            labels[sink].distance < .infinity
        {
            if excess[sink] < -tolerance {
                let length = labels[sink].distance
                for index in labels.indices { potentials[index] += min(labels[index].distance, length) }
                return path(to: sink, labels)
            }
            labels[sink].isVisited = true
            for next in labels.indices where !labels[next].isVisited {
                guard let source = cheapestChange(from: sink, to: next) else { continue }
                let reduced =
                    costs[source, next] - costs[source, sink] - (potentials[next] - potentials[sink])
                // Negative by rounding only.
                let label = Label(
                    distance: labels[sink].distance + max(reduced, 0), steps: labels[sink].steps + 1,
                    previous: (sink, source))
                if label.isBefore(labels[next]) { labels[next] = label }
            }
        }
        return nil
    }

    private func path(to end: Int, _ labels: [Label]) -> [Step] {
        var result = [Step]()
        var sink = end
        while let previous = labels[sink].previous {
            // One source that changes twice running, which rounding may prefer, changes once: else nothing would run out.
            if result.last?.source != previous.source { result.append((sink, previous.source)) }
            sink = previous.sink
        }
        // Nothing changes to the first sink.
        result.append((sink, -1))
        return result.reversed()
    }

    private mutating func cheapestChange(from sink: Int, to next: Int) -> Int? {
        let index = next + sink * potentials.count
        if case .unknown = changes[index] { changes[index] = searchedChange(from: sink, to: next) }
        if case .source(let source) = changes[index] { return source }
        return nil
    }

    private func searchedChange(from sink: Int, to next: Int) -> Change {
        var best = Change.none
        var least = Double.infinity
        let (own, other) = (sink * costs.rowCount, next * costs.rowCount)
        for source in 0..<costs.rowCount where flows.storage[own + source] > 0 {
            let difference = costs.storage[other + source] - costs.storage[own + source]
            if difference < least {
                least = difference
                best = .source(source)
            }
        }
        return best
    }
}
