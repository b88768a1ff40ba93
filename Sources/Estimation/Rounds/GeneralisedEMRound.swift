import MixtureOfExperts
import Numerics

/// A round of generalised EM over sites: each sends its statistics at the global mixture, the coordinator makes one step.
///
/// With all rows released, the step is that of ``GeneralisedEM`` on the pooled rows (paper, section 2 and appendix B).
package struct GeneralisedEMRound: Sendable {
    /// The mixture that all sites have.
    package let global: FittedMixture
    package let options: FitOptions
    let parallelism: Parallelism
    /// Center and scale of the pooled rows, which the mixture's own moments give: sites and coordinator agree on them.
    package let standardisation: Standardisation

    /// - Parameter options: `minRows`, `varianceFloor` and the ridges count.
    package init(at global: FittedMixture, options: FitOptions, parallelism: Parallelism = .serial) {
        self.global = global
        self.options = options
        self.parallelism = parallelism
        standardisation = Standardisation(
            Moments.sum(global.moments, count: global.model.design.covariateCount + 1),
            keeping: global.model.design.unscaledColumns(global.model.family))
    }

    var design: Design { global.model.design }

    /// The mixture in standard units.
    var model: MixtureModel { standardisation.standardised(global.model) }
}
