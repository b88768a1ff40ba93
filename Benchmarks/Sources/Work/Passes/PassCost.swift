import MixtureOfExperts

/// The floating-point operations of a row that the sums need, however they are formed; the experts see p columns with
/// the intercept, and the moments one more, the response.
///
/// Exponentials and the forming of factors are not counted.
struct PassCost {
    let level: StatisticsLevel
    let columns: Int
    let experts: Int

    /// Symmetric p x p sums; those of moments over (1, x, y) apart.
    var matrixCount: Int {
        let gates = (experts - 1) * experts / 2
        switch level {
        case .likelihood, .gradient: return 0
        case .expectationMaximization: return gates
        case .newton, .scores: return gates + experts * (experts + 1) / 2 + (experts - 1) * experts
        }
    }

    var momentCount: Int { level == .expectationMaximization ? experts : 0 }

    private var vectorCount: Int {
        switch level {
        case .likelihood: 0
        case .gradient: 2 * experts - 1
        case .expectationMaximization: experts - 1
        case .newton, .scores: (experts - 1) + experts + (experts - 1) * experts + experts * experts
        }
    }

    /// A product and a sum for every element of a sum.
    var operations: Double {
        let predictors = (2 * experts - 1) * columns
        let matrices = matrixCount * columns * (columns + 1) / 2
        let moments = momentCount * (columns + 1) * (columns + 2) / 2
        return 2 * Double(predictors + matrices + moments + vectorCount * columns)
    }
}

extension StatisticsLevel {
    static let all: [StatisticsLevel] = [.likelihood, .gradient, .expectationMaximization, .newton, .scores]

    var word: String {
        switch self {
        case .likelihood: "likelihood"
        case .gradient: "gradient"
        case .expectationMaximization: "em"
        case .newton: "newton"
        case .scores: "scores"
        }
    }
}
