import Estimation
import Messages

/// How the fit of a local model went.
extension ModelFile {
    package struct FitRecord: Codable, Sendable, Equatable {
        package var logLikelihood: Double
        package var stopReason: FitReport.StopReason
        package var iterations: Int
        /// What was asked for.
        package var options: FitSettings
        package var trace: [Double]
        package var starts: [FitReport.Start]
        @CodedList package var warnings: [FitWarning]
        /// Where slopes were penalised.
        package var lasso: LassoRecord?
        /// Where the number of experts was chosen.
        package var expertCounts: ExpertCountReport?

        init(_ report: FitReport) {
            logLikelihood = report.logLikelihood
            stopReason = report.stopReason
            iterations = report.iterations
            options = report.settings
            trace = report.trace
            starts = report.starts
            _warnings = CodedList(wrappedValue: report.warnings)
            lasso = report.lasso.map(LassoRecord.init)
            expertCounts = report.expertCounts
        }
    }

    package init(_ local: LocalModel) {
        self.init(local.fitted, kind: .local)
        fit = FitRecord(local.report)
    }
}
