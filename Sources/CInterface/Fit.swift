import DistributedMoE
import Estimation
import Foundation
import Messages
import ModelFiles
import Numerics
import StudyData
import Tables

/// How the rows of one site are fitted; as the options of `dmoe fit`, with their defaults.
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
    /// Fewer experts, with a warning, for a site with fewer rows for each parameter; nil: an error where they are too few.
    var rowsPerParameter: Int?
    /// Texts of model files.
    var initialModels: [String]?
    var threads: Int?

    func validate() throws {
        try Request.check((expertsFrom ?? 1) >= 1, "experts must be 1 or more")
        try Request.check(
            holdout.map { $0 > 0 && $0 < 1 } ?? true, "holdout must lie between 0 and 1")
        try Request.check((1...100_000).contains(starts ?? 1), "starts must be from 1 to 100000")
        try Request.check(tolerance.map { $0 > 0 && $0 < 1 } ?? true, "tolerance must lie between 0 and 1")
        try Request.check((1...1_000_000).contains(maxIterations ?? 1), "max_iterations must be from 1 to 1000000")
        try Request.check(minRows: minRows)
        for weight in [l1Gate, l1Experts] {
            try Request.check(weight.map { $0 >= 0 && $0.isFinite } ?? true, "weights of the lasso must be 0 or more")
        }
        _ = try chosenBy()
        try Request.check((1...1_000_000).contains(rowsPerParameter ?? 1), "rows_per_parameter must be 1 or more")
    }

    private var lasso: Lasso {
        if l1Automatic ?? false { return .automatic }
        let (gate, experts) = (l1Gate ?? 0, l1Experts ?? 0)
        return gate > 0 || experts > 0 ? .weights(gate: gate, experts: experts) : .none
    }

    func options(_ study: Study?, _ cancellation: Cancellation?) throws -> FitOptions {
        guard let experts = experts ?? study?.experts else {
            throw RequestError("experts is missing: neither the call nor the study gives their number")
        }
        try Request.check(experts >= 1, "experts must be 1 or more")
        var options = FitOptions(
            expertCount: experts, seed: seed ?? study?.seed ?? 1, lasso: lasso, refitsSlopes: l1Refit ?? false,
            cancellation: cancellation)
        options.starts = starts ?? options.starts
        options.tolerance = tolerance ?? options.tolerance
        options.maxIterations = maxIterations ?? options.maxIterations
        options.minRows = minRows.map(Double.init) ?? options.minRows
        if let standardErrors {
            guard let method = StandardErrorMethod(rawValue: standardErrors) else {
                throw RequestError("standard_errors must be observed, sandwich or none, not '\(standardErrors)'")
            }
            options.standardErrors = method
        }
        options.initialModels = try (initialModels ?? []).map { text in
            try ModelFile.decode(Data(text.utf8), source: "initial model").model
        }
        return options
    }

    func expertRange(_ options: FitOptions) throws -> ClosedRange<Int>? {
        guard expertsFrom != nil || holdout != nil else { return nil }
        let first = expertsFrom ?? options.expertCount
        try Request.check(first <= options.expertCount, "the range of experts is empty")
        return first...options.expertCount
    }

    func chosenBy() throws -> ExpertCountReport.Criterion {
        guard let criterion else { return .bic }
        guard let known = ExpertCountReport.Criterion(rawValue: criterion) else {
            throw RequestError("criterion '\(criterion)' is not known")
        }
        return known
    }
}

/// Called from any thread: the stage (0 screening, 1 refining), start, number of starts, iteration, log-likelihood a row.
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
    Answer.of {
        let request = try Request.decode(request, as: FitRequest.self)
        try request.validate()
        let study = try request.columns.readStudy()
        let options = try request.options(study, cancellation.map { Handle<Cancellation>($0).value })
        let parallelism = try Request.parallelism(request.threads)
        let table = Handle<TableObject>(table).value.table
        let rows = try table.rows(
            try request.columns.selection(study, source: table.source), leastKnown: Int(options.minRows),
            parallelism: parallelism)
        guard rows.source.rowCount > 0 else { throw TableError.nothingLeft(source: table.source, purpose: "fit") }
        let local = try named(table) {
            try fitted(rows, request, options, parallelism, Observer(progress, context).handler)
        }
        var file = ModelFile(local)
        file.note(rows.selection, rows.record)
        return try file.text(path: "model")
    }
}

/// What cannot be fitted is said as the command line says it: with the name of the rows in front.
private func named<Result>(_ table: BorrowedTable, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as EstimationError where error != .cancelled {
        throw FitError(source: table.source, reason: error)
    }
}

struct FitError: Error, DoorMessage {
    var source: String
    var reason: EstimationError
    func text(_ style: OptionStyle) -> String { "\(source): \(reason.text(style))" }
}

/// As the command line would, of the same rows.
private func fitted(
    _ rows: RowReader.Rows, _ request: FitRequest, _ options: FitOptions, _ parallelism: Parallelism,
    _ progress: FitProgressHandler?
) throws -> LocalModel {
    let family = try request.columns.expertFamily(rows.selection)
    if let range = try request.expertRange(options) {
        return try ExpertCountPath(
            design: rows.design, family: family, options: options, experts: range, criterion: request.chosenBy(),
            heldOutShare: request.holdout ?? 0, rowsPerParameter: request.rowsPerParameter, parallelism: parallelism,
            progress: progress
        ).fit(rows.source)
    }
    guard let rowsPerParameter = request.rowsPerParameter else {
        return try LocalFit(
            design: rows.design, family: family, options: options, parallelism: parallelism, progress: progress
        ).fit(rows.source)
    }
    var heard: (@Sendable (String, FitProgress) -> Void)?
    if let progress { heard = { _, step in progress(step) } }
    return try DistributedLearning(
        design: rows.design, family: family, fitOptions: options, rowsPerParameter: rowsPerParameter, progress: heard
    ).fit(rows.source, name: "", parallelism: parallelism)
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

@c(dmoe_cancellation_request)
public func cancellationRequest(_ cancellation: UnsafeMutableRawPointer) {
    Handle<Cancellation>(cancellation).value.request()
}

@c(dmoe_cancellation_release)
public func cancellationRelease(_ cancellation: UnsafeMutableRawPointer) {
    Handle<Cancellation>(cancellation).release()
}
