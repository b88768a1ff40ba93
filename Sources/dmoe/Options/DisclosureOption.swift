import ArgumentParser

/// What leaves a site.
struct DisclosureOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "No statistic over fewer rows (effective weight) leaves a site; experts below are left out.",
            valueName: "n"))
    var minRows = 10

    func validate() throws {
        guard (3...1_000_000_000).contains(minRows) else {
            throw ValidationError("--min-rows must be 3 or more: statistics of fewer rows tell the rows.")
        }
    }
}
