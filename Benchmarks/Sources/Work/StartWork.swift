import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import Simulation
import Tables

/// One start to convergence, from rows in memory.
struct StartWork: Work {
    var path: String
    var threads: Int

    func perform() throws -> [Measurement] {
        let design = DataWork.source.design
        let table = try DataTable.read(path: path, options: TableOptions(columnNames: design.covariates + ["y"]))
        let columns = try design.covariates.map { try table.numbers($0) }
        let rows = ShardRows(covariates: Matrix(columns: columns), responses: try table.numbers("y"))
        let options = FitOptions(expertCount: SyntheticBenchmark.Responses.gaussian.expertCount, starts: 1)
        let fit = LocalFit(design: design, options: options, parallelism: Parallelism(threads: threads))
        let (seconds, local) = try Stopwatch.seconds { try fit.fit(rows) }
        return [
            Measurement(
                what: "dmoe", sizes: ["rows": rows.rowCount, "d": 20, "K": 5, "threads": threads], seconds: seconds,
                score: .init(name: "log-likelihood", value: local.report.logLikelihood),
                figures: ["iterations": Double(local.report.iterations)],
                note: local.report.stopReason == .converged ? nil : "not converged")
        ]
    }
}
