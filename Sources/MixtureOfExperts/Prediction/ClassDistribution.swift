/// The predictive distribution of one row whose response is a class.
package struct ClassDistribution: Sendable, Equatable {
    /// One a class, in the order of the family's names; sum to 1.
    package let probabilities: [Double]

    /// A sum over experts may come out above 1 by rounding, which those who score probabilities refuse.
    package init(probabilities: [Double]) { self.probabilities = probabilities.map { min($0, 1) } }

    /// The first of equal ones.
    package var mostProbableClass: Int {
        probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
    }

    /// The fewest classes that hold at least this probability, the most probable first, of equal ones the first.
    ///
    /// - Parameter level: between 0 and 1.
    package func predictionSet(_ level: Double) -> [Int] {
        let order = probabilities.indices.sorted { (-probabilities[$0], $0) < (-probabilities[$1], $1) }
        var sum = 0.0
        for (index, next) in order.enumerated() {
            sum += probabilities[next]
            if sum >= level { return Array(order[...index]) }
        }
        return order
    }

    /// Σ_c (p_c - 1{y = c})² (Brier 1950): from 0 to 2; with two classes twice the square of one of them.
    package func brierScore(_ response: Int) -> Double {
        probabilities.indices.reduce(0) { sum, index in
            let difference = probabilities[index] - (index == response ? 1 : 0)
            return sum + difference * difference
        }
    }
}
