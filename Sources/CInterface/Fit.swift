import DistributedMoE
import Estimation
import Foundation
import Messages
import ModelFiles
import Numerics

/// How the rows of one site are fitted, as JSON: the fields of ``FitJob``, whose defaults hold for what is not there.
private struct FitRequest: Decodable {
    var columns: ColumnsRequest
    /// nil: that of the study.
    var experts: Int?
    /// Chooses in 1...experts, or from this number on.
    var expertsFrom: Int?
    var criterion: String?
    var holdout: Double?
    var starts: Int?
    var tolerance: Double?
    var maxIterations: Int?
    /// nil: that of the study, or 1.
    var seed: UInt64?
    var minRows: Int?
    var l1Gate: Double?
    var l1Experts: Double?
    /// The weight of the lasso by BIC.
    var l1Automatic: Bool?
    var l1Refit: Bool?
    var standardErrors: String?
    var slopePrior: String?
    /// Fewer experts, with a warning, for a site with fewer rows for each parameter; nil: an error where they are too few.
    var rowsPerParameter: Int?
    /// Texts of model files.
    var initialModels: [String]?
    /// Whether the model is one of many that are aggregated: slopes that a lasso left are fitted without it.
    var aggregated: Bool?
    /// Whether the model stays with the owner of the rows, so that nothing is withheld; `minRows` has no effect then.
    var ownRows: Bool?
    /// Whether the model is one to look at, which no coordinator takes: no rule holds.
    var draft: Bool?
    /// Whether the model goes to others and keeps the rules of a release; nil: it does.
    var asSites: Bool?
    /// Path of the secret of rounding; nil: numbers are not rounded.
    var roundingSecret: String?
    /// The file that has what the site has released; nil: none is kept.
    var ledger: String?
    /// Whether a few new rows wait for the next release.
    var holdBackNew: Bool?
    /// The file that says what the site lets out.
    var policy: String?
    var threads: Int?

    func job() throws -> FitJob {
        if expertsFrom != nil, experts == nil { throw RequestRefusal.missing(.experts) }
        var job = FitJob(columns: try columns.request(), experts: numbers)
        job.settings = try settings()
        job.criterion = try Request.named(criterion, .criterion)
        job.holdout = holdout
        job.rowsPerParameter = rowsPerParameter
        job.seed = seed
        job.isAggregated = aggregated ?? false
        job.isReleased = asSites ?? true
        job.roundingSecret = roundingSecret
        job.ledger = LedgerChoices(ledger, holdsBackNew: holdBackNew, policy: policy)
        try job.check()
        job.initialModels = try (initialModels ?? []).map { text in
            try ModelFile.decode(Data(text.utf8), source: "initial model").model
        }
        return job
    }

    private var numbers: ExpertNumbers? { experts.map { ExpertNumbers(first: expertsFrom ?? $0, last: $0) } }

    private func settings() throws(RequestRefusal) -> FitChoices {
        var settings = FitChoices()
        settings.starts = starts ?? settings.starts
        settings.tolerance = tolerance ?? settings.tolerance
        settings.maximumIterations = maxIterations ?? settings.maximumIterations
        settings.standardErrors = try Request.named(standardErrors, .standardErrors) ?? settings.standardErrors
        settings.slopePrior = try Request.named(slopePrior, .slopePrior) ?? settings.slopePrior
        settings.l1Gate = l1Gate
        settings.l1Experts = l1Experts
        settings.l1Automatic = l1Automatic ?? false
        settings.l1Refit = l1Refit ?? false
        settings.isDraft = draft ?? false
        settings.minRows = ownRows ?? false ? nil : minRows ?? settings.minRows
        return settings
    }
}

/// Called from any thread: the stage (0 screening, 1 refining), start, number of starts, iteration, log-likelihood per row.
public typealias ProgressFunction =
    @convention(c) (UnsafeMutableRawPointer?, Int32, Int, Int, Int, Double) -> Void

/// Fits the rows of one site.
///
/// - Parameters:
///   - request: the fields of `FitRequest` as JSON.
///   - cancellation: of `dmoe_cancellation_new`, or null.
///   - progress: null where nobody waits; `context` is handed on to it.
/// - Returns: an answer with the text of the local model file.
@c(dmoe_fit)
public func fit(
    _ table: UnsafeMutableRawPointer, _ request: UnsafePointer<CChar>, _ cancellation: UnsafeMutableRawPointer?,
    _ progress: ProgressFunction?, _ context: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer {
    Answer.noting { notices in
        let request = try Request.decode(request, as: FitRequest.self)
        let job = try request.job()
        let outcome = try job.run(
            .borrowed(Handle<TableObject>(table).value.table), parallelism: Parallelism(threads: request.threads),
            cancellation: cancellation.map { Handle<Cancellation>($0).value }, notices: notices,
            progress: Observer(progress, context).handler)
        return try outcome.file.text(path: "model")
    }
}

/// What can be said of a request to learn before a row is read, for callers that bring sites and coordinator together themselves.
///
/// - Parameters:
///   - request: of the fits, the fields of `FitRequest` as JSON.
///   - rounds: extra rounds after the aggregation.
/// - Returns: an answer without text, or the refusal of `dmoe learn`.
@c(dmoe_learn_check)
public func learnCheck(_ request: UnsafePointer<CChar>, _ rounds: Int) -> UnsafeMutableRawPointer {
    Answer.of {
        let fit = try Request.decode(request, as: FitRequest.self).job()
        var job = LearnJob(ShardChoices(columns: fit.columns))
        job.shards.experts = fit.experts
        job.shards.fit = fit.settings
        job.shards.rowsPerParameter = fit.rowsPerParameter ?? job.shards.rowsPerParameter
        job.shards.holdout = fit.holdout ?? job.shards.holdout
        job.rounds = rounds
        try job.check()
        return ""
    }
}

/// The function of another language that hears of progress.
private struct Observer: Sendable {
    private let function: ProgressFunction?
    private nonisolated(unsafe) let context: UnsafeMutableRawPointer?

    init(_ function: ProgressFunction?, _ context: UnsafeMutableRawPointer?) {
        self.function = function
        self.context = context
    }

    var handler: FitProgressHandler? {
        guard let function else { return nil }
        return { progress in
            function(
                context, progress.stage == .screening ? 0 : 1, progress.start, progress.startCount, progress.iteration,
                progress.logLikelihoodPerRow)
        }
    }
}

/// What a fit can be stopped with, from any thread.
@c(dmoe_cancellation_new)
public func cancellationNew() -> UnsafeMutableRawPointer { Handle.retaining(Cancellation()) }

/// Stops the fit that the cancellation was given to, after the iteration at work; from any thread.
@c(dmoe_cancellation_request)
public func cancellationRequest(_ cancellation: UnsafeMutableRawPointer) {
    Handle<Cancellation>(cancellation).value.request()
}

/// Frees the cancellation; no fit may hold it any more.
@c(dmoe_cancellation_release)
public func cancellationRelease(_ cancellation: UnsafeMutableRawPointer) {
    Handle<Cancellation>(cancellation).release()
}

extension LedgerChoices {
    /// Rows in memory lie in no folder: without a file there is no ledger.
    init(_ path: String?, holdsBackNew: Bool?, policy: String?) {
        self.init()
        place = path.map { .file($0) } ?? .none
        self.holdsBackNew = holdsBackNew ?? false
        self.policy = policy
    }
}
