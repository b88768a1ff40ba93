import Foundation
import Numerics

/// Whole rows that lie one after the other, and the line ends in them.
struct CSVPiece: Sendable {
    var range: Range<Int>
    var lineEnds: Int
}

/// The cutting of rows into pieces.
struct CSVPieces: Sendable {
    let bytes: TableBytes
    let rows: Range<Int>
    let delimiter: UInt8
    /// Bytes of a piece, or some more.
    private let size: Int
    /// Bytes in which a row is likely to end.
    private let rowLength: Int

    init(bytes: TableBytes, rows: Range<Int>, delimiter: UInt8, size: Int, rowLength: Int) {
        self.bytes = bytes
        self.rows = rows
        self.delimiter = delimiter
        self.size = rows.count < 2 * size ? max(rows.count, 1) : size
        self.rowLength = max(2 * rowLength, 64)
    }

    // MARK: At line feeds

    var count: Int { (rows.count + size - 1) / size }

    /// The rows of one piece, from the first line feed at or behind its place to the first one at or behind the place of the next
    /// piece; nil where something is irregular.
    func withPiece<Value>(
        _ index: Int, _ counts: CSVLineCounts, _ body: (UnsafeBufferPointer<UInt8>, _ isLast: Bool) -> Value?
    ) -> Value? {
        let start = rows.lowerBound + index * size
        let end = min(start + size, rows.upperBound)
        var reach = rowLength
        while !counts.isIrregular {
            let upper = min(end + reach, rows.upperBound)
            let isCut = upper < rows.upperBound
            let (value, isDone) = bytes.with(start..<upper) { bytes -> (Value?, Bool) in
                guard count > 1 else { return (body(bytes, true), true) }
                guard CSVLines.first(UInt8(ascii: "\""), in: bytes, from: 0, to: end - start) == nil else {
                    counts.noteIrregularity()
                    return (nil, true)
                }
                let first = index == 0 ? 0 : afterFeed(in: bytes, from: 0)
                let last = end == rows.upperBound ? bytes.count : afterFeed(in: bytes, from: end - start)
                if isCut, first == nil || last == nil { return (nil, false) }
                let range = (first ?? bytes.count)..<(last ?? bytes.count)
                let isLast = start + range.upperBound == rows.upperBound
                return (body(UnsafeBufferPointer(rebasing: bytes[range]), isLast), true)
            }
            if isDone { return value }
            // Rows as long as pieces are not worth reading again and again.
            if reach > size { counts.noteIrregularity() }
            reach *= 4
        }
        return nil
    }

    private func afterFeed(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        CSVLines.first(UInt8(ascii: "\n"), in: bytes, from: start, to: bytes.count).map { $0 + 1 }
    }

    // MARK: Outside of quotes

    /// Pieces with their line ends, each found behind the one before it.
    func cut() -> [CSVPiece] {
        var pieces = [CSVPiece]()
        var start = rows.lowerBound
        var length = size
        while start < rows.upperBound {
            let end = min(start + length, rows.upperBound)
            let piece = bytes.with(start..<end) { bytes -> CSVPiece? in
                let count =
                    end == rows.upperBound ? bytes.count : CSVLines.lastRowEnd(in: bytes, delimiter: delimiter)
                return count.map {
                    CSVPiece(range: start..<start + $0, lineEnds: CSVLines.lineEnds(in: bytes, 0..<$0))
                }
            }
            if let piece {
                pieces.append(piece)
                start = piece.range.upperBound
                length = size
            } else {
                length *= 2
            }
        }
        return pieces
    }
}
