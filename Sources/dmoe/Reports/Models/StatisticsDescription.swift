import DistributedMoE
import Messages
import ModelFiles

/// A file of statistics in words and tables.
struct StatisticsDescription {
    let file: StatisticsFile
    let path: String

    init(_ file: StatisticsFile, path: String) {
        self.file = file
        self.path = path
    }

    var text: String { [heading, experts, disclosure, warnings].compactMap { $0 }.joined(separator: "\n\n") }

    private var heading: String {
        """
        \(path.visible): statistics of \(Format.plural(file.rows, "row")) for a round (format \(file.formatVersion), \(file.software.visible))
        at a model with digest \(file.modelDigest) that predicts '\(file.target.visible)' from \
        \(Format.plural(file.covariates.count, "covariate")) with \
        \(Format.plural(file.experts.count, "\(file.family) expert"))
        log-likelihood of this model here \(Format.number(file.logLikelihood, digits: 4)), \
        \(Format.number(file.logLikelihood / file.weight, digits: 5)) per row
        """
    }

    private var experts: String {
        let moments = file.experts.map(\.moments)
        var table = TextTable(
            header: ["mean ± standard deviation"] + file.experts.indices.map { "expert \($0 + 1)" })
        table.append(["share of rows"] + moments.map { Format.percent($0.weight / file.weight) })
        for (index, name) in (file.covariates + [file.target]).enumerated() {
            table.append(
                [name]
                    + moments.map {
                        guard $0.weight > 0 else { return "-" }
                        let deviation = ($0.scatter[index, index] / $0.weight).squareRoot()
                        return "\(Format.short($0.mean[index])) ± \(Format.short(deviation))"
                    })
        }
        table.append(["effective rows"] + moments.map { Format.number($0.effectiveRows, digits: 1) })
        return table.text
    }

    private var ledger: String {
        switch file.ledger {
        case .entry(let number, let code):
            " It is entry \(number) of the ledger of the site (\(code.visible))."
        case .notKept: " No ledger was kept, by request."
        case nil: ""
        }
    }

    private var disclosure: String {
        let released = file.experts.map(\.moments).filter { $0.weight > 0 }
        let least = released.map(\.effectiveRows).min() ?? 0
        return """
            what leaves the site with this file: for each expert the sum of weights, and mean and covariance of the \
            \(file.covariates.count + 1) columns above over the rows that it describes; for the gate, sums over all rows \
            of the \(Format.plural(file.gateCovariates.count, "gate covariate")) and their products, weighted by the \
            probabilities of the experts; the number of rows; the log-likelihood, rounded and of \
            the experts released where anything is withheld.
            what does not: no row, no minimum or maximum, no date; no column is released of an expert where few rows \
            differ from its usual value, nor are the gate's sums over it, nor of the gate where \
            few of the rows between experts do. A constant column is released as its value. \
            The least number of effective rows behind an expert is \(Format.number(least, digits: 1)).\(ledger)
            """
    }

    private var warnings: String? {
        file.warnings.isEmpty
            ? nil : file.warnings.lines.map { "warning: \($0.text(.commandLine).visible)" }.joined(separator: "\n")
    }
}
