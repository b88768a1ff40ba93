import Evaluation
import Foundation
import MixtureOfExperts

/// Coverage of 95 % intervals and size of the standard errors, by kind of parameter.
struct CoverageTable: Encodable {
    enum Kind: String, CaseIterable {
        case expertIntercept, expertSlope, logDispersion, gateIntercept, gateSlope
    }

    struct Row: Encodable {
        var kind: String
        /// Of the truth, over all parameters of the kind and all fits.
        var coverage: Double
        /// The parameter covered least.
        var least: Double
        /// Mean standard error / standard deviation over the fits, the mean over the parameters.
        var ratio: Double
        /// Mean of (estimate - truth) / standard error.
        var bias: Double
        /// Intervals that there are, of those that there could be.
        var given: Int
        var possible: Int
    }

    let rows: [Row]

    init(_ truth: MixtureModel, _ fits: [FittedMixture]) {
        let target = Self.parameters(truth, nil)
        let found = fits.map { Self.parameters($0.model, $0.standardErrors, $0.errors) }
        rows = Kind.allCases.compactMap { kind in
            let own = target.indices.filter { target[$0].kind == kind }
            guard !own.isEmpty else { return nil }
            let each = own.map { Self.summary($0, target, found) }
            let given = each.reduce(0) { $0 + $1.given }
            return Row(
                kind: kind.rawValue,
                coverage: each.reduce(0) { $0 + Double($1.covered) } / Double(max(given, 1)),
                least: each.map { Double($0.covered) / Double(max($0.given, 1)) }.min() ?? 0,
                ratio: each.reduce(0) { $0 + $1.ratio } / Double(each.count),
                bias: each.reduce(0) { $0 + $1.bias } / Double(each.count), given: given,
                possible: own.count * fits.count)
        }
    }

    /// Standard deviation over fits / standard error of one fit; the mean over the parameters of a kind.
    static func deviations(_ fits: [FittedMixture], relativeTo fit: FittedMixture) -> [Kind: Double] {
        let own = parameters(fit.model, fit.standardErrors)
        let all = fits.map { parameters($0.model, nil) }
        var ratios = [Kind: [Double]]()
        for index in own.indices {
            guard let error = own[index].error else { continue }
            ratios[own[index].kind, default: []].append(deviation(all.map { $0[index].value }) / error)
        }
        return ratios.mapValues { $0.reduce(0, +) / Double($0.count) }
    }

    private struct Parameter {
        var kind: Kind
        var value: Double
        var error: Double?
        /// Of the interval.
        var quantile = 1.959963984540054
    }

    private static func parameters(
        _ model: MixtureModel, _ errors: StandardErrors?, _ uncertainty: ParameterUncertainty? = nil
    ) -> [Parameter] {
        func quantile(_ covariance: ParameterCovariance?) -> Double {
            IntervalQuantile.ofLevel(0.95, degrees: covariance?.degrees)
        }
        var result = [Parameter]()
        let regressors = model.design.expertPositions.count
        for (index, expert) in model.experts.enumerated() {
            for (position, value) in expert.coefficients.enumerated() {
                result.append(
                    Parameter(
                        kind: position.isMultiple(of: regressors) ? .expertIntercept : .expertSlope, value: value,
                        error: errors?.coefficients[index][position], quantile: quantile(uncertainty?.experts[index])))
            }
            if model.family.hasDispersion {
                result.append(
                    Parameter(
                        kind: .logDispersion, value: log(expert.dispersion),
                        error: errors?.logDispersions[index], quantile: quantile(uncertainty?.experts[index])))
            }
        }
        for gate in 0..<model.expertCount - 1 {
            for (position, value) in model.gate.coefficients.column(gate).enumerated() {
                result.append(
                    Parameter(
                        kind: position == 0 ? .gateIntercept : .gateSlope, value: value,
                        error: errors?.gates[gate][position], quantile: quantile(uncertainty?.gate)))
            }
        }
        return result
    }

    private static func summary(
        _ index: Int, _ target: [Parameter], _ fits: [[Parameter]]
    ) -> (covered: Int, given: Int, ratio: Double, bias: Double) {
        let truth = target[index].value
        let given = fits.compactMap { fit in fit[index].error.map { (fit[index].value, $0) } }
        let covered = fits.count { fit in
            fit[index].error.map { abs(fit[index].value - truth) <= fit[index].quantile * $0 } ?? false
        }
        let count = Double(max(given.count, 1))
        let mean = given.reduce(0) { $0 + $1.1 } / count
        let bias = given.reduce(0) { $0 + ($1.0 - truth) / $1.1 } / count
        return (covered, given.count, mean / deviation(given.map(\.0)), bias)
    }

    private static func deviation(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(values.count - 1, 1))).squareRoot()
    }
}
