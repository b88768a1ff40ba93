import ArgumentParser
import Estimation

extension ExpertCountReport.Criterion: ExpressibleByArgument {}

/// How the best of some numbers of experts is found.
struct ExpertCountOptions: ParsableArguments {
    @Option(help: "What chooses in a range of --experts (default: bic).")
    var criterion: ExpertCountReport.Criterion?

    @Option(
        help: ArgumentHelp(
            "Share of the rows to keep out of the fits and score them on; the model that is written has not seen them.",
            valueName: "share"))
    var holdout: Double?

    func validate(_ experts: ExpertNumbers?) throws {
        if let holdout, !(holdout > 0 && holdout < 1) {
            throw ValidationError("--holdout must lie between 0 and 1.")
        }
        if criterion != nil, experts?.single != nil || experts == nil {
            throw ValidationError("--criterion chooses in a range: give one, such as --experts 1..8.")
        }
        if criterion == .holdout, holdout == nil {
            throw ValidationError("--criterion holdout needs rows to score on: give --holdout and a share.")
        }
    }

    /// nil where one number of experts is fitted to all rows.
    func range(_ experts: ExpertNumbers) -> ClosedRange<Int>? {
        experts.single != nil && holdout == nil ? nil : experts.first...experts.last
    }
}
