import Evaluation
import Messages
import MixtureOfExperts

/// The effects of a mixture as tables: largest first, the long rest counted.
struct EffectDescription {
    let effects: Effects
    let target: String
    /// Whether the dispersion is a variance.
    let isGaussian: Bool
    let showsAll: Bool

    /// Covariates that are shown of each expert and gate.
    private static let shown = 8

    var text: String {
        let note =
            switch ParameterUncertainty.Source(rawValue: effects.source) {
            case .aggregated: "; for these sites, from the local models' own errors"
            case .simulated: "; for these sites, by parametric bootstrap of the local models"
            case .sites: "; for sites like these, by jackknife of the sites"
            case .sandwich: "; sandwich"
            default: ""
            }
        let title =
            "effects, largest first, with \(Format.percentage(effects.level)) intervals\(note). Effect: what one standard "
            + "deviation of the covariate does" + (isGaussian ? ", in standard deviations of '\(target.visible)'" : "")
        return ([title] + effects.experts.map(expert) + effects.gates.map(gate)).joined(separator: "\n\n")
    }

    private func expert(_ one: Effects.OfExpert) -> String {
        var table = TextTable(header: [
            "expert \(one.expert)\(fixed(one)): \(Format.percent(one.share)) of rows", "effect", "estimate", "interval",
            "p",
            "mean ± sd here",
        ])
        guard one.pointMass == nil, one.noise == nil else { return table.text }
        let typical = Dictionary(one.typicalRow.map { ($0.covariate, $0) }, uniquingKeysWith: { first, _ in first })
        for effect in shown(one.effects) {
            let here = typical[effect.covariate].map {
                "\(Format.short($0.mean)) ± \(Format.short($0.standardDeviation))"
            }
            table.append(row(effect) + [here ?? (typical.isEmpty ? "withheld" : "")])
        }
        var lines = one.intercepts.map { ["\(name($0))", ""] + row($0)[2...] }
        if var dispersion = one.dispersion {
            if isGaussian {
                dispersion.covariate = "standard deviation"
                dispersion.estimate = dispersion.estimate.squareRoot()
                dispersion.lower = dispersion.lower?.squareRoot()
                dispersion.upper = dispersion.upper?.squareRoot()
            }
            lines.append(row(dispersion))
        }
        lines.forEach { table.append($0) }
        return table.text + rest(one.effects)
    }

    private func fixed(_ one: Effects.OfExpert) -> String {
        let value = one.pointMass.map { FixedDistribution.pointMass($0) }
        let noise = one.noise.map { FixedDistribution.noise(low: $0[0], high: $0[1]) }
        return (value ?? noise).map { ", \($0.words)" } ?? ""
    }

    private func gate(_ one: Effects.OfGate) -> String {
        var table = TextTable(header: [
            "gate: log odds of expert \(one.expert) against \(one.against)", "effect", "estimate", "interval", "p",
        ])
        shown(one.effects).forEach { table.append(row($0)) }
        table.append(row(one.intercept))
        return table.text + rest(one.effects)
    }

    private func shown(_ effects: [Effects.Effect]) -> [Effects.Effect] {
        showsAll || effects.count <= Self.shown + 1 ? effects : Array(effects.prefix(Self.shown))
    }

    private func rest(_ effects: [Effects.Effect]) -> String {
        let left = effects.count - shown(effects).count
        return left > 0 ? "\n(\(left) smaller ones: --all)" : ""
    }

    private func name(_ effect: Effects.Effect) -> String {
        effect.response.map { "\(effect.covariate), '\($0.visible)'" } ?? effect.covariate
    }

    private func row(_ effect: Effects.Effect) -> [String] {
        [
            name(effect), effect.standardised == 0 ? "" : Format.short(effect.standardised),
            Format.short(effect.estimate),
            effect.lower.flatMap { lower in
                effect.upper.map { "[\(Format.short(lower)), \(Format.short($0))]" }
            } ?? "not determined",
            effect.pValue.map(Format.probability) ?? "",
        ]
    }
}
