import DistributedMoE
import Messages
import MixtureOfExperts
import ModelFiles

/// The coefficients of the experts without their errors, one table a linear predictor.
struct ExpertTables {
    private let file: ModelFile
    private let family: any ExpertFamily

    init(_ file: ModelFile) {
        self.file = file
        family = file.model.family
    }

    var text: String { (0..<family.predictorCount).map(table).joined(separator: "\n\n") }

    private func table(_ predictor: Int) -> String {
        var table = TextTable(header: [heading(predictor)] + file.experts.indices.map { "expert \($0 + 1)" })
        let fixed = file.model.experts.map(\.fixedDistribution)
        if fixed.contains(where: { $0 != nil }) { table.append(["without parameters"] + fixed.map { $0?.words ?? "" }) }
        let total = file.experts.reduce(0) { $0 + ($1.statistics?.weight ?? 0) }
        if total > 0 {
            table.append(
                ["share of rows"] + file.experts.map { Format.percent(($0.statistics?.weight ?? 0) / total) })
        }
        let regressors = ["intercept"] + file.expertCovariates
        for (index, name) in regressors.enumerated() {
            let position = predictor * regressors.count + index
            table.append([name] + parameters { Format.short($0.coefficients[position]) })
        }
        if family is GaussianFamily {
            table.append(["standard deviation"] + parameters { Format.short($0.dispersion.squareRoot()) })
        } else if family.hasDispersion {
            table.append(["dispersion"] + parameters { Format.short($0.dispersion) })
        }
        return table.text
    }

    /// Of each expert that has some.
    private func parameters(_ text: (ModelFile.ExpertRecord) -> String) -> [String] {
        zip(file.experts, file.model.experts).map { $1.fixedDistribution == nil ? text($0) : "" }
    }

    private func heading(_ predictor: Int) -> String {
        switch family.response {
        case .number: "experts: mean of '\(file.target.visible)'"
        case .positiveNumber, .count: "experts: log mean of '\(file.target.visible)'"
        case .classes(let names): "experts: log odds of '\(names[predictor + 1].visible)' against '\(names[0].visible)'"
        }
    }
}
