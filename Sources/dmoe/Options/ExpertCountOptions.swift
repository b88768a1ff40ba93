import ArgumentParser
import DistributedMoE
import Estimation

extension ExpertCountReport.Criterion: ExpressibleByArgument {}

extension ExpertNumbers: ExpressibleByArgument {
    /// A number, or a range of them such as 1..8; which ones can be, the job says.
    public init?(argument: String) {
        let parts = argument.split(separator: "..", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count, (1...2).contains(numbers.count) else { return nil }
        self.init(first: numbers[0], last: numbers[numbers.count - 1])
    }
}

/// How the best of some numbers of experts is found.
struct ExpertCountOptions: ParsableArguments {
    @Option(help: "What chooses in a range of --experts (default: bic).")
    var criterion: ExpertCountReport.Criterion?

    @Option(
        help: ArgumentHelp(
            "Share of the rows to keep out of the fits and score them on; the model that is written has not seen them.",
            valueName: "share"))
    var holdout: Double?
}
