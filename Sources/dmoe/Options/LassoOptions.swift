import ArgumentParser

/// How the weight of a penalty is found.
enum AutomaticPenalty: String, ExpressibleByArgument {
    case auto
}

/// Penalties on the size of slopes.
struct LassoOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Take c times the sum of the absolute gate slopes (standardised covariates) from the log-likelihood of a site: "
                + "many of them become 0.", valueName: "c"))
    var l1Gate: Double?

    @Option(help: ArgumentHelp("The same for the slopes of the experts.", valueName: "c"))
    var l1Experts: Double?

    @Option(
        help: ArgumentHelp(
            "auto: one weight for both, the best by BIC on a path of them (fixed weights: --l1-gate, --l1-experts).",
            valueName: "auto"))
    var l1: AutomaticPenalty?

    @Flag(
        help: ArgumentHelp(
            "Fit the slopes that are left once more without the penalty: better where the model is to be "
                + "aggregated. learn and compare always do."))
    var l1Refit = false
}
