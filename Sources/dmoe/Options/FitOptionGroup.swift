import ArgumentParser
import DistributedMoE

/// How a shard is fitted.
struct FitOptionGroup: ParsableArguments {
    @Option(help: ArgumentHelp("Number of experts.", valueName: "k"))
    var experts: Int

    @Option(help: ArgumentHelp("Random starts to screen.", valueName: "n"))
    var starts = 16

    @Option(help: ArgumentHelp("Converged below this change of the log-likelihood a row.", valueName: "change"))
    var tolerance = 1e-9

    @Option(help: ArgumentHelp("Most iterations of a start.", valueName: "n"))
    var maxIterations = 500

    @Option(
        help: ArgumentHelp(
            "No statistic over fewer rows (effective weight) leaves a site; experts below are left out.",
            valueName: "n"))
    var minRows = 10

    func validate() throws {
        guard experts >= 1 else { throw ValidationError("--experts must be 1 or more.") }
        guard starts >= 1 else { throw ValidationError("--starts must be 1 or more.") }
        guard tolerance > 0 else { throw ValidationError("--tolerance must be positive.") }
        guard maxIterations >= 1 else { throw ValidationError("--max-iterations must be 1 or more.") }
        guard minRows >= 1 else { throw ValidationError("--min-rows must be 1 or more.") }
    }

    func options(seed: UInt64) -> FitOptions {
        FitOptions(
            expertCount: experts, starts: starts, tolerance: tolerance, maxIterations: maxIterations, seed: seed,
            minRows: Double(minRows))
    }
}

/// Where the random numbers begin.
struct SeedOption: ParsableArguments {
    @Option(help: ArgumentHelp("Seed of all random numbers; the same seed gives the same result.", valueName: "n"))
    var seed: UInt64 = 1
}
