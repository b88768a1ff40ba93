import Foundation
import MixtureOfExperts
import Numerics

/// How far a Newton step goes that cannot be tried.
///
/// Along a line the log of a sum of exponentials has a third derivative of at most R times its second, R the largest change of a log odds (Bach 2010,
/// Electronic Journal of Statistics 4, lemma 1). So have the log densities of all families with a log link: their derivatives in a predictor are those of
/// exponentials or of logarithms of 1 + exponentials, and R is the largest change of a predictor. A Newton step raises the objective as long
/// as exp(R) - R - 1 ≤ R², R ≤ 1.79, and a step of log₂(1 + R) / R beyond, up to R = 50, farther than which no step goes. R is taken over all rows there;
/// a root mean square serves here.
enum StepBound {
    /// The whole Newton step where it changes predictors by no more than ``largestReach``, else less.
    static func length(reach: Double) -> Double {
        guard reach > largestReach else { return 1 }
        let units = reach / largestReach
        return log2(1 + min(units, farthestReach / largestReach)) / units
    }

    /// Of the lemma.
    private static let farthestReach = 50.0

    private static let largestReach = 1.5
}

extension Moments {
    /// The root mean square over the rows of an intercept and slopes times the columns at `positions`.
    func rootMeanSquare(_ coefficients: [Double], at positions: [Int]) -> Double {
        guard weight > 0 else { return 0 }
        let slopes = Array(coefficients.dropFirst())
        let mean = coefficients[0] + dot(slopes, positions.map { self.mean[$0] })
        return (mean * mean + max(0, dot(slopes, covariance(of: positions) * slopes))).squareRoot()
    }
}

extension GeneralisedEMRound {
    /// The root mean square over an expert's rows of what a step changes in the log odds of two experts: the largest of all.
    func reach(of direction: Matrix, over moments: [Moments]) -> Double {
        var largest = 0.0
        for first in 0..<direction.columnCount {
            for second in 0..<first {
                let difference = zip(direction.column(first), direction.column(second)).map(-)
                for rows in moments {
                    largest = max(largest, rows.rootMeanSquare(difference, at: design.gateCovariates))
                }
            }
        }
        return largest
    }

    /// The root mean square over an expert's rows of what a step changes in a predictor, or in the log odds of two classes.
    ///
    /// Where means grow with a predictor, the rows that decide are those of the largest means: the information weighs rows by these.
    func reach(of step: [Double], over rows: Moments, _ sums: CoefficientSums) -> Double {
        let layout = design.expertLayout
        let changes = (0..<layout.predictorCount(step.count)).map { Array(step[layout.coefficients(of: $0)]) }
        let isOfClasses = model.family.response.classes != nil
        var largest = 0.0
        for (first, change) in changes.enumerated() {
            largest = max(largest, rows.rootMeanSquare(change, at: design.expertCovariates))
            for other in changes[..<first] where isOfClasses {
                largest = max(largest, rows.rootMeanSquare(zip(change, other).map(-), at: design.expertCovariates))
            }
        }
        guard !isOfClasses, sums.hasInformation(0) else { return largest }
        return max(largest, (max(0, dot(step, sums.information * step)) / sums.information[0, 0]).squareRoot())
    }
}
