import ArgumentParser

/// What the random choices of a site's answers follow from.
struct RoundingSecretOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Secret of this site, made where there is none: what is released is rounded at random to half a standard error, without bias, and the same secret and rows give the same file (default: numbers are not rounded).",
            valueName: "file"))
    var roundingSecret: String?
}
