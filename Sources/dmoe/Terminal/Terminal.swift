import DistributedMoE
import Foundation
import Synchronization

/// Results go to standard output; what happens on the way, and warnings, to standard error.
enum Terminal {
    static func print(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

    static func printError(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    static func warn(_ text: String) { printError("warning: \(text)") }

    static func printJSON(_ value: some Encodable) throws {
        FileHandle.standardOutput.write(Data(try OrderedJSONEncoder().encode(value).utf8))
    }
}

/// One line on standard error that is written over and over; silent where that is not a terminal.
final class ProgressLine: Sendable {
    private struct State {
        var rowsDone = 0
        var lastShown: ContinuousClock.Instant?
    }

    private let totalRows: Int
    private let isShown: Bool
    private let begin = ContinuousClock.now
    private let state = Mutex(State())

    init(totalRows: Int, quiet: Bool) {
        self.totalRows = totalRows
        isShown = !quiet && isatty(STDERR_FILENO) == 1
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
                + "log-likelihood \(Format.number(progress.logLikelihoodPerRow, digits: 5)) a row (standardised)"
                + remaining(state.rowsDone, now)
            write("\r\u{1B}[K" + line)
        }
    }

    /// Counts the rows of a finished shard; the time left is judged by rows.
    func finished(rows: Int) { state.withLock { $0.rowsDone += rows } }

    func clear() { if isShown { write("\r\u{1B}[K") } }

    private func remaining(_ done: Int, _ now: ContinuousClock.Instant) -> String {
        guard done > 0, done < totalRows else { return "" }
        let (seconds, _) = (now - begin).components
        return ", about \(Int(Double(seconds) * Double(totalRows - done) / Double(done))) s left"
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
