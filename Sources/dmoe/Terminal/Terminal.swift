import DistributedMoE
import Estimation
import Foundation
import Messages
import ModelFiles
import Synchronization

/// Results go to standard output; what happens on the way, and warnings, to standard error.
enum Terminal {
    /// Several lines.
    static func print(_ text: String) throws { try write(text.visibleLines + "\n") }

    /// To standard output, as it is.
    static func write(_ text: String) throws {
        do { try FileHandle.standardOutput.write(contentsOf: Data(text.utf8)) } catch {
            throw CommandFailure("standard output cannot be written", exitCode: .outputError)
        }
    }

    /// One line, whatever the names and fields are that it cites.
    static func printError(_ text: String) { printLines(text.visible) }

    /// To standard error.
    static func printLines(_ text: String) {
        // Where even standard error fails there is nobody left to inform.
        try? FileHandle.standardError.write(contentsOf: Data((text.visibleLines + "\n").utf8))
    }

    /// Ends the program with what cannot be done.
    static func end(_ error: any Error) -> Never {
        let failure = CommandFailure(error) ?? CommandFailure(String(describing: error))
        printError("dmoe: \(failure.message)")
        Foundation.exit(failure.exitCode)
    }

    static func warn(_ text: String) { printError("warning: \(text)") }

    /// - Parameter subject: the file or shard that it is about.
    static func warn(_ message: some DoorMessage, of subject: String? = nil) {
        warn((subject.map { "\($0): " } ?? "") + message.text(.commandLine))
    }

    /// Those of one kind about many shards as the first of them, with their number.
    static func warn(_ lines: [(shard: String, line: WarningLine)], all: Bool) {
        let kinds = Dictionary(grouping: lines.indices) { lines[$0].line.code }
        for (index, (shard, line)) in lines.enumerated() {
            let alike = kinds[line.code] ?? []
            guard !all, alike.count > mostAlike else {
                warn(line, of: shard)
                continue
            }
            guard index == alike.first else { continue }
            let shards = Set(alike.map { lines[$0].shard }).count
            warn(
                "\(shard): \(line.text(.commandLine)) (\(Format.count(alike.count)) warnings of this kind at \(Format.plural(shards, "shard")): "
                    + "--verbose shows all)")
        }
    }

    /// Warnings of one kind that are all shown.
    private static let mostAlike = 5

    static func printJSON(_ value: some Encodable) throws {
        let text: String
        do { text = try OrderedJSONEncoder().encode(value) } catch EncodingError.invalidValue(_, let context) {
            let name = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw CommandFailure("'\(name)' is not a finite number: values of the data or the model are too large")
        }
        try write(text.escapedInJSON)
    }
}

/// One line on standard error that is written over and over; nothing where that is not a terminal.
final class ProgressLine: Sendable {
    private struct State {
        var rowsDone = 0
        var totalRows = 0
        var begin = ContinuousClock.now
        var lastShown: ContinuousClock.Instant?
    }

    private let isShown: Bool
    private let state = Mutex(State())

    init(quiet: Bool) { isShown = !quiet && isatty(STDERR_FILENO) == 1 }

    /// From here on the time left is known by rows.
    func start(totalRows: Int) {
        state.withLock { state in
            state.totalRows = totalRows
            state.begin = .now
        }
    }

    /// Work that shows this line, which is gone when it ends.
    func shown<Result>(_ work: () throws -> Result) rethrows -> Result {
        defer { clear() }
        return try work()
    }

    func show(_ subject: String, _ progress: FitProgress) {
        guard isShown else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            if let last = state.lastShown, now - last < .milliseconds(100) { return }
            state.lastShown = now
            let stage = progress.stage == .screening ? "screening" : "refining"
            let line =
                "\(subject): \(stage) start \(progress.start) of \(progress.startCount), iteration \(progress.iteration), "
                + "log-likelihood \(Format.number(progress.logLikelihoodPerRow, digits: 5)) per row (standardised)"
                + remaining(state, now)
            write("\r\u{1B}[K" + line.visible)
        }
    }

    /// Counts the rows of a finished shard; the time left is estimated by rows.
    func finished(rows: Int) { state.withLock { $0.rowsDone += rows } }

    func clear() { if isShown { write("\r\u{1B}[K") } }

    private func remaining(_ state: State, _ now: ContinuousClock.Instant) -> String {
        let (done, totalRows) = (state.rowsDone, state.totalRows)
        guard done > 0, done < totalRows else { return "" }
        let (seconds, _) = (now - state.begin).components
        return ", about \(Int(Double(seconds) * Double(totalRows - done) / Double(done))) s left"
    }

    private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}

/// A line on standard error that says what is being worked on; nothing where that is not a terminal.
struct ProgressNote: Sendable {
    private let isShown: Bool

    init(quiet: Bool) { isShown = !quiet && isatty(STDERR_FILENO) == 1 }

    func show(_ text: String) { if isShown { write("\r\u{1B}[K" + text.visible) } }

    func clear() { if isShown { write("\r\u{1B}[K") } }

    private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
