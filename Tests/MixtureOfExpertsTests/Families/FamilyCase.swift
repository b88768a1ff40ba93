import Foundation
import MixtureOfExperts
import TestSupport
import Testing

/// A family with points to look at it: what the tests of the contract run over.
struct FamilyCase: Sendable, CustomTestStringConvertible {
    struct Point: Sendable {
        var predictors: [Double]
        var dispersion: Double
    }

    var family: any ExpertFamily

    var testDescription: String { "\(family.name), \(family.predictorCount) predictors" }

    /// Every family there is; classes in two numbers.
    static let all: [FamilyCase] = [["no", "yes"], ["a", "b", "c", "d"]].enumerated().flatMap { index, classes in
        ExpertFamilies.all(classes: classes).filter { index == 0 || $0.predictorCount > 1 }.map(FamilyCase.init)
    }

    var points: [Point] {
        [(0.3, 0.7), (-1.1, 2), (2.4, 0.05), (1.2, 0.4)].map { (value: Double, dispersion: Double) in
            let predictors = (0..<family.predictorCount).map { value * cos(2 * Double($0)) + 0.2 * Double($0) }
            return Point(predictors: predictors, dispersion: family.hasDispersion ? dispersion : 1)
        }
    }

    var responses: [Double] {
        switch family.response {
        case .number: [-1, 0.3, 2.5]
        case .positiveNumber: [0.02, 0.9, 7]
        case .count: [0, 1, 4, 30, 300]
        case .classes(let names): names.indices.map(Double.init)
        }
    }

    /// Σ or ∫ of a function of the response under the density, up to a response.
    func expectation(_ point: Point, upTo end: Double = .infinity, of value: (Double) -> Double) -> Double {
        func weighted(_ response: Double) -> Double {
            exp(family.logDensity(response, point.predictors, point.dispersion)) * value(response)
        }
        switch family.response {
        case .number:
            let (center, width) = (family.mean(point.predictors), 14 * deviation(point))
            return Quadrature.integral(from: center - width, to: min(end, center + width), weighted)
        case .positiveNumber:
            // Over log y, from where all but 1e-16 lies above.
            let center = log(family.mean(point.predictors))
            let upper = min(log(end), center + log(2 + 40 * point.dispersion + 10 * point.dispersion.squareRoot()))
            return Quadrature.integral(from: center - 40 * point.dispersion - 4, to: upper, intervals: 20_000) {
                exp($0) * weighted(exp($0))
            }
        case .count:
            return (0...200).filter { Double($0) <= end }.reduce(0) { $0 + weighted(Double($1)) }
        case .classes(let names):
            return names.indices.filter { Double($0) <= end }.reduce(0) { $0 + weighted(Double($1)) }
        }
    }

    func deviation(_ point: Point) -> Double {
        family.variance(point.predictors, dispersion: point.dispersion).squareRoot()
    }

    func divergence(_ from: Point, _ to: Point) -> Double {
        family.divergence(from.predictors, from.dispersion, to: to.predictors, to.dispersion)
    }

    func expectedStatistics(_ point: Point) -> [Double] {
        family.expectedStatistics(point.predictors, point.dispersion)
    }
}
