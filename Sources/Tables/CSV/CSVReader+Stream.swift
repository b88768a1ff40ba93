import Foundation
import Numerics

/// Rows that come one after the other: some megabytes at a time, of which the numbers alone are kept, so that text which takes a thousand
/// times the bytes of a compressed file is never there at once, and what is wrong with it is found before all of it is.
extension CSVReader {
    /// Bytes of a row, which has to be there as a whole.
    private static let longestRow = 1 << 26

    /// What was read so far.
    private struct Progress {
        var joined: CSVPart
        var placed: [(part: CSVPart, firstRow: Int)] = []
        let stores: [CSVNumberStore]
        var lineEnds = 0
    }

    /// The header and the rows of a stream.
    ///
    /// - Parameters:
    ///   - start: its beginning.
    ///   - rest: what follows.
    /// - Throws: as ``init(source:bytes:options:)`` and ``table()``; `corruptGzip`, `beyondMemory`; `endlessRow` where the first line
    ///   is longer than any.
    static func table(
        source: String, start: TableBytes, rest: ByteStream, options: TableOptions
    ) throws(TableError) -> DataTable {
        guard
            let reader = try CSVHeader.ends(in: start, source: source, options.delimiter)
                ? CSVReader(source: source, bytes: start, options: options) : nil
        else {
            guard start.count < CSVHeader.longestDefect else {
                throw .endlessRow(source: source, line: 1, megabytes: CSVHeader.longestDefect >> 20)
            }
            let more = try rest.next(max(rest.step, 3 * start.count))
            let longer = TableBytes(start.with(0..<start.count) { Data($0) } + more)
            return more.isEmpty
                ? try CSVReader(source: source, bytes: start, options: options).table()
                : try table(source: source, start: longer, rest: rest, options: options)
        }
        return try reader.table(continuedBy: rest)
    }

    /// - Throws: as ``table()``.
    private func table(continuedBy rest: ByteStream) throws(TableError) -> DataTable {
        var progress = Progress(joined: CSVPart(columns: columns), stores: columns.map { _ in CSVNumberStore() })
        var batch = bytes.with(start.position..<bytes.count) { Data($0) }
        var isLast = false
        while !isLast {
            try Memory.check(2 * progress.joined.rowCount * columns.count * 8 + 4 * batch.count, source: source)
            let end = batch.withUnsafeBytes {
                CSVLines.lastRowEnd(in: $0.bindMemory(to: UInt8.self), delimiter: delimiter)
            }
            if let end { try take(batch[..<end], isLast: false, &progress) }
            batch = Data(batch[(end ?? 0)...])
            guard batch.count < Self.longestRow else {
                throw .endlessRow(
                    source: source, line: self.start.line + progress.lineEnds, megabytes: Self.longestRow >> 20)
            }
            // A row longer than that is not looked through again and again.
            let next = try rest.next(max(rest.step, batch.count))
            isLast = next.isEmpty
            batch += next
        }
        try take(batch, isLast: true, &progress)
        guard progress.joined.rowCount > 0 else { throw .noRows(path: source) }
        return table(of: progress.joined, progress.placed, progress.stores)
    }

    /// Reads whole rows.
    private func take(_ rows: Data, isLast: Bool, _ progress: inout Progress) throws(TableError) {
        let rows = TableBytes(Data(rows))
        let pieces = CSVPieces(
            bytes: rows, rows: 0..<rows.count, delimiter: delimiter, size: pieceSize, rowLength: start.position
        ).cut()
        let firstLines = pieces.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.lineEnds) }
        let lineEnds = firstLines[pieces.count]
        // Blank lines so far have left no gap.
        let (firstRow, firstLine) = (progress.joined.rowCount, progress.lineEnds)
        let stores = progress.stores
        let parts = parallelism.map(count: pieces.count) { index in
            // The last row of all may have no line end.
            let end = firstLines[index + 1] + (isLast && index == pieces.count - 1 ? 1 : 0)
            return rows.with(pieces[index].range) { bytes in
                Result { () throws(TableError) in
                    try read(
                        bytes, rows: firstRow + firstLines[index]..<firstRow + end,
                        line: firstLine + firstLines[index], expected: firstRow + lineEnds, stores)
                }
            }
        }
        for (result, before) in zip(parts, firstLines) {
            let part = try result.get()
            progress.placed.append((part, progress.joined.rowCount))
            join(part, firstRow: firstRow + before, stores, to: &progress.joined)
        }
        progress.lineEnds += lineEnds
    }
}
