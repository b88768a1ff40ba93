import Foundation
import MixtureOfExperts
import Numerics

/// Where an adapted model differs from the shared one, with intervals of the posterior.
package struct SiteDifferences: Sendable, Encodable, Equatable {
    /// One parameter.
    package struct Difference: Sendable, Encodable, Equatable {
        /// `intercept`, or a covariate; of a dispersion its name.
        package var covariate: String
        /// Of a response of classes: the class whose log odds it is of.
        package var response: String?
        package var shared: Double
        package var here: Double
        /// here - shared; of a dispersion here / shared.
        package var difference: Double
        /// What one standard deviation of the covariate adds to the log odds beyond the shared gate; 0 for an intercept.
        package var standardised: Double
        /// Of `difference`, of a dispersion of its logarithm; absent where the parameter was not fitted.
        package var standardError: Double?
        package var lower: Double?
        package var upper: Double?
    }

    package struct OfGate: Sendable, Encodable, Equatable {
        /// From 1.
        package var expert: Int
        package var against: Int
        /// At the means of the covariates behind the shared model.
        package var intercept: Difference
        /// Largest first.
        package var differences: [Difference]
    }

    package struct OfExpert: Sendable, Encodable, Equatable {
        /// From 1.
        package var expert: Int
        package var intercepts: [Difference]
        /// nil where the family has none.
        package var dispersion: Difference?
    }

    package var level: Double
    /// One for each expert but the last; none where the gate stayed as it is.
    package var gates: [OfGate]
    /// None where the experts stayed as they are.
    package var experts: [OfExpert]

    /// What is compared.
    package struct Models: Sendable {
        var adapted: MixtureModel
        var shared: MixtureModel
        var errors: ParameterUncertainty?
        /// Of each covariate, behind the shared model.
        var center: [Double]
        var scale: [Double]

        package init(
            adapted: MixtureModel, shared: MixtureModel, errors: ParameterUncertainty?, center: [Double],
            scale: [Double]
        ) {
            self.adapted = adapted
            self.shared = shared
            self.errors = errors
            self.center = center
            self.scale = scale
        }
    }

    package init(_ models: Models, level: Double) {
        let quantile = IntervalQuantile.ofLevel(level)
        self.level = level
        gates =
            models.adapted.gate == models.shared.gate
            ? [] : (0..<models.adapted.expertCount - 1).map { models.gate($0, quantile) }
        experts =
            models.adapted.experts == models.shared.experts
            ? [] : models.adapted.experts.indices.map { models.expert($0, quantile) }
    }
}

extension SiteDifferences.Models {
    private var design: Design { adapted.design }

    fileprivate func gate(_ index: Int, _ quantile: Double) -> SiteDifferences.OfGate {
        let layout = design.gateLayout
        func coefficients(_ model: MixtureModel) -> [Double] {
            var result = Array(model.gate.coefficients.column(index))
            for (position, covariate) in design.gateCovariates.enumerated() {
                result[0] += result[position + 1] * center[covariate]
            }
            return result
        }
        let (here, there) = (coefficients(adapted), coefficients(shared))
        let all = here.indices.map { position in
            let covariate = position == 0 ? nil : design.gateCovariates[position - 1]
            return difference(
                covariate.map { design.covariates[$0] } ?? "intercept", there[position], here[position],
                errors?.gate.standardError(layout.intercept(of: index) + position), quantile,
                scale: covariate.map { scale[$0] } ?? 0)
        }
        let slopes = all.dropFirst().enumerated().sorted {
            (abs($0.element.standardised), $1.offset) > (abs($1.element.standardised), $0.offset)
        }.map(\.element)
        return SiteDifferences.OfGate(
            expert: index + 1, against: adapted.expertCount, intercept: all[0], differences: slopes)
    }

    fileprivate func expert(_ index: Int, _ quantile: Double) -> SiteDifferences.OfExpert {
        let (here, there) = (adapted.experts[index], shared.experts[index])
        let layout = design.expertLayout
        let own = errors?.experts[index]
        let intercepts = layout.intercepts(here.coefficients.count).map { position in
            var result = difference(
                "intercept", there.coefficients[position], here.coefficients[position], own?.standardError(position),
                quantile, scale: 0)
            if case .classes(let names) = adapted.family.response {
                result.response = names[layout.predictor(position) + 1]
            }
            return result
        }
        guard adapted.family.hasDispersion else {
            return SiteDifferences.OfExpert(expert: index + 1, intercepts: intercepts)
        }
        let error = own?.standardError(here.coefficients.count)
        let ratio = here.dispersion / there.dispersion
        return SiteDifferences.OfExpert(
            expert: index + 1, intercepts: intercepts,
            dispersion: SiteDifferences.Difference(
                covariate: "dispersion", shared: there.dispersion, here: here.dispersion, difference: ratio,
                standardised: 0, standardError: error, lower: error.map { ratio * exp(-quantile * $0) },
                upper: error.map { ratio * exp(quantile * $0) }))
    }

    private func difference(
        _ name: String, _ shared: Double, _ here: Double, _ error: Double?, _ quantile: Double, scale: Double
    ) -> SiteDifferences.Difference {
        let difference = here - shared
        return SiteDifferences.Difference(
            covariate: name, response: nil, shared: shared, here: here, difference: difference,
            standardised: scale * difference, standardError: error, lower: error.map { difference - quantile * $0 },
            upper: error.map { difference + quantile * $0 })
    }
}
