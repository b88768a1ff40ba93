// The words of R for options that it has words for.
extension RequestOption {
    /// What a formula and a data frame say in R, so that no argument does, and what R has not.
    static let inFormulas: Set<RequestOption> = [
        .target, .features, .exclude, .gateFeatures, .classes, .categories, .pointMass, .noise,
    ]

    var rName: String {
        switch self {
        case .threads: "threads"
        case .missing: "na.action"
        case .exposure: "offset"
        case .interval: "level"
        case .level: "conf.level"
        case .levels: "probs"
        case .globalExperts: "global_experts"
        default: pythonName
        }
    }

    /// A value of the option: a rule of R for missing values, else a text.
    func rValue(_ value: String) -> String {
        switch (self, value) {
        case (.missing, "drop"): "na.omit"
        case (.missing, "error"): "na.fail"
        default: "\"\(value)\""
        }
    }
}
