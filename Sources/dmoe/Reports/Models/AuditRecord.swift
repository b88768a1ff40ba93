import Estimation
import Messages
import MixtureOfExperts
import ModelFiles

/// What a released file says of the rules that it keeps, for whoever has to approve it.
struct AuditRecord {
    private let file: ModelFile
    private let record: DisclosureRecord
    private let policy: DisclosureRules
    private let figures: DisclosureFigures

    /// nil for files that keep no rules, or do not say how far.
    init?(_ file: ModelFile) {
        guard let record = file.disclosure, let policy = record.policy, let figures = record.figures else { return nil }
        self.file = file
        self.record = record
        self.policy = policy
        self.figures = figures
    }

    /// Where subjects are counted, how many these rows are.
    private var subjects: String {
        guard let most = record.rowsPerSubject else { return "" }
        let count = Int((policy.minimumRows / Double(most)).rounded(.down))
        return ", which are of \(Format.plural(count, "subject")) or more (none has more than \(Format.count(most)))"
    }

    /// In words.
    var sentence: String {
        """
        rules: \(Format.label(policy.minimumRows)) effective rows behind every count and sum\(subjects) (least \
        \(Format.number(figures.leastEffectiveRows, digits: 1))); at most \(Format.label(policy.parametersPerRow)) parameters per row \
        (\(Format.number(figures.parametersPerRow, digits: 3)); \(Format.count(figures.residualDegreesOfFreedom)) residual degrees of \
        freedom); of a column's squared deviations less than \(Format.percent(policy.largestShare)) in one row \
        (\(Format.percent(figures.largestShare))) and \(Format.percent(policy.twoLargestShares)) in two \
        (\(Format.percent(figures.twoLargestShares))); covariances of \
        experts with rows enough. \(rounding). \(ledger). \(sitePolicy).
        """
    }

    private var rounding: String {
        record.roundingStep.map { "Numbers are rounded to \(Format.short($0)) standard errors" }
            ?? "Numbers are not rounded"
    }

    private var sitePolicy: String {
        record.sitePolicy == true
            ? "Columns, levels and number of releases are those that the policy of the site lets out"
            : "No policy of the site was given: any column may be in the file"
    }

    private var ledger: String {
        switch record.ledger {
        case .entry(let number, let code): "Entry \(number) of the ledger of the site (\(code.visible))"
        case .notKept: "No ledger was kept, by request: nothing says how the answer differs from earlier ones"
        case nil: "No ledger was kept: nothing says how the answer differs from earlier ones"
        }
    }

    // MARK: As a table

    /// To be signed: every rule with its bound, what the file has, and what was withheld by it.
    func table(path: String) -> String {
        var table = TextTable(header: ["rule", "bound", "this file", "kept"])
        for row in rules { table.append([row.name, row.bound, row.value, row.isKept ? "yes" : "NO"]) }
        let warnings = file.fit?.warnings ?? []
        let withheld = warnings.filter(\.isOfDisclosure).lines.map { "  " + $0.text(.commandLine).visible }
        return """
            audit record of \(path.visible)
            status: \(record.status.rawValue); unit: \(record.unit?.rawValue ?? "none"); \(Format.plural(file.rows, "row")), \
            \(Format.plural(file.covariates.count, "covariate")), \(Format.plural(file.experts.count, "expert")); \(file.software.visible)
            target and columns: \(([file.target] + file.covariates).map(\.visible).joined(separator: ", "))

            \(table.text)

            withheld or changed by a rule:
            \(withheld.isEmpty ? "  nothing" : withheld.joined(separator: "\n"))

            \(rounding). \(ledger). \(sitePolicy).

            approved by ______________________________    date ____________
            """
    }

    private var hasSlopes: Bool {
        file.model.experts.contains { expert in
            expert.coefficients.enumerated().contains {
                $0.element != 0 && !file.design.expertLayout.isIntercept($0.offset)
            }
        }
    }

    private var rules: [(name: String, bound: String, value: String, isKept: Bool)] {
        let least = figures.leastEffectiveRows
        let covariances = file.experts.compactMap(\.statistics).filter { $0.covarianceWithheld != true }.map { record in
            let moments = record.moments
            let columns = (0..<moments.count).count { moments.scatter[$0, $0] > 0 }
            return (rows: moments.effectiveRows, needed: DisclosureRules.covarianceRows(columns: columns))
        }
        let thinnest = covariances.min { $0.rows - $0.needed < $1.rows - $1.needed }
        return [
            (
                "threshold: effective rows behind an expert",
                "at least \(Format.label(policy.minimumRows))"
                    + (record.rowsPerSubject.map { ", at most \($0) of a subject" } ?? ""),
                Format.number(least, digits: 1), least >= policy.minimumRows * (1 - 1e-9)
            ),
            (
                "saturation: free parameters per row", "at most \(Format.label(policy.parametersPerRow))",
                "\(figures.parameters) of \(Format.count(file.rows)): \(Format.number(figures.parametersPerRow, digits: 3))",
                figures.parametersPerRow <= policy.parametersPerRow
            ),
            (
                "residual degrees of freedom of a regression", "at least \(Format.label(policy.minimumRows))",
                hasSlopes ? Format.count(figures.residualDegreesOfFreedom) : "no slopes",
                !hasSlopes || Double(figures.residualDegreesOfFreedom) >= policy.minimumRows
            ),
            (
                "covariances: effective rows of an expert",
                thinnest.map { "at least \(Format.number($0.needed, digits: 1))" } ?? "-",
                thinnest.map { Format.number($0.rows, digits: 1) } ?? "none released",
                thinnest.map { $0.rows >= $0.needed * (1 - 1e-9) } ?? true
            ),
            (
                "dominance: one row's share of a column's spread", "below \(Format.percent(policy.largestShare))",
                Format.percent(figures.largestShare), figures.largestShare < policy.largestShare
            ),
            (
                "dominance: two rows' share", "below \(Format.percent(policy.twoLargestShares))",
                Format.percent(figures.twoLargestShares), figures.twoLargestShares < policy.twoLargestShares
            ),
        ]
    }
}
