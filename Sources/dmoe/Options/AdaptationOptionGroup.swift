import ArgumentParser
import DistributedMoE
import Estimation

extension AdaptedPart: ExpressibleByArgument {}

/// What a site fits anew, and how strongly the shared model holds it.
struct AdaptationOptionGroup: ParsableArguments {
    @Option(
        help: """
            What is fitted to the rows of the site: the gate, or intercepts, which is the gate and of the experts intercepts and \
            dispersions (default: gate; intercepts where the model has one expert).
            """)
    var adapted: AdaptedPart?
    @Option(
        help: ArgumentHelp(
            "Precision of the normal prior around the shared parameters, in standard units (default: the one with the largest "
                + "evidence of the rows); 0 for none.", valueName: "p"))
    var priorPrecision: Double?

    var settings: AdaptationChoices {
        var settings = AdaptationChoices()
        settings.adapted = adapted
        settings.priorPrecision = priorPrecision
        return settings
    }
}
