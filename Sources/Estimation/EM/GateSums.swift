import MixtureOfExperts
import Numerics

/// What a Newton step of a softmax gate needs of the rows; additive.
///
/// The information is kept by pairs of experts, Σ w π_a π_b z z' with z = (1, gate covariates): the blocks of the Newton
/// system are Σ_b of these on the diagonal and their negatives beside it. No expert is the reference then, and a pair, or
/// an expert with all of its pairs, can be left out with what remains still positive semidefinite.
package struct GateSums: Sendable, Equatable {
    /// For each expert Σ w (τ_a - π_a) z; they sum to 0.
    package private(set) var gradient: [[Double]]
    /// Of the pairs b < a, by a, then b.
    package private(set) var pairs: [PackedSymmetric]

    package static func pairCount(experts: Int) -> Int { experts * (experts - 1) / 2 }

    package init(gradient: [[Double]], pairs: [PackedSymmetric]) {
        precondition(pairs.count == Self.pairCount(experts: gradient.count), "a sum for every pair of experts")
        self.gradient = gradient
        self.pairs = pairs
    }

    /// - Parameter size: the length of z.
    init(expertCount: Int, size: Int) {
        self.init(
            gradient: [[Double]](repeating: [Double](repeating: 0, count: size), count: expertCount),
            pairs: [PackedSymmetric](
                repeating: PackedSymmetric(size: size), count: Self.pairCount(experts: expertCount)))
    }

    /// From a pass at level ``StatisticsLevel/expectationMaximization``.
    init(_ statistics: MixtureStatistics, _ design: Design) {
        let layout = statistics.layout
        let positions = design.gatePositions
        self.init(expertCount: layout.expertCount, size: positions.count)
        let last = layout.gateCount
        func information(_ first: Int, _ second: Int) -> PackedSymmetric {
            statistics.quadraticSum(layout.gateInformation(first, second)).permuted(positions)
        }
        for gate in 0..<last {
            let sums = Array(statistics.linearSum(layout.gateGradient(gate)))
            gradient[gate] = positions.map { sums[$0] }
            for index in gradient[last].indices { gradient[last][index] -= gradient[gate][index] }
        }
        for first in 0..<last {
            // Probabilities sum to 1: what is left of π_a (1 - π_a) belongs to the last expert.
            var rest = information(first, first)
            for second in 0..<last where second != first {
                let information = information(first, second)
                if second < first { pairs[Self.index(first, second)] = -1 * information }
                rest += information
            }
            pairs[Self.index(last, first)] = rest
        }
    }

    package var expertCount: Int { gradient.count }

    static func index(_ first: Int, _ second: Int) -> Int {
        let (low, high) = (min(first, second), max(first, second))
        return high * (high - 1) / 2 + low
    }

    package mutating func merge(_ other: GateSums) {
        precondition(expertCount == other.expertCount, "sums of different gates")
        for expert in gradient.indices {
            for index in gradient[expert].indices { gradient[expert][index] += other.gradient[expert][index] }
        }
        for pair in pairs.indices { pairs[pair] += other.pairs[pair] }
    }

    func scaled(by factor: Double) -> GateSums {
        GateSums(gradient: gradient.map { $0.map { factor * $0 } }, pairs: pairs.map { factor * $0 })
    }

    /// The direction of ``GateNewton`` in the shape of the gate's coefficients.
    ///
    /// Where something is withheld the penalty shortens the step but does not pull: along what no row determines, it would take
    /// the coefficients to 0 at once.
    func direction(_ gate: SoftmaxGate, ridge: Double, prior: SlopePrior? = nil) -> Matrix {
        let (gradient, information) = equations(gate, prior: prior)
        return GateNewton.direction(
            gate: gate, ridge: ridge, pull: isComplete ? 1 : 0, gradient: gradient, information: information)
    }

    /// Gradient and information of the gates but the last, as ``GateNewton`` takes them.
    func equations(
        _ gate: SoftmaxGate, prior: SlopePrior?
    ) -> (gradient: (Int) -> [Double], information: (Int, Int) -> Matrix) {
        (
            { own in prior.map { zip(gradient[own], $0.gateGradient(gate, own)).map(-) } ?? gradient[own] },
            { first, second in
                var own = information(first, second).matrix()
                if let prior { own.addToDiagonal(prior.gateCurvature(gate, first, second)) }
                return own
            }
        )
    }

    /// Whether there is information on a coefficient of every gate.
    func hasInformation(_ position: Int) -> Bool { gradient.indices.allSatisfy { diagonal($0)[position] > 0 } }

    /// g'(I + ridge)⁻¹g: twice what a Newton step promises to gain.
    func newtonDecrement(ridge: Double) -> Double {
        guard expertCount > 1 else { return 0 }
        let origin = SoftmaxGate(coefficients: Matrix(rowCount: gradient[0].count, columnCount: expertCount))
        let direction = GateNewton.direction(
            gate: origin, ridge: ridge, pull: 0, gradient: { gradient[$0] },
            information: { information($0, $1).matrix() })
        return (0..<expertCount - 1).reduce(0) { $0 + dot(gradient[$1], Array(direction.column($1))) }
    }

    /// Whether there is information on every coefficient from every pair of experts.
    private var isComplete: Bool { pairs.allSatisfy { pair in (0..<pair.size).allSatisfy { pair[$0, $0] > 0 } } }

    /// Of the information of a gate, the others given.
    func diagonal(_ expert: Int) -> [Double] {
        let own = information(expert, expert)
        return (0..<own.size).map { max(own[$0, $0], 0) }
    }

    private func information(_ first: Int, _ second: Int) -> PackedSymmetric {
        guard first == second else { return -1 * pairs[Self.index(first, second)] }
        var sum = PackedSymmetric(size: gradient[first].count)
        for other in 0..<expertCount where other != first { sum += pairs[Self.index(first, other)] }
        return sum
    }
}

// MARK: Disclosure

extension GateSums {
    /// Σ w π_a (1 - π_a): no row adds more than a quarter of its weight, so that 4 times it is no more than the weight of the
    /// rows in the sums.
    private func overlap(_ expert: Int) -> Double { information(expert, expert)[0, 0] }

    /// Experts with less than the `least` weight between them and all others.
    func apart(least: Double) -> [Int] { gradient.indices.filter { 4 * overlap($0) < least } }

    /// With the sums of each pair that has less between them replaced by their weight times `average`, the
    /// mean of z z' over the rows of the two: the step keeps its length, and no single row is released.
    func withoutSparsePairs(least: Double, average: (Int, Int) -> PackedSymmetric) -> GateSums {
        var result = self
        for first in gradient.indices {
            for second in 0..<first {
                let pair = Self.index(first, second)
                let weight = max(pairs[pair][0, 0], 0)
                if 4 * weight < least { result.pairs[pair] = weight * average(first, second) }
            }
        }
        return result
    }

    /// The same with one element of z withheld: the coefficients at it stand still.
    func without(_ position: Int) -> GateSums {
        var result = self
        for expert in gradient.indices { result.gradient[expert][position] = 0 }
        for pair in pairs.indices {
            for other in 0..<pairs[pair].size { result.pairs[pair][position, other] = 0 }
        }
        return result
    }

    /// These sums as those of the chosen experts among more, which are withheld.
    func spread(to experts: [Int], of expertCount: Int) -> GateSums {
        var result = GateSums(expertCount: expertCount, size: gradient.first?.count ?? 0)
        for (own, expert) in experts.enumerated() {
            result.gradient[expert] = gradient[own]
            for other in 0..<own {
                result.pairs[Self.index(expert, experts[other])] = pairs[Self.index(own, other)]
            }
        }
        return result
    }
}
