import Aggregation
import Messages
import ModelFiles

/// Whether the sites of a global model agree, and what one model for all of them loses.
struct AgreementReport {
    let agreement: [ExpertAgreement]
    let verdict: ReductionVerdict?
    let showsAll: Bool

    private static let mostCoefficients = 5

    /// nil where nothing is known.
    var text: String? {
        let parts = [verdict.map(Self.sentence)] + (agreement.isEmpty ? [] : [tests, coefficients])
        let known = parts.compactMap { $0 }
        return known.isEmpty ? nil : known.joined(separator: "\n")
    }

    /// What the reduction loses, in a sentence.
    static func sentence(_ verdict: ReductionVerdict) -> String {
        let loss = "\(Format.short(verdict.loss)) ± \(Format.short(2 * verdict.standardError)) nats per row"
        var result =
            verdict.isLossy
            ? "one model for all sites loses \(loss) against keeping all local models"
            : "one model for all sites says as much as all local models together (loss \(loss))"
        if !verdict.neighbours.isEmpty {
            result +=
                "; "
                + verdict.neighbours.map { "\(Format.short($0.loss)) with \(Format.plural($0.experts, "expert"))" }
                .joined(separator: ", ")
        }
        if verdict.ownModelsPromise {
            result +=
                "; each site's own model would gain \(Format.short(verdict.lossToOwnModels)) on its own rows: the sites differ"
        }
        return result
    }

    private var tests: String {
        var table = TextTable(header: ["agreement of the sites", "sites", "chi-square", "degrees", "p", "p (Holm)"])
        for expert in agreement {
            table.append([
                "expert \(expert.expert)", String(expert.sites), expert.statistic.map(Format.short) ?? "",
                expert.degrees.map(String.init) ?? "", expert.pValue.map(Format.probability) ?? "",
                expert.adjustedPValue.map(Format.probability) ?? "",
            ])
        }
        return table.text
    }

    private struct Named {
        var expert: Int
        var own: ExpertAgreement.Coefficient

        /// Of a difference: Q over its degrees.
        var evidence: Double { own.statistic / (Double(own.sites) - 1) }
    }

    /// By falling evidence of a difference.
    private var coefficients: String? {
        let all = agreement.flatMap { expert in expert.coefficients.map { Named(expert: expert.expert, own: $0) } }
            .sorted { $0.evidence > $1.evidence }
        guard !all.isEmpty else { return nil }
        var table = TextTable(header: [
            "coefficient between sites", "sites", "mean ± error", "deviation (95 %)", "I²", "at a new site (95 %)",
        ])
        for coefficient in showsAll ? all[...] : all.prefix(Self.mostCoefficients) {
            let own = coefficient.own
            let name =
                (own.ofClass.map { "\($0.visible): " } ?? "") + (own.covariate?.visible ?? "intercept at the mean")
            let prediction = own.predictionLower.flatMap { lower in
                own.predictionUpper.map { "\(Format.short(lower)) to \(Format.short($0))" }
            }
            table.append([
                "expert \(coefficient.expert), \(name)", String(own.sites),
                "\(Format.short(own.mean)) ± \(Format.short(own.standardError))",
                "\(Format.short(own.deviation)) (\(Format.short(own.deviationLower)) to \(Format.short(own.deviationUpper)))",
                Format.percent(own.share), prediction ?? "",
            ])
        }
        let more = all.count - Self.mostCoefficients
        return table.text + (showsAll || more <= 0 ? "" : "\n\(more) more with --all")
    }
}
