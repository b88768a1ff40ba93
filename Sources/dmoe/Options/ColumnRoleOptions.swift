import ArgumentParser
import MixtureOfExperts

/// What the columns beside the target are, and what it holds.
struct ColumnRoleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Family of the responses (default gaussian, and in study new multinomial for text): \(ExpertFamilies.names.joined(separator: ", ")).",
            valueName: "name"))
    var family: String?

    @Option(
        help: ArgumentHelp(
            "Classes of the target, the reference first (default: those found, in order).", valueName: "a,b,c"),
        transform: splitNames)
    var classes: [String]?

    @Option(help: ArgumentHelp("Column of exposures of counts or rates; above 0.", valueName: "column"))
    var exposure: String?

    @Option(
        help: ArgumentHelp("Covariates (default: every other column that can be one).", valueName: "a,b,c"),
        transform: splitNames)
    var features: [String]?

    @Option(help: ArgumentHelp("Columns that are no covariates.", valueName: "a,b,c"), transform: splitNames)
    var exclude: [String] = []

    @Option(
        help: ArgumentHelp("Covariates of the gate (default: those of the experts).", valueName: "a,b,c"),
        transform: splitNames)
    var gateFeatures: [String]?

    @Option(help: ArgumentHelp("Column of row weights; a weight of 2 counts as the row twice.", valueName: "column"))
    var weights: String?

    func validateFamily() throws {
        let name = family ?? GaussianFamily().name
        guard let response = ExpertFamilies.response(name) else {
            let known = ExpertFamilies.names.joined(separator: ", ")
            throw ValidationError("--family \(name) is not known; known are \(known).")
        }
        if let classes {
            if response.classes == nil { throw ValidationError("--classes are not for --family \(name).") }
            if classes.count < 2 { throw ValidationError("--classes must be two or more.") }
        }
        if exposure != nil, !response.takesExposure {
            throw ValidationError("--exposure is for families of rates, such as poisson, not for \(name).")
        }
    }

    /// What the target holds, by its family.
    var response: ResponseKind {
        switch ExpertFamilies.response(family ?? GaussianFamily().name) {
        case .classes: .classes(classes ?? [])
        case let other: other ?? .number
        }
    }
}
