import Estimation

/// One start to convergence on rows of a family in memory, on one thread.
struct FamilyStartWork: Work {
    var responses: FamilyRows.Responses
    var rows: Int
    var repeats: Int

    /// The name of a figure.
    static let processorSeconds = "s of processor"

    func perform() throws -> [Measurement] {
        let rows = FamilyRows(responses: responses).rows(rows)
        let experts = FamilyRows.source.expertCount
        let fit = LocalFit(
            design: FamilyRows.source.design, family: responses.family,
            options: FitOptions(expertCount: experts, starts: 1))
        var processor = [Double]()
        let (times, local) = try Stopwatch.repeated(repeats) {
            let before = Stopwatch.processorSeconds
            defer { processor.append(Stopwatch.processorSeconds - before) }
            return try fit.fit(rows)
        }
        return [
            Measurement(
                what: responses.rawValue, sizes: ["rows": rows.rowCount, "d": 20, "K": experts], seconds: times.median,
                repeats: repeats, score: .init(name: "log-likelihood", value: local.report.logLikelihood),
                figures: [
                    "iterations": Double(local.report.iterations),
                    Self.processorSeconds: Array(processor.dropFirst()).median,
                ],
                note: local.report.stopReason == .converged ? nil : "not converged")
        ]
    }
}
