import Evaluation
import Messages
import MixtureOfExperts
import ModelFiles
import Tables

/// Every coefficient of a model in the order of the file, for papers and other programs.
struct CoefficientTable {
    /// One coefficient; what is not known is nil.
    private struct Line {
        var part: String
        var expert: Int
        /// The expert that log odds of a gate are against.
        var against: Int?
        var response: String?
        var effect: Effects.Effect
    }

    private let lines: [Line]

    static let columns = [
        "part", "expert", "against", "response", "coefficient", "estimate", "standard_error", "lower", "upper",
        "p_value", "standardised",
    ]

    init(_ file: ModelFile, effects: Effects?) {
        lines = Self.experts(file, effects) + Self.gates(file, effects)
    }

    private static func experts(_ file: ModelFile, _ effects: Effects?) -> [Line] {
        let names = ["intercept"] + file.expertCovariates
        let family = file.model.family
        return file.experts.enumerated().flatMap { index, expert -> [Line] in
            // A point mass and noise have no coefficients.
            if expert.pointMass != nil || expert.noise != nil { return [] }
            let known = effects?.experts[index]
            let lines = expert.coefficients.enumerated().map { position, estimate in
                let name = names[position % names.count]
                let response = file.classes.map { $0[position / names.count + 1] }
                // A covariate may be called as the intercept is.
                let found = (position % names.count == 0 ? known?.intercepts : known?.effects)?.first {
                    $0.covariate == name && $0.response == response
                }
                return Line(
                    part: "expert", expert: index + 1, response: response,
                    effect: found ?? Effects.Effect(covariate: name, estimate: estimate))
            }
            guard family.hasDispersion else { return lines }
            let own = known?.dispersion ?? Effects.Effect(covariate: "dispersion", estimate: expert.dispersion)
            return lines + [Line(part: "expert", expert: index + 1, effect: own)]
        }
    }

    private static func gates(_ file: ModelFile, _ effects: Effects?) -> [Line] {
        let names = ["intercept"] + file.gateCovariates
        return file.experts.dropLast().enumerated().flatMap { index, expert in
            let known = effects?.gates[index]
            return zip(names, expert.gate).enumerated().map { position, coefficient in
                let (name, estimate) = coefficient
                let found = position == 0 ? known?.intercept : known?.effects.first { $0.covariate == name }
                return Line(
                    part: "gate", expert: index + 1, against: file.experts.count,
                    effect: found ?? Effects.Effect(covariate: name, estimate: estimate))
            }
        }
    }

    /// With all digits, for programs.
    var csv: String {
        var writer = CSVWriter(header: Self.columns)
        for line in lines {
            let effect = line.effect
            let places: [CSVWriter.Field?] = [
                .text(line.part), .number(Double(line.expert)), line.against.map { .number(Double($0)) },
                line.response.map { .text($0) }, .text(effect.covariate),
            ]
            let numbers = [
                effect.estimate, effect.standardError, effect.lower, effect.upper, effect.pValue,
                effect.standardised == 0 ? nil : effect.standardised,
            ]
            writer.append(places + numbers.map { $0.map { .number($0) } })
        }
        return String(writer.contents.dropLast())
    }

    private static let heads = ["", "estimate", "standard error", "interval", "p"]

    var markdown: String {
        func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        let body = lines.map { line in
            row(cells(line).map { $0.visible.replacing("|", with: "\\|") })
        }
        return ([row(Self.heads), "| --- | ---: | ---: | ---: | ---: |"] + body).joined(separator: "\n")
    }

    /// A `tabular`, without packages.
    var latex: String {
        let body = lines.map { line in cells(line).map(Self.escaped).joined(separator: " & ") + " \\\\" }
        return
            ([
                "\\begin{tabular}{lrrrr}", "\\hline", Self.heads.joined(separator: " & ") + " \\\\", "\\hline",
            ] + body + ["\\hline", "\\end{tabular}"]).joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        text.visible.map { character in
            switch character {
            case "\\": "\\textbackslash{}"
            case "&", "%", "$", "#", "_", "{", "}": "\\\(character)"
            case "~": "\\textasciitilde{}"
            case "^": "\\textasciicircum{}"
            case "<": "$<$"
            case ">": "$>$"
            default: String(character)
            }
        }.joined()
    }

    private func cells(_ line: Line) -> [String] {
        let effect = line.effect
        let place = line.against.map { "gate \(line.expert) against \($0)" } ?? "expert \(line.expert)"
        let response = line.response.map { " (\($0))" } ?? ""
        return [
            "\(place): \(effect.covariate)\(response)", Format.short(effect.estimate),
            effect.standardError.map(Format.short) ?? "",
            effect.lower.flatMap { lower in effect.upper.map { "[\(Format.short(lower)), \(Format.short($0))]" } }
                ?? "",
            effect.pValue.map(Format.probability) ?? "",
        ]
    }
}
