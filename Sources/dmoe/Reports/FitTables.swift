import DistributedMoE
import Estimation
import Messages
import ModelFiles

/// What a lasso came to.
struct LassoTable {
    let record: ModelFile.LassoRecord

    init(_ record: ModelFile.LassoRecord) { self.record = record }

    var text: String {
        let line = """
            lasso: weight \(Format.short(record.gateWeight)) on gate slopes, \(Format.short(record.expertWeight)) on \
            expert slopes; \(Format.plural(record.nonzeroParameters, "nonzero parameter")), penalised log-likelihood \
            \(Format.number(record.penalisedLogLikelihood, digits: 4))\(record.refitted ? "; refitted without" : "")
            """
        guard let path = record.path else { return line }
        var table = TextTable(header: ["weight tried", "penalised log-likelihood", "nonzero parameters", "BIC", ""])
        for point in path {
            table.append([
                Format.short(point.weight), Format.number(point.penalisedLogLikelihood, digits: 4),
                String(point.nonzeroParameters), Format.number(point.bic, digits: 2),
                point.weight == record.gateWeight ? "chosen" : "",
            ])
        }
        return line + "\n" + table.text
    }
}

/// What each number of experts came to.
struct ExpertCountPathTable {
    let report: ExpertCountReport

    init(_ report: ExpertCountReport) { self.report = report }

    var text: String {
        let scored = report.heldOutRows > 0
        var table = TextTable(
            header: ["experts", "log-likelihood", "parameters", "BIC", "AIC", "ICL"]
                + (scored ? ["held out, per row"] : []) + [""])
        for point in report.points {
            table.append(
                [
                    point.fitted == point.experts ? String(point.experts) : "\(point.experts) (\(point.fitted) left)",
                    Format.number(point.logLikelihood, digits: 2), String(point.parameters),
                    Format.number(point.bic, digits: 2), Format.number(point.aic, digits: 2),
                    Format.number(point.icl, digits: 2),
                ] + (scored ? [point.heldOutLogLikelihood.map { Format.number($0, digits: 5) } ?? ""] : [])
                    + [point.experts == report.chosen ? "chosen by \(report.criterion.rawValue)" : ""])
        }
        return
            ([table.text]
            + (report.failures ?? []).map { "\(Format.plural($0.experts, "expert")): \($0.reason.text(.commandLine))" })
            .joined(separator: "\n")
    }
}
