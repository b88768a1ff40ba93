import Foundation
import MixtureOfExperts
import Numerics

/// Fits one shard with each of some numbers of experts, and keeps the best by a criterion.
package struct ExpertCountPath: Sendable {
    let design: Design
    let family: any ExpertFamily
    let options: FitOptions
    let experts: ClosedRange<Int>
    let criterion: ExpertCountReport.Criterion
    let heldOutShare: Double
    let rowsPerParameter: Int?
    let parallelism: Parallelism
    let progress: FitProgressHandler?

    /// - Parameters:
    ///   - options: of each fit; their number of experts is not read.
    ///   - experts: the numbers to try.
    ///   - heldOutShare: of the rows, chosen at random by the seed, kept out of all fits and scored. Needed for
    ///     ``ExpertCountReport/Criterion/holdout``.
    ///   - rowsPerParameter: no more experts are tried than rows support with so many for each parameter; nil: than can be fitted.
    package init(
        design: Design, family: any ExpertFamily = GaussianFamily(), options: FitOptions, experts: ClosedRange<Int>,
        criterion: ExpertCountReport.Criterion = .bic, heldOutShare: Double = 0, rowsPerParameter: Int? = nil,
        parallelism: Parallelism = .serial, progress: FitProgressHandler? = nil
    ) {
        precondition(criterion != .holdout || heldOutShare > 0, "rows to hold out")
        self.design = design
        self.family = family
        self.options = options
        self.experts = experts
        self.criterion = criterion
        self.heldOutShare = heldOutShare
        self.rowsPerParameter = rowsPerParameter
        self.parallelism = parallelism
        self.progress = progress
    }

    /// The best model, its report with all that were tried.
    ///
    /// A number that cannot be fitted is a failure in the report; beyond one that the rows cannot support none is tried.
    ///
    /// - Throws: ``EstimationError`` of the first number where none can be fitted.
    package func fit(_ rows: ShardRows) throws(EstimationError) -> LocalModel {
        try fit(rows.withoutWeightlessRows() as any RowSource)
    }

    package func fit(_ source: any RowSource) throws(EstimationError) -> LocalModel {
        let (training, heldOut) = try split(source)
        var points = [ExpertCountReport.Point]()
        var failures = [(experts: Int, error: EstimationError)]()
        var best: (fit: LocalFit, optimum: LocalFit.FitState, value: Double, experts: Int)?
        let supported = try supported(by: training)
        var smaller = [MixtureModel]()
        for count in supported.counts {
            do throws(EstimationError) {
                let fit = fit(experts: count, isInterceptOnly: supported.isInterceptOnly)
                let optimum = try fit.optimum(training, smaller: smaller)
                smaller = [optimum.modelInUserUnits]
                // Standard errors are computed for the model that is chosen alone.
                let local = fit.exactModel(optimum, standardErrors: .none).local
                let point = ExpertCountReport.Point(
                    local, asked: count, entropy: entropy(local.model, training),
                    heldOut: heldOut.map { score(local.model, $0) })
                points.append(point)
                let value = point.value(criterion)
                if best.map({ value < $0.value }) ?? true { best = (fit, optimum, value, count) }
            } catch {
                if case .cancelled = error { throw error }
                failures.append((count, error))
                if case .tooFewRows = error { break }
            }
        }
        guard let best else { throw failures.first?.error ?? .noModelPossible(rows: source.rowCount, needed: 1) }
        var local = best.fit.localModel(best.optimum, standardErrors: options.standardErrors)
        var report = ExpertCountReport(
            criterion: criterion, chosen: best.experts, heldOutRows: heldOut?.rowCount ?? 0, points: points,
            failures: failures.isEmpty
                ? nil : failures.map { ExpertCountReport.Failure(experts: $0.experts, reason: $0.error) })
        if let rounding = best.fit.rounding {
            report = report.rounded(
                rounding, weight: local.fitted.weight,
                squaredWeight: local.fitted.moments.reduce(0) { $0 + $1.squaredWeight })
        }
        note(report, tried: supported.counts, rows: training.rowCount, in: &local.report)
        return local
    }

    /// What was asked for and what was found, in the report of the model that was chosen.
    private func note(
        _ found: ExpertCountReport, tried: ClosedRange<Int>, rows: Int, in report: inout FitReport
    ) {
        report.expertCounts = found
        report.settings.experts = experts.upperBound
        report.settings.expertsFrom = experts.lowerBound
        report.settings.criterion = criterion
        report.settings.heldOutShare = heldOutShare > 0 ? heldOutShare : nil
        if tried.upperBound < experts.upperBound {
            report.settings.rowsPerParameter = rowsPerParameter
            report.warnings.append(
                .fewerExpertsTried(asked: experts.upperBound, tried: tried.upperBound, rows: rows))
        } else if let warning = edgeWarning(found) {
            report.warnings.append(warning)
        }
    }

    /// The numbers of experts that are tried.
    private func supported(
        by rows: any RowSource
    ) throws(EstimationError) -> (counts: ClosedRange<Int>, isInterceptOnly: Bool) {
        guard let rowsPerParameter else { return (experts, false) }
        let support = try Capacity.support(
            of: rows, asked: experts.upperBound, design: design, family: family, minRows: options.minRows,
            rowsPerParameter: rowsPerParameter, parallelism: parallelism)
        return (min(experts.lowerBound, support.experts)...support.experts, support.isInterceptOnly)
    }

    /// One expert is no edge: there is nothing below.
    ///
    /// Nor is there where what lies beyond could not be fitted.
    private func edgeWarning(_ report: ExpertCountReport) -> FitWarning? {
        let tried = report.points.map(\.experts)
        guard tried.count > 1, let first = tried.first, let last = tried.last else { return nil }
        let failed = (report.failures ?? []).map(\.experts)
        let isFirst = report.chosen == first && first > 1 && !failed.contains { $0 < first }
        let isLast = report.chosen == last && !failed.contains { $0 > last }
        return isFirst || isLast
            ? .expertCountAtEdge(experts: report.chosen, criterion: criterion, tried: first...last) : nil
    }

    private func fit(experts: Int, isInterceptOnly: Bool) -> LocalFit {
        var options = options
        options.expertCount = experts
        options.isInterceptOnly = isInterceptOnly
        return LocalFit(
            design: design, family: family, options: options, parallelism: parallelism, progress: progress)
    }

    private func split(_ source: any RowSource) throws(EstimationError) -> (any RowSource, heldOut: ShardRows?) {
        guard heldOutShare > 0 else { return (source, nil) }
        var random = RandomNumbers(seed: options.seed).split(-7)
        let order = random.permutation(source.rowCount)
        let count = Int((Double(source.rowCount) * heldOutShare).rounded())
        guard (1..<source.rowCount).contains(count) else { throw .nothingHeldOut(rows: source.rowCount) }
        // Their score goes with the model.
        guard Double(count) >= options.minRows else {
            throw .tooFewHeldOut(rows: count, needed: Int(options.minRows.rounded(.up)))
        }
        return (source.chosen(order.dropFirst(count).sorted()), source.chosen(order.prefix(count).sorted()))
    }

    /// For a weight of 1.
    private func score(_ model: MixtureModel, _ rows: ShardRows) -> Double {
        model.statistics(of: rows, level: .likelihood, parallelism: parallelism).logLikelihood / rows.totalWeight
    }

    /// -Σ w Σ_k τ_k log τ_k.
    private func entropy(_ model: MixtureModel, _ source: any RowSource) -> Double {
        model.sum(over: source, by: .posteriors, parallelism, from: 0.0) { sum, block, posteriors, _, count in
            for expert in 0..<model.expertCount {
                let own = posteriors + expert * RowBlock.capacity
                for row in 0..<count where own[row] > 0 { sum -= block.weights[row] * own[row] * log(own[row]) }
            }
        } merge: {
            $0 += $1
        }
    }
}
