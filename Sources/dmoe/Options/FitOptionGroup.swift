import ArgumentParser
import DistributedMoE
import Estimation

extension StandardErrorMethod: ExpressibleByArgument {}
extension SlopePriorRule: ExpressibleByArgument {}

/// How a shard is fitted.
struct FitOptionGroup: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Number of experts (default: that of the study); for fit also a range such as 1..8, of which the best is kept.",
            valueName: "k"))
    var experts: ExpertNumbers?

    @Option(
        help: ArgumentHelp(
            "Largest number of random starts; fewer where the first ones lead to one optimum.", valueName: "n"))
    var starts = FitChoices().starts

    @Option(help: ArgumentHelp("Converged below this change of the log-likelihood per row.", valueName: "change"))
    var tolerance = FitChoices().tolerance

    @Option(help: ArgumentHelp("Maximum number of iterations of a start.", valueName: "n"))
    var maxIterations = FitChoices().maximumIterations

    @Option(
        help: ArgumentHelp(
            "Of the parameters: observed (from the information; weights count rows), sandwich (also where the densities are not "
                + "those of the model; weights are those of a sample), none.",
            valueName: "method"))
    var standardErrors = FitChoices().standardErrors

    @Option(
        help: ArgumentHelp(
            "Slopes with a weak prior, log-F(1,1): separated (those without a finite maximum, where a group has no event or nothing else), "
                + "all, none.",
            valueName: "slopes"))
    var slopePrior = FitChoices().slopePrior

    @OptionGroup var lasso: LassoOptions
    @OptionGroup var disclosure: DisclosureOption

    var settings: FitChoices {
        var settings = FitChoices()
        settings.starts = starts
        settings.tolerance = tolerance
        settings.maximumIterations = maxIterations
        settings.standardErrors = standardErrors
        settings.slopePrior = slopePrior
        settings.l1Gate = lasso.l1Gate
        settings.l1Experts = lasso.l1Experts
        settings.l1Automatic = lasso.l1 != nil
        settings.l1Refit = lasso.l1Refit
        settings.minRows = disclosure.minRows
        return settings
    }
}

/// What leaves a site.
struct DisclosureOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Threshold rule: no statistic over fewer rows (effective weight) is released; experts below are left out.",
            valueName: "n"))
    var minRows = FitChoices.usualThreshold
}

/// Of whom the rows are.
struct SubjectOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Column that says of whom a row is (a patient with several visits): the threshold and the ledger count subjects, not rows.",
            valueName: "column"))
    var subject: String?
}

/// Where the random numbers begin.
struct SeedOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Seed of all random numbers; the same seed gives the same result (default: that of a study, or 1).",
            valueName: "n"))
    var seed: UInt64?
}
