import Estimation
import DistributedMoE
import Evaluation
import Messages
import MixtureOfExperts
import ModelFiles
import StudyData

/// A model file in words and tables.
struct ModelDescription {
    let file: ModelFile
    let path: String
    /// nil where nothing is known of the errors.
    let effects: Effects?
    /// Of an adapted model.
    let differences: SiteDifferences?
    let showsAll: Bool

    init(_ file: ModelFile, path: String, effects: Effects?, differences: SiteDifferences?, showsAll: Bool) {
        self.file = file
        self.path = path
        self.effects = effects
        self.differences = differences
        self.showsAll = showsAll
    }

    var text: String {
        let parameters: [String?] = effects.map { [description(of: $0)] } ?? [experts, gate, withoutErrors]
        let others: [String?] = [sketch, report, agreement, rounds, adaptation, disclosure, warnings]
        return ([heading, study] + parameters + others).compactMap { $0 }.joined(separator: "\n\n")
    }

    private var withoutErrors: String? {
        guard file.kind != .reference, file.kind != .adapted else { return nil }
        let cause =
            file.rounds != nil
            ? "an extra round moves the estimates, and says nothing of their errors"
            : file.kind == .global
                ? "not every local model has them, or the method gives none"
                : "none were asked for, or a lasso chose slopes"
        return "no standard errors: \(cause)"
    }

    private func description(of effects: Effects) -> String {
        EffectDescription(
            effects: effects, target: file.target, isGaussian: file.model.family is GaussianFamily, showsAll: showsAll
        ).text
    }

    private var names: [String] { file.experts.indices.map { "expert \($0 + 1)" } }

    private var heading: String {
        let origin =
            switch file.kind {
            case .local: "local model of \(Format.plural(file.rows, "row"))"
            case .global:
                "global model of \(Format.plural(file.rows, "row")) at "
                    + Format.plural(file.rounds?.last?.sites ?? file.aggregation?.sites.count ?? 0, "site")
            case .reference: "reference model, not fitted"
            case .adapted:
                "adapted, private to its site: a model of \(Format.plural(file.adaptation?.sharedRows ?? 0, "row")) adapted to "
                    + Format.plural(file.rows, "row")
            }
        return """
            \(path.visible): \(origin) (format \(file.formatVersion), \(file.software.visible))
            predicts '\(file.target.visible)' from \(Format.plural(file.covariates.count, "covariate")) with \
            \(file.model.expertWords(family: file.family))
            """ + (file.model.measureWords.map { "\n" + $0 } ?? "")
    }

    /// How the covariates come from a table, and what became of missing values.
    private var study: String? {
        let left = file.reading?.rowsLeftOut ?? 0
        var lines = left.isZero ? [] : ["\(left.text("row")) left out for missing values"]
        for entry in file.reading?.filled ?? [] {
            let action = entry.value.map { "filled in with \(Format.short($0))" } ?? "taken as a level of their own"
            lines.append("'\(entry.covariate.visible)': \(entry.missing.text("missing value")) \(action)")
        }
        if let study = file.study { lines.insert(StudyDescription(study).text + "\n", at: 0) }
        return lines.isEmpty ? nil : lines.joined(separator: "\n").trimmingSuffix(while: \.isNewline)
    }

    private var experts: String { ExpertTables(file).text }

    private var gate: String? {
        guard file.experts.count > 1 else { return nil }
        var table = TextTable(header: ["gate: log odds against expert \(file.experts.count)"] + names)
        for (index, name) in (["intercept"] + file.gateCovariates).enumerated() {
            table.append([name] + file.experts.map { Format.short($0.gate[index]) })
        }
        return table.text
    }

    private var sketch: String? {
        guard file.experts.allSatisfy({ $0.statistics != nil }) else { return nil }
        let moments = file.experts.compactMap(\.statistics?.moments)
        var table = TextTable(header: ["sketch: mean ± standard deviation"] + names)
        // Codes of classes have no moments.
        for (index, name) in (file.covariates + (file.classes == nil ? [file.target] : [])).enumerated() {
            table.append(
                [name]
                    + moments.enumerated().map { expert, own in
                        if file.withheldStatistics.contains(expert) { return "withheld" }
                        let deviation = own.weight > 0 ? (own.scatter[index, index] / own.weight).squareRoot() : 0
                        return "\(Format.short(own.mean[index])) ± \(Format.short(deviation))"
                    })
        }
        table.append(["effective rows"] + moments.map { Format.number($0.effectiveRows, digits: 1) })
        return table.text
    }

    private var report: String? {
        if let fit = file.fit {
            return """
                fit: log-likelihood \(Format.number(fit.logLikelihood, digits: 4)), \
                \(Format.number(fit.logLikelihood / file.weight, digits: 5)) per row; stop reason \(fit.stopReason.rawValue) after \
                \(Format.plural(fit.iterations, "iteration")); best of \(Format.plural(fit.starts.count, "start")), \
                seed \(fit.options.seed)
                """
                    + [fit.expertCounts.map { ExpertCountPathTable($0).text }, fit.lasso.map { LassoTable($0).text }]
                    .compactMap { $0.map { "\n" + $0 } }.joined()
        }
        guard let aggregation = file.aggregation else { return nil }
        var table = TextTable(header: ["sites", "rows", "weight", "local experts assigned to"])
        for site in aggregation.sites {
            table.append([
                site.name, Format.count(site.rows), Format.percent(site.weight),
                site.experts.map { $0 == 0 ? "withheld" : "\($0)" }.joined(separator: " "),
            ])
        }
        let start = aggregation.start == .noSearch ? "" : ", best start " + "\(aggregation.start)".visible
        let support = "\(Format.plural(aggregation.supportSize, "point")) " + "\(aggregation.support)".visible
        return """
            aggregation: transport divergence \(Format.short(aggregation.objectives.last ?? 0)) per support point\
            \(start); support of \(support); \
            site weights \(aggregation.siteWeights.rawValue); \(aggregation.chosen); seed \(aggregation.options.seed)
            \(table.text)
            """ + (aggregation.expertCounts.map { "\n" + ExpertCountTable($0).text } ?? "")
    }

    /// An extra round moves the estimates away from what was compared.
    private var agreement: String? {
        guard let aggregation = file.aggregation, file.rounds == nil else { return nil }
        return AgreementReport(
            agreement: aggregation.agreement ?? [], verdict: aggregation.verdict, showsAll: showsAll
        ).text
    }

    private var rounds: String? {
        guard let rounds = file.rounds, let last = rounds.last else { return nil }
        let trace = rounds.map { Format.number($0.logLikelihoodPerRow, digits: 5) }.joined(separator: ", ")
        return """
            updated in \(Format.plural(rounds.count, "round")), last by \(Format.plural(last.sites, "site")) with \
            \(Format.plural(last.rows, "row")); log-likelihood per row before each: \(trace)
            """
    }

    private var adaptation: String? {
        guard let record = file.adaptation, let differences else { return nil }
        return AdaptationDescription(file: file, record: record, differences: differences, showsAll: showsAll).text
    }

    private var disclosure: String? {
        if file.kind == .adapted {
            return "this file is for the site alone: what it says of the site's rows is held back by no rule"
        }
        let statistics = file.experts.compactMap(\.statistics)
        guard let least = statistics.map(\.moments.effectiveRows).min() else { return nil }
        let numbers = file.covariates.count + 1
        switch file.kind {
        case .reference, .adapted: return nil
        case .global:
            return """
                what is in this file: no row of any site; the parameters above and, for each expert, the statistics of \
                \(file.rounds == nil ? "the local experts assigned to it" : "the sites together"). The least number of effective rows behind one is \
                \(Format.number(least, digits: 1)). Site names and row counts are in it.
                """ + fewSites
        case .local where file.status != .release:
            return file.status == .draft
                ? "a draft, not for release: no rule of statistical disclosure control holds for it, and no coordinator takes it."
                : "of one owner, who has all rows: of the rules of a release the threshold alone holds for it."
        case .local:
            return """
                what leaves the site with this file: the parameters above; for each expert the sum of weights, and mean \
                and \(withheld.isEmpty ? "" : "deviation, of experts but \(withheld) also the ")covariance of the \(numbers) columns \((file.covariates + [file.target]).map(\.visible).joined(separator: ", ")) \
                over the rows that it describes\(marginals); the number of rows, of rows left out and of missing values; the fit \
                report with its log-likelihoods.
                what does not: no row, no minimum or maximum, no date; no column is released of an expert where few rows \
                differ from its usual value. A constant column is released as its value. The least number of \
                effective rows behind an expert is \(Format.number(least, digits: 1)).
                """ + (AuditRecord(file).map { "\n" + $0.sentence } ?? "")
        }
    }

    /// Experts whose statistics stand for too few sites.
    private var fewSites: String {
        let experts = file.withheldStatistics.sorted().map { "\($0 + 1)" }
        guard let rule = file.siteRule, !experts.isEmpty else { return "" }
        return """
             Of expert\(experts.count == 1 ? "" : "s") \(experts.joined(separator: ", ")) statistics and sites are withheld: fewer than \
            \(rule.leastSites) sites have ten rows of it, or one has more than \(Format.percent(SiteRule.largestShare)) of them.
            """
    }

    /// Experts of which no covariance is released.
    private var withheld: String {
        file.experts.indices.filter { file.experts[$0].statistics?.covarianceWithheld == true }.map { "\($0 + 1)" }
            .joined(separator: ", ")
    }

    private var marginals: String {
        file.experts.contains { $0.marginals != nil }
            ? ", and for each covariate the shares and means of bins of ten of them or more" : ""
    }

    private var warnings: String? {
        file.warnings.isEmpty
            ? nil : file.warningLines.map { "warning: \($0.text(.commandLine).visible)" }.joined(separator: "\n")
    }
}

extension ReleasedCount {
    /// `3 rows`, `fewer than 10 rows`.
    fileprivate func text(_ noun: String) -> String {
        switch self {
        case .exact(let count): Format.plural(count, noun)
        case .below(let bound): "fewer than \(Format.plural(bound, noun))"
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> String {
        var text = Substring(self)
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return String(text)
    }
}
