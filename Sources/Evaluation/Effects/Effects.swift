import Foundation
import MixtureOfExperts
import Numerics

/// What the covariates do, in words of a reader: by size, with intervals, and where each expert is at home.
///
/// Intervals are estimate ± z · standard error, z the normal quantile; of a linear regression, one Gaussian expert fitted to rows, that of a t of
/// as many degrees as there are rows beyond coefficients; of errors from the differences of sites that of a t of their degrees.
package struct Effects: Sendable, Equatable, Encodable {
    /// A coefficient.
    package struct Effect: Sendable, Equatable, Encodable {
        package var covariate: String
        /// The class whose log odds against the first one it moves; nil for families with one linear predictor.
        package var response: String?
        /// β · sd(x), over sd(y) where responses are standardised for a fit: what one standard deviation of x over all rows does; 0 where the
        /// responses do not vary.
        package var standardised: Double
        package var estimate: Double
        /// nil where the coefficient is held, or not determined by the rows; so are the bounds.
        package var standardError: Double?
        package var lower: Double?
        package var upper: Double?
        /// Of the hypothesis that it is 0, two-sided; nil where the error is, and of a dispersion.
        package var pValue: Double?

        /// Of which nothing is known but the estimate.
        package init(covariate: String, estimate: Double) {
            self.init(covariate: covariate, standardised: 0, estimate: estimate)
        }

        fileprivate init(
            covariate: String, standardised: Double, estimate: Double, standardError: Double? = nil,
            lower: Double? = nil,
            upper: Double? = nil, pValue: Double? = nil
        ) {
            self.covariate = covariate
            self.standardised = standardised
            self.estimate = estimate
            self.standardError = standardError
            self.lower = lower
            self.upper = upper
            self.pValue = pValue
        }
    }

    /// A covariate over the rows of an expert.
    package struct Typical: Sendable, Equatable, Encodable {
        package var covariate: String
        package var mean: Double
        package var standardDeviation: Double
    }

    package struct OfExpert: Sendable, Equatable, Encodable {
        /// From 1.
        package var expert: Int
        /// Of the rows.
        package var share: Double
        /// The value that an expert without parameters is; absent of others.
        package var pointMass: Double?
        /// The ends of its range, of an expert of noise; absent of others.
        package var noise: [Double]?
        package var intercepts: [Effect]
        /// The largest first.
        package var effects: [Effect]
        /// Absent where the family has no dispersion.
        package var dispersion: Effect?
        package var typicalRow: [Typical]
    }

    package struct OfGate: Sendable, Equatable, Encodable {
        /// From 1.
        package var expert: Int
        /// From 1: log odds are against this one.
        package var against: Int
        package var intercept: Effect
        /// The largest first.
        package var effects: [Effect]
    }

    /// Of the intervals.
    package var level: Double
    /// How the errors were found.
    package var source: String
    package var experts: [OfExpert]
    package var gates: [OfGate]
}

extension Effects {
    /// Nil where nothing is known of the errors.
    ///
    /// - Parameter level: of the intervals, between 0 and 1.
    package init?(_ fitted: FittedMixture, level: Double = 0.95) {
        guard let errors = fitted.standardErrors, let source = fitted.errors?.source else { return nil }
        let maker = EffectMaker(fitted, errors, level)
        self.level = level
        self.source = source.rawValue
        experts = fitted.model.experts.indices.map(maker.expert)
        gates = (0..<fitted.model.expertCount - 1).map(maker.gate)
    }
}

/// The effects of one mixture.
private struct EffectMaker {
    let fitted: FittedMixture
    let errors: StandardErrors
    /// Of Student's t where the errors say nothing of them; nil where estimates are taken as normal.
    let degrees: Double?
    let level: Double
    /// Of the covariates and the response over all rows.
    let deviations: [Double]

    init(_ fitted: FittedMixture, _ errors: StandardErrors, _ level: Double) {
        self.fitted = fitted
        self.errors = errors
        degrees = Self.residualDegrees(fitted)
        self.level = level
        let pooled = Moments.sum(fitted.moments, count: fitted.model.design.covariateCount + 1)
        deviations = Self.deviations(pooled)
    }

    /// Nil where estimates are taken as normal.
    private static func residualDegrees(_ fitted: FittedMixture) -> Double? {
        let degrees = fitted.weight - Double(fitted.model.experts[0].coefficients.count)
        guard fitted.model.expertCount == 1, fitted.model.family is GaussianFamily,
            [.observed, .sandwich].contains(fitted.errors?.source), degrees > 0
        else { return nil }
        return degrees
    }

    /// What estimates are compared with.
    private struct Reference {
        let degrees: Double?
        let quantile: Double

        init(_ degrees: Double?, level: Double) {
            self.degrees = degrees
            quantile = IntervalQuantile.ofLevel(level, degrees: degrees)
        }

        /// P(|T| ≥ |estimate / error|), from the tail, which keeps its digits; nil where there is no error.
        func pValue(_ estimate: Double, _ error: Double?) -> Double? {
            guard let error, error > 0 else { return nil }
            let ratio = abs(estimate / error)
            return 2
                * (degrees.map { SpecialFunctions.studentTail(ratio, degrees: $0) } ?? Scalar.normalDistribution(-ratio))
        }
    }

    private func reference(_ covariance: ParameterCovariance?) -> Reference {
        Reference(covariance?.degrees ?? degrees, level: level)
    }

    private static func deviations(_ moments: Moments) -> [Double] {
        (0..<moments.count).map {
            moments.weight > 0 ? (moments.scatter[$0, $0] / moments.weight).squareRoot() : 0
        }
    }

    private var design: Design { fitted.model.design }

    func expert(_ index: Int) -> Effects.OfExpert {
        let family = fitted.model.family
        let layout = design.expertLayout
        let reference = reference(fitted.errors?.experts[index])
        // Of responses that do not vary, as far as is released, nothing is a share.
        let deviation = deviations[deviations.count - 1]
        let inverse = !family.standardisesResponses ? 1 : deviation > 0 ? 1 / deviation : 0
        var intercepts = [Effects.Effect]()
        var effects = [Effects.Effect]()
        let fixed = fitted.model.experts[index].fixedDistribution
        let coefficients = fixed == nil ? fitted.model.experts[index].coefficients : []
        for (position, estimate) in coefficients.enumerated() {
            let covariate = layout.covariate(position)
            var effect = effect(
                covariate.map { design.expertFeatures[$0] } ?? "intercept", estimate,
                errors.coefficients[index][position],
                scale: covariate.map { deviations[design.expertCovariates[$0]] * inverse } ?? 0, reference)
            if case .classes(let names) = family.response {
                effect.response = names[layout.predictor(position) + 1]
            }
            if covariate == nil { intercepts.append(effect) } else { effects.append(effect) }
        }
        let total = fitted.moments.reduce(0) { $0 + $1.weight }
        let moments = fitted.moments[index]
        let spread = Self.deviations(moments)
        return Effects.OfExpert(
            expert: index + 1, share: total > 0 ? moments.weight / total : 0, pointMass: fixed?.value,
            noise: fixed?.noiseRange, intercepts: intercepts, effects: Self.bySize(effects),
            dispersion: family.hasDispersion && fixed == nil ? dispersion(index, reference) : nil,
            typicalRow: fitted.withheldStatistics.contains(index)
                ? []
                : design.covariates.indices.map {
                    Effects.Typical(
                        covariate: design.covariates[$0], mean: moments.mean[$0], standardDeviation: spread[$0])
                })
    }

    func gate(_ index: Int) -> Effects.OfGate {
        let coefficients = Array(fitted.model.gate.coefficients.column(index))
        let own = errors.gates[index]
        let reference = reference(fitted.errors?.gate)
        return Effects.OfGate(
            expert: index + 1, against: fitted.model.expertCount,
            intercept: effect("intercept", coefficients[0], own[0], scale: 0, reference),
            effects: Self.bySize(
                design.gateCovariates.enumerated().map { position, covariate in
                    effect(
                        design.covariates[covariate], coefficients[position + 1], own[position + 1],
                        scale: deviations[covariate], reference)
                }))
    }

    private func effect(
        _ name: String, _ estimate: Double, _ error: Double?, scale: Double, _ reference: Reference
    ) -> Effects.Effect {
        Effects.Effect(
            covariate: name, standardised: scale * estimate, estimate: estimate, standardError: error,
            lower: error.map { estimate - reference.quantile * $0 },
            upper: error.map { estimate + reference.quantile * $0 }, pValue: reference.pValue(estimate, error))
    }

    /// Its interval is symmetric for the logarithm: it never falls below 0.
    private func dispersion(_ index: Int, _ reference: Reference) -> Effects.Effect {
        let value = fitted.model.experts[index].dispersion
        let error = errors.logDispersions[index]
        var result = effect("dispersion", value, error.map { $0 * value }, scale: 0, reference)
        result.pValue = nil
        if let error {
            let factor = exp(reference.quantile * error)
            (result.lower, result.upper) = (value / factor, value * factor)
        }
        return result
    }

    private static func bySize(_ effects: [Effects.Effect]) -> [Effects.Effect] {
        let order = effects.indices.sorted {
            (abs(effects[$0].standardised), $1) > (abs(effects[$1].standardised), $0)
        }
        return order.map { effects[$0] }
    }
}
