import ArgumentParser
import DistributedMoE
import Foundation
import Messages
import MixtureOfExperts
import StudyData

/// Which columns are target, covariates and weights: by a study file, or by name.
struct ColumnOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Study file, in place of the other options on columns: target, covariates with their types, missing values, "
                + "experts, seed (dmoe study new).", valueName: "file"))
    var study: String?

    @Option(help: ArgumentHelp("Column to predict.", valueName: "column"))
    var target: String?

    @OptionGroup var roles: ColumnRoleOptions

    func request(_ data: DataOptions) -> ColumnRequest {
        var request = roles.request(target: target)
        request.study = study.map { .file(path: $0) }
        request.missing = data.missing
        return request
    }
}

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

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "A value of the target that is an expert of its own, such as 0; give it again for further ones.",
            valueName: "value"))
    var pointMass: [Double] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "An expert of noise, of one density over a range of the target: auto (about the rows) or low..high.",
            valueName: "range"))
    var noise: NoiseRange?

    func request(target: String?) -> ColumnRequest {
        var request = ColumnRequest(target: target)
        request.family = family
        request.classes = classes
        request.exposure = exposure
        request.features = features
        request.exclude = exclude
        request.gateFeatures = gateFeatures
        request.weights = weights
        request.pointMass = pointMass
        request.noise = noise
        return request
    }
}

extension NoiseRange: ExpressibleByArgument {
    /// `auto`, or two numbers with two points between.
    public init?(argument: String) {
        guard argument != "auto" else {
            self = .automatic
            return
        }
        guard let points = argument.range(of: ".."), let low = Double(argument[..<points.lowerBound]),
            let high = Double(argument[points.upperBound...])
        else { return nil }
        self = .range(low: low, high: high)
    }
}
