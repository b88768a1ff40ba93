import DistributedMoE
import Evaluation
import Messages
import ModelFiles

/// Where an adapted model differs from the shared one, in words and tables.
struct AdaptationDescription {
    let file: ModelFile
    let record: ModelFile.AdaptationRecord
    let differences: SiteDifferences
    let showsAll: Bool

    /// Covariates that are shown of each gate.
    private static let shown = 8

    var text: String {
        let title =
            "differences from the shared model, largest first, with \(Format.percentage(differences.level)) intervals of the "
            + "posterior. Effect: what one standard deviation of the covariate adds to the log odds"
        let tables = differences.gates.map(gate) + differences.experts.map(expert)
        return ([Self.lines(record, weight: file.weight), shares, tables.isEmpty ? nil : title] + tables)
            .compactMap { $0 }.joined(separator: "\n\n")
    }

    /// What was fitted, how strongly the prior held it, and what came of it.
    static func lines(_ record: ModelFile.AdaptationRecord, weight: Double) -> String {
        let precisions = [
            ("gate", record.priorPrecision.gate), ("intercepts", record.priorPrecision.intercepts),
            ("dispersions", record.priorPrecision.dispersions),
        ].compactMap { name, value in value.map { "\(name) \(Format.short($0))" } }
        let origin = record.isByEvidence ? "by the evidence of the rows" : "as given"
        let prior = precisions.isEmpty ? "nothing differs from the shared model" : precisions.joined(separator: ", ")
        let evidence =
            record.logEvidence.map { "; log evidence \(Format.number($0, digits: 2)) relative to the shared model" }
            ?? ""
        return """
            precision of the prior, \(origin): \(prior)
            log-likelihood per row \(Format.number(record.logLikelihood / weight, digits: 5)), shared model \
            \(Format.number(record.sharedLogLikelihood / weight, digits: 5))\(evidence)
            the rows decide \(Format.short(record.effectiveParameters)) of \
            \(Format.plural(record.parameters, "fitted parameter"))
            """
    }

    private var shares: String? {
        guard record.shared.count > 1 else { return nil }
        var table = TextTable(
            header: ["mean gate over these rows"] + record.shared.indices.map { "expert \($0 + 1)" })
        table.append(["shared"] + record.shared.map { Format.percent($0.sharedShare) })
        table.append(["here"] + record.shared.map { Format.percent($0.share) })
        return table.text
    }

    private func gate(_ one: SiteDifferences.OfGate) -> String {
        var table = TextTable(header: [
            "gate: log odds of expert \(one.expert) against \(one.against)", "effect", "difference", "interval",
            "shared",
            "here",
        ])
        let slopes = one.differences
        let shown = showsAll || slopes.count <= Self.shown + 1 ? slopes : Array(slopes.prefix(Self.shown))
        shown.forEach { table.append(row($0, effect: Format.short($0.standardised))) }
        table.append(row(one.intercept, effect: ""))
        let left = slopes.count - shown.count
        return table.text + (left > 0 ? "\n… \(Format.plural(left, "more covariate")) (--all)" : "")
    }

    private func expert(_ one: SiteDifferences.OfExpert) -> String {
        var table = TextTable(header: ["expert \(one.expert)", "difference", "interval", "shared", "here"])
        for intercept in one.intercepts {
            var line = row(intercept, effect: "")
            line.remove(at: 1)
            if let response = intercept.response { line[0] = "intercept of '\(response)'" }
            table.append(line)
        }
        if let dispersion = one.dispersion {
            var line = row(dispersion, effect: "")
            line.remove(at: 1)
            line[0] = "dispersion, ratio"
            table.append(line)
        }
        return table.text
    }

    private func row(_ one: SiteDifferences.Difference, effect: String) -> [String] {
        let interval = one.lower.flatMap { lower in
            one.upper.map { "\(Format.short(lower)) to \(Format.short($0))" }
        }
        return [
            one.covariate, effect, Format.short(one.difference), interval ?? "not fitted", Format.short(one.shared),
            Format.short(one.here),
        ]
    }
}
