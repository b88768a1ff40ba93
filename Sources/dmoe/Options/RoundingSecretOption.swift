import ArgumentParser

/// What the random choices of a site's answers follow from.
struct RoundingSecretOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Secret of this site from which the random choices of rounding follow, made where there is none: with the same one the same rows give the same file (default: the key of the ledger, or what follows from the rows).",
            valueName: "file"))
    var roundingSecret: String?
}
