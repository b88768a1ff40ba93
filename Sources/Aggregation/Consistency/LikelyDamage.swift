import Estimation
import Foundation
import Messages
import MixtureOfExperts
import Numerics

/// What seems to have happened to the numbers of a site: undone, it would be like the others.
public enum LikelyDamage: Sendable, Equatable, Codable {
    /// The response is 10^power times what it is elsewhere.
    case responseUnit(power: Int)
    /// The response times -1.
    case responseSign
    /// One class for the other.
    case exchangedClasses(first: String, second: String)
    /// The covariate is 10^power times what it is elsewhere.
    case covariateUnit(covariate: String, power: Int)
    /// The covariate times -1.
    case covariateSign(covariate: String)
    /// 0 for 1 and 1 for 0, say.
    case exchangedValues(covariate: String)
    /// The numbers of one column in the other.
    case exchangedCovariates(first: String, second: String)
}

extension LikelyDamage: DoorMessage {
    /// A clause without its subject.
    public func text(_ style: OptionStyle) -> String {
        switch self {
        case .responseUnit(let power): "its response seems to be in another unit, \(Self.times(power))"
        case .responseSign: "its response seems to have the opposite sign"
        case .exchangedClasses(let first, let second): "its classes '\(first)' and '\(second)' seem to be exchanged"
        case .covariateUnit(let name, let power): "its '\(name)' seems to be in another unit, \(Self.times(power))"
        case .covariateSign(let name): "its '\(name)' seems to have the opposite sign"
        case .exchangedValues(let name): "the two values of its '\(name)' seem to be exchanged"
        case .exchangedCovariates(let first, let second):
            "its columns '\(first)' and '\(second)' seem to be exchanged"
        }
    }

    private static func times(_ power: Int) -> String {
        // Files may hold any power.
        let factor =
            power.magnitude <= largestPower
            ? "1" + String(repeating: "0", count: Int(power.magnitude)) : "10^\(power.magnitude)"
        return power > 0 ? "\(factor) times too large" : "\(factor) times too small"
    }
}

extension LikelyDamage {
    /// Of ten.
    private static let largestPower = 6
    /// All pairs of more columns would take longer than the aggregation.
    private static let mostExchanged = 60

    /// Everything that is looked for, with what undoes it on the rows of a site.
    static func all(_ problem: AggregationProblem, _ rows: ShardRows) -> [(damage: LikelyDamage, undone: RowChange)] {
        let (design, units) = (problem.mixture.design, problem.standardisation)
        var result = ofResponse(problem.mixture.family, units)
        let columns = design.covariates.indices.filter { $0 != design.offset }
        var numbers = [Int]()
        for column in columns {
            let name = design.covariates[column]
            let values = Set(rows.covariates.column(column)).sorted()
            guard values.count > 2 else {
                if values.count == 2 {
                    result.append((.exchangedValues(covariate: name), .exchangedValues(column, values[0], values[1])))
                }
                continue
            }
            numbers.append(column)
            result.append((.covariateSign(covariate: name), .covariate(column, times: -1, units)))
            result += powers.map {
                (.covariateUnit(covariate: name, power: $0), .covariate(column, times: pow(10, -Double($0)), units))
            }
        }
        guard numbers.count <= mostExchanged else { return result }
        for (index, second) in numbers.enumerated() {
            for first in numbers[..<index] {
                let names = (first: design.covariates[first], second: design.covariates[second])
                result.append(
                    (
                        .exchangedCovariates(first: names.first, second: names.second),
                        .exchangedCovariates(first, second, units)
                    ))
            }
        }
        return result
    }

    private static var powers: [Int] { (-largestPower...largestPower).filter { $0 != 0 } }

    private static func ofResponse(
        _ family: any ExpertFamily, _ units: Standardisation
    ) -> [(damage: LikelyDamage, undone: RowChange)] {
        var result = [(damage: LikelyDamage, undone: RowChange)]()
        switch family.response {
        case .number:
            result.append((.responseSign, .response(times: -1, units)))
            fallthrough
        case .positiveNumber:
            result += powers.map { (.responseUnit(power: $0), .response(times: pow(10, -Double($0)), units)) }
        case .count: break
        case .classes(let names):
            for second in names.indices {
                for first in names.indices.prefix(second) {
                    result.append(
                        (
                            .exchangedClasses(first: names[first], second: names[second]),
                            .exchangedResponses(Double(first), Double(second))
                        ))
                }
            }
        }
        return result
    }
}
