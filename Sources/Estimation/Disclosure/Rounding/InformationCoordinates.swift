import MixtureOfExperts
import Numerics

/// Coordinates of coefficients in which an information is diagonal, intercepts at the means of the covariates.
struct Coordinates {
    /// Of coefficients that are not 0 and have information.
    let positions: [Int]
    let regressions: SequentialRegressions
    private let layout: CoefficientLayout
    private let means: [Double]

    /// - Parameter values: coefficients, or their scores; what is 0 is held.
    init(_ information: PackedSymmetric, _ moments: Moments, _ design: Design, _ values: [Double]) {
        layout = design.expertLayout
        means = design.expertCovariates.map { moments.mean[$0] }
        let centered = information.shifted(by: means.map { -$0 }, layout)
        positions = values.indices.filter { values[$0] != 0 && centered[$0, $0] > 0 }
        regressions = SequentialRegressions(
            (moments.weight > 0 ? 1 / moments.weight : 1) * centered.principal(positions),
            names: positions.map { "\($0)" })
    }

    /// L' x.
    func transposed(_ values: [Double]) -> [Double] {
        values.indices.map { row in
            (row..<values.count).reduce(0) { $0 + regressions.slopes[$1, row] * values[$1] }
        }
    }

    /// The solution of L' x = b.
    func solved(_ right: [Double]) -> [Double] {
        var result = right
        for row in right.indices.reversed() {
            result[row] -= ((row + 1)..<right.count).reduce(0) { $0 + regressions.slopes[$1, row] * result[$1] }
        }
        return result
    }

    /// Of a gradient by slopes with intercepts at 0: that with intercepts at the means.
    func centered(_ score: [Double], _ position: Int) -> Double {
        guard let covariate = layout.covariate(position) else { return score[position] }
        return score[position] - means[covariate] * score[layout.intercept(of: layout.predictor(position))]
    }

    func uncentered(_ values: [Double], count: Int) -> [Double] {
        var result = [Double](repeating: 0, count: count)
        for (place, position) in positions.enumerated() { result[position] = values[place] }
        for position in result.indices {
            guard let covariate = layout.covariate(position) else { continue }
            result[position] += means[covariate] * result[layout.intercept(of: layout.predictor(position))]
        }
        return result
    }
}

extension SequentialRegressions {
    /// The solution of L x = b.
    func solvedLower(_ right: [Double]) -> [Double] {
        var result = right
        for row in right.indices {
            result[row] -= (0..<row).reduce(0) { $0 + slopes[row, $1] * result[$1] }
        }
        return result
    }

    /// L x.
    func multiplied(_ values: [Double]) -> [Double] {
        values.indices.map { row in (0...row).reduce(0) { $0 + slopes[row, $1] * values[$1] } }
    }
}
