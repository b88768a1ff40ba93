import ArgumentParser
import Estimation
import StudyData

/// How a shard is fitted.
struct FitOptionGroup: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Number of experts (default: that of the study); for fit also a range such as 1..8, of which the best is kept.",
            valueName: "k"))
    var experts: ExpertNumbers?

    @Option(help: ArgumentHelp("Random starts to screen.", valueName: "n"))
    var starts = 16

    @Option(help: ArgumentHelp("Converged below this change of the log-likelihood a row.", valueName: "change"))
    var tolerance = 1e-9

    @Option(help: ArgumentHelp("Most iterations of a start.", valueName: "n"))
    var maxIterations = 500

    @Option(
        help: ArgumentHelp(
            "Of the parameters: observed (from the information; weights count rows), sandwich (also where the densities are not "
                + "those of the model; weights are those of a sample), none.",
            valueName: "method"))
    var standardErrors = StandardErrorMethod.observed

    @OptionGroup var lasso: LassoOptions
    @OptionGroup var disclosure: DisclosureOption

    func validate() throws {
        try experts?.validate()
        guard (1...100_000).contains(starts) else { throw ValidationError("--starts must be from 1 to 100000.") }
        guard tolerance > 0, tolerance < 1 else { throw ValidationError("--tolerance must lie between 0 and 1.") }
        guard (1...1_000_000).contains(maxIterations) else {
            throw ValidationError("--max-iterations must be from 1 to 1000000.")
        }
    }

    /// - Parameter aggregated: the fit is one of many that are aggregated: slopes that a lasso left are fitted without it.
    func options(experts: Int, seed: UInt64, aggregated: Bool = false) -> FitOptions {
        FitOptions(
            expertCount: experts, starts: starts, tolerance: tolerance, maxIterations: maxIterations, seed: seed,
            minRows: Double(disclosure.minRows), lasso: lasso.lasso,
            refitsSlopes: lasso.l1Refit || aggregated,
            standardErrors: standardErrors)
    }

    /// For commands that fit one number of experts.
    func refuseRange() throws {
        guard experts == nil || experts?.single != nil else {
            throw ValidationError("--experts takes a range in dmoe fit alone: choose one number.")
        }
    }
}

extension StandardErrorMethod: ExpressibleByArgument {}

/// Where the random numbers begin.
struct SeedOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Seed of all random numbers; the same seed gives the same result (default: that of a study, or 1).",
            valueName: "n"))
    var seed: UInt64?

    func value(_ study: Study? = nil) -> UInt64 { seed ?? study?.seed ?? 1 }
}
