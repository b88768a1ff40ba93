import Foundation
import LinearAlgebra
import MixtureOfExperts

/// Fits one shard with each of some numbers of experts, and keeps the best by a criterion.
public struct ExpertCountPath: Sendable {
    let design: Design
    let family: any ExpertFamily
    let options: FitOptions
    let experts: ClosedRange<Int>
    let criterion: ExpertCountReport.Criterion
    let heldOutShare: Double
    let parallelism: Parallelism
    let progress: FitProgressHandler?

    /// - Parameters:
    ///   - options: of each fit; their number of experts is not read.
    ///   - experts: the numbers to try.
    ///   - heldOutShare: of the rows, chosen at random by the seed, kept out of all fits and scored. Needed for
    ///     ``ExpertCountReport/Criterion/holdout``.
    public init(
        design: Design, family: any ExpertFamily = GaussianFamily(), options: FitOptions, experts: ClosedRange<Int>,
        criterion: ExpertCountReport.Criterion = .bic, heldOutShare: Double = 0, parallelism: Parallelism = .serial,
        progress: FitProgressHandler? = nil
    ) {
        precondition(criterion != .holdout || heldOutShare > 0, "rows to hold out")
        self.design = design
        self.family = family
        self.options = options
        self.experts = experts
        self.criterion = criterion
        self.heldOutShare = heldOutShare
        self.parallelism = parallelism
        self.progress = progress
    }

    /// The best model, its report with all that were tried. Numbers beyond those that the rows carry are not tried.
    ///
    /// - Throws: ``EstimationError`` where not even the first number can be fitted.
    public func fit(_ rows: ShardRows) throws(EstimationError) -> LocalModel {
        try fit(rows.withoutWeightlessRows() as any RowSource)
    }

    package func fit(_ source: any RowSource) throws(EstimationError) -> LocalModel {
        let (training, heldOut) = try split(source)
        var points = [ExpertCountReport.Point]()
        var best: (fit: LocalFit, optimum: LocalFit.InterimFit, value: Double, experts: Int)?
        for count in experts {
            let fit = fit(experts: count)
            let optimum: LocalFit.InterimFit
            do throws(EstimationError) { optimum = try fit.optimum(training) } catch {
                guard case .tooFewRows = error, best != nil else { throw error }
                break
            }
            let local = fit.localModel(optimum, standardErrors: .none)
            let point = ExpertCountReport.Point(
                local, asked: count, entropy: entropy(local.model, training),
                heldOut: heldOut.map { score(local.model, $0) })
            points.append(point)
            let value = point.value(criterion)
            if best.map({ value < $0.value }) ?? true { best = (fit, optimum, value, count) }
        }
        guard let best else { throw .noModelPossible(rows: source.rowCount, needed: 1) }
        // The errors of the others nobody would see.
        var local = best.fit.localModel(best.optimum, standardErrors: options.standardErrors)
        local.report.expertCounts = ExpertCountReport(
            criterion: criterion, chosen: best.experts, points: points, heldOutRows: heldOut?.rowCount ?? 0)
        let tried = experts.lowerBound...experts.lowerBound + points.count - 1
        if isAtEdge(best.experts, of: tried) {
            local.report.warnings.append(
                .expertCountAtEdge(experts: best.experts, criterion: criterion.rawValue, tried: tried))
        }
        return local
    }

    /// One expert is no edge: there is nothing below.
    private func isAtEdge(_ experts: Int, of tried: ClosedRange<Int>) -> Bool {
        tried.count > 1 && (experts == tried.upperBound || (experts == tried.lowerBound && experts > 1))
    }

    private func fit(experts: Int) -> LocalFit {
        var options = options
        options.expertCount = experts
        return LocalFit(
            design: design, family: family, options: options, parallelism: parallelism, progress: progress)
    }

    private func split(_ source: any RowSource) throws(EstimationError) -> (any RowSource, heldOut: ShardRows?) {
        guard heldOutShare > 0 else { return (source, nil) }
        var random = RandomNumbers(seed: options.seed).split(-6)
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

    /// -Σ w Σ_k τ_k log τ_k
    private func entropy(_ model: MixtureModel, _ source: any RowSource) -> Double {
        source.reduce(parallelism, into: 0.0) { part in
            var sum = 0.0
            model.forEachPosterior(of: source, in: part) { block, posteriors, count in
                for expert in 0..<model.expertCount {
                    let own = posteriors + expert * RowBlock.capacity
                    for row in 0..<count where own[row] > 0 { sum -= block.weights[row] * own[row] * log(own[row]) }
                }
            }
            return sum
        } merge: {
            $0 += $1
        }
    }
}
