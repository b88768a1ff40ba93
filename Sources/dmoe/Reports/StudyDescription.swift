import DistributedMoE
import Messages
import StudyData

/// A study in words and tables.
struct StudyDescription {
    let study: Study

    init(_ study: Study) { self.study = study }

    var text: String { "\(heading)\n\n\(covariates)" }

    private var heading: String {
        let classes = study.classes.map { " of \($0.map { "'\($0.visible)'" }.joined(separator: ", "))" } ?? ""
        let columns = [
            study.exposure.map { "exposure '\($0.visible)'" }, study.weights.map { "weights '\($0.visible)'" },
            study.pointMasses.map { "point masses \($0.numbersText)" },
            study.noise.map { "noise from \(Format.label($0[0])) to \(Format.label($0[1]))" },
        ]
        return """
            predicts '\(study.target.visible)' (\(study.family)\(classes)) from \(Format.plural(study.covariates.count, "covariate")), \
            \(Format.plural(study.design.covariateCount, "column")) of the design; study \(study.digest)
            """ + columns.compactMap { $0.map { "; " + $0 } }.joined()
    }

    private var covariates: String {
        var table = TextTable(header: ["covariate", "type", "missing", "values"])
        for covariate in study.covariates {
            let rule = (covariate.missing ?? study.missing).rawValue
            table.append([
                covariate.name, covariate.type.rawValue,
                rule + (covariate.value.map { " \(Format.short($0))" } ?? ""), values(covariate),
            ])
        }
        return table.text
    }

    private func values(_ covariate: Study.Covariate) -> String {
        switch covariate.type {
        case .number: return ""
        case .yesNo: return "\(covariate.yes ?? "") is 1, \(covariate.no ?? "") is 0"
        case .category:
            let others = (covariate.levels ?? []).filter { $0 != covariate.reference }
            let shown = others.prefix(8).joined(separator: ", ") + (others.count > 8 ? ", … (\(others.count))" : "")
            return "\(covariate.reference ?? "") is the reference of \(shown)"
        }
    }
}
