import ArgumentParser
import Estimation

/// Penalties on the size of slopes.
struct LassoOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Take c times the sum of the absolute gate slopes (standardised covariates) from the log-likelihood of a site: "
                + "many of them become 0.", valueName: "c"))
    var l1Gate: Double?

    @Option(help: ArgumentHelp("The same for the slopes of the experts.", valueName: "c"))
    var l1Experts: Double?

    @Option(help: ArgumentHelp("auto: one weight for both, the best by BIC on a path of them.", valueName: "auto"))
    var l1: String?

    @Flag(
        help: ArgumentHelp(
            "Fit the slopes that are left once more without the penalty: better where the model is to be "
                + "aggregated. learn and compare always do."))
    var l1Refit = false

    func validate() throws {
        for (name, value) in [("--l1-gate", l1Gate), ("--l1-experts", l1Experts)] {
            guard let value else { continue }
            guard value >= 0, value.isFinite else { throw ValidationError("\(name) must be 0 or more.") }
        }
        if l1Refit, lasso == .none {
            throw ValidationError("--l1-refit fits what a penalty left: give --l1 auto, --l1-gate or --l1-experts.")
        }
        guard let l1 else { return }
        guard l1 == "auto" else {
            throw ValidationError("--l1 must be auto; weights are given by --l1-gate and --l1-experts.")
        }
        guard l1Gate == nil, l1Experts == nil else {
            throw ValidationError("--l1 auto chooses the weight: leave out --l1-gate and --l1-experts.")
        }
    }

    var lasso: Lasso {
        if l1 != nil { return .automatic }
        let (gate, experts) = (l1Gate ?? 0, l1Experts ?? 0)
        return gate > 0 || experts > 0 ? .weights(gate: gate, experts: experts) : .none
    }
}
