import ArgumentParser

/// Where a site writes down what it has released, and what its random choices follow from.
struct LedgerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Ledger of what this site has released, made where there is none: an answer whose rows differ from those of an earlier one by fewer than the threshold is refused (default: none is kept, and the file says so).",
            valueName: "file"))
    var ledger: String?

    @OptionGroup var secret: RoundingSecretOption
}
