import DistributedMoE
import Evaluation
import Messages

/// The table of `dmoe compare`, and its --json object.
struct ComparisonReport: Encodable {
    var target: String
    var experts: Int
    var shards: Int
    var rows: Int
    var testRows: Int
    var seed: UInt64
    /// Shards that could not be fitted, and inconsistent sites.
    var leftOut: [LeftOut]
    var estimators: [Estimate]

    /// Failures are in the table; what went wrong on the way is said once, whatever the number of methods that met it.
    var warnings: [String] {
        var shown = Set<String>()
        return estimators.flatMap { $0.warnings.map { $0.text(.commandLine) } }.filter { shown.insert($0).inserted }
    }

    var failures: [String] {
        estimators.compactMap { estimate in estimate.failure.map { "\(estimate.title): \($0.text(.commandLine))" } }
    }

    // MARK: Text

    var text: String {
        return ([heading, scores, distances] + (failures.isEmpty ? [] : [failures.joined(separator: "\n")]))
            .joined(separator: "\n\n")
    }

    private var heading: String {
        "\(Format.plural(shards, "shard")) of \(Format.plural(rows, "row")) in all; \(Format.plural(experts, "expert")) for '\(target.visible)'; "
            + "scored on \(Format.plural(testRows, "row"))"
    }

    private var scores: String {
        let lines = ScoreLine.compared.filter { line in
            estimators.contains { $0.scores.flatMap(line.value) != nil }
        }
        var table = TextTable(
            header: ["", "experts", "log-likelihood per row"] + lines.map(\.title) + ["bytes sent", "rounds", "time"])
        for estimate in estimators {
            guard let scores = estimate.scores else {
                table.append([estimate.title, "-"])
                continue
            }
            table.append(
                [
                    estimate.title, estimate.experts.map(String.init) ?? "",
                    Format.number(scores.logLikelihoodPerRow, digits: 5),
                ] + lines.map { $0.shortText(scores) ?? "" } + [
                    Format.count(estimate.bytesSent), String(estimate.rounds), Format.seconds(estimate.learningSeconds),
                ])
        }
        return table.text
    }

    /// Columns that nothing is known for are left out.
    private var distances: String {
        let columns: [(name: String, value: (Estimate) -> Double?)] = [
            ("from f^W", { $0.divergence.mixture }), ("from pooled", { $0.divergence.pooled }),
            ("from truth", { $0.divergence.truth }), ("experts' error", { $0.parameterError?.experts }),
            ("gates' error", { $0.parameterError?.gates }), ("Rand", { $0.randIndex }),
            ("adjusted Rand", { $0.adjustedRandIndex }), ("clustering error", { $0.clusteringError }),
        ].filter { column in estimators.contains { column.value($0) != nil } }
        var table = TextTable(header: ["transportation divergence per row"] + columns.map(\.name))
        for estimate in estimators where estimate.failure == nil {
            table.append([estimate.title] + columns.map { $0.value(estimate).map(Format.short) ?? "" })
        }
        return table.text
    }

    // MARK: CSV

    var csv: String {
        let columns: [(name: String, value: (Estimate) -> Double?)] =
            [
                ("experts", { $0.experts.map(Double.init) }), ("rounds", { Double($0.rounds) }),
            ]
            + ([.logLikelihoodPerRow] + ScoreLine.compared).map { line in
                (line.column, { $0.scores.flatMap(line.value) })
            } + [
                ("divergence_from_mixture", { $0.divergence.mixture }),
                ("divergence_from_pooled", { $0.divergence.pooled }),
                ("divergence_from_truth", { $0.divergence.truth }),
                ("expert_error", { $0.parameterError?.experts }), ("gate_error", { $0.parameterError?.gates }),
                ("dispersion_error", { $0.parameterError?.dispersions }), ("rand_index", { $0.randIndex }),
                ("adjusted_rand_index", { $0.adjustedRandIndex }), ("clustering_error", { $0.clusteringError }),
                ("bytes_sent", { Double($0.bytesSent) }), ("learning_seconds", { $0.learningSeconds }),
            ]
        var lines = [(["method"] + columns.map(\.name)).joined(separator: ",")]
        for estimate in estimators {
            let cells = columns.map { column in column.value(estimate).map(Format.label) ?? "" }
            lines.append(([estimate.method] + cells).joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
