import Foundation
import Synchronization

/// How many line ends lie before each piece of a file, whose pieces are read by several threads and counted in their order.
///
/// A piece is taken up after those before it, and counted as soon as it is read, so that nobody waits long.
final class CSVLineCounts: Sendable {
    private struct State {
        var pieces = 0
        var lineEnds = 0
        var bytes = 0
        var isIrregular = false
    }

    private let state = Mutex(State())
    private let byteCount: Int

    /// Of a row with its line end.
    private let leastRowBytes: Int

    /// - Parameters:
    ///   - byteCount: of all pieces.
    ///   - columns: of the table: a row has a byte for each at least.
    init(byteCount: Int, columns: Int) {
        self.byteCount = byteCount
        leastRowBytes = max(columns, 1)
    }

    /// Set where rows cannot be cut at line feeds: quotes may hide them, or there are none.
    var isIrregular: Bool { state.withLock { $0.isIrregular } }

    func noteIrregularity() { state.withLock { $0.isIrregular = true } }

    /// The line ends before the piece, and about how many there are in all; nil where nothing is to be had of counting.
    func add(_ lineEnds: Int, bytes: Int, ofPiece piece: Int) -> (before: Int, expected: Int)? {
        while true {
            let (count, isIrregular) = state.withLock { state -> ((before: Int, expected: Int)?, Bool) in
                guard !state.isIrregular, state.pieces == piece else { return (nil, state.isIrregular) }
                let before = state.lineEnds
                state.pieces += 1
                state.lineEnds += lineEnds
                state.bytes += bytes
                let share = Double(byteCount) / Double(max(state.bytes, 1))
                // Not much is lost by a little more than there are; storage grows where there are more.
                // Thousands of blank lines at the beginning are no sign of as many rows.
                let most = state.lineEnds + (byteCount - min(state.bytes, byteCount)) / leastRowBytes
                let expected =
                    state.bytes >= byteCount ? state.lineEnds : min(Int(Double(state.lineEnds) * share * 1.01), most)
                return ((before, expected + 1), false)
            }
            if let count { return count }
            if isIrregular { return nil }
            sched_yield()
        }
    }
}
