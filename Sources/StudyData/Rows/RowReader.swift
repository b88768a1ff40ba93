import Foundation
import MixtureOfExperts
import Numerics
import Tables

/// The rows of a site's files for a fit: in memory, or read anew in every pass from a `.npy` file where they lie or from
/// a copy without the rows that are left out.
package struct RowReader {
    package var files: [String]
    package var options: TableOptions
    package var parallelism: Parallelism
    /// From the columns of the first table to what is read of all of them.
    package var select: (DataTable) throws -> RowSelection
    /// Hears of rows that were left out.
    package var report: (_ dropped: Int, _ total: Int, _ source: String) -> Void
    /// Values that a mean must stand for where it fills gaps.
    package var leastKnown: Int
    /// Whether the rows are to be known again.
    package var identifiesRows = false
    /// Columns of earlier answers, each sorted, by which they are to be known too.
    package var otherColumns = [[String]]()
    /// Of rows that are known: which of them wait for the next answer, by their positions.
    package var holdBack: ((RowDigests) throws -> Set<Int>)?

    package init(
        files: [String], options: TableOptions, parallelism: Parallelism, leastKnown: Int = 1,
        select: @escaping (DataTable) throws -> RowSelection,
        report: @escaping (_ dropped: Int, _ total: Int, _ source: String) -> Void
    ) {
        self.files = files
        self.options = options
        self.parallelism = parallelism
        self.leastKnown = leastKnown
        self.select = select
        self.report = report
    }

    package struct Rows {
        package var source: any RowSource
        /// With the values that filled gaps.
        package var selection: RowSelection
        /// What became of missing values.
        package var record: ReadingRecord
        /// Set after a fit where its rows could not be read to the end.
        package var failure: () -> TableError?
        /// Of the rows; nil where nobody asked for them.
        package var digests: RowDigests?
        /// How many rows wait for the next answer.
        package var heldBack = 0

        /// The largest number of rows that one subject has; 1 where rows are counted.
        package var mostRowsOfASubject: Int { digests?.mostRowsOfASubject ?? 1 }

        package var design: Design { selection.design }
    }

    /// - Throws: ``TableError``, and what `select` throws.
    package func rows(outOfCore: Bool) throws -> Rows {
        try TableInput.refuseRepeatedFiles(files)
        if holdBack == nil, files.count == 1, let array = try ArrayFile(path: files[0], options: options) {
            let selection = try select(array.preview())
            if let rows = try array.rows(selection, parallelism: parallelism) {
                return Rows(
                    source: rows, selection: selection, record: ReadingRecord(selection),
                    failure: { array.failure }, digests: try digestsOfPieces(selection))
            }
        }
        return try outOfCore ? copied() : inMemory { try DataTable.read(path: $0, options: options) }
    }

    /// The rows of a table that is in memory already, in place of the only file.
    package func rows(of table: DataTable) throws -> Rows { try inMemory { _ in table } }

    private func inMemory(_ read: (_ path: String) throws -> DataTable) throws -> Rows {
        let first = try read(files[0])
        var tables = [first]
        var selection = try select(first)
        if selection.findsClasses {
            for path in files.dropFirst() { tables.append(try read(path)) }
            try selection.findClasses(in: tables, source: source)
        }
        var parts = [RowSelection.Selected]()
        var digests = identifies(selection) ? newDigests : nil
        for (index, path) in files.enumerated() {
            let table = try index < tables.count ? tables[index] : read(path)
            let selected = try selection.rows(of: table)
            report(selected.dropped, table.rowCount, path)
            try add(selected, of: table, to: &digests, selection)
            parts.append(selected)
        }
        digests = try withoutMixedColumns(digests, selection) { body in
            for (index, path) in files.enumerated() { try body(index < tables.count ? tables[index] : read(path)) }
        }
        var waiting = WaitingRows(try digests.flatMap { try holdBack?($0) } ?? [])
        digests?.remove(waiting.positions)
        var record = ReadingRecord(selection)
        for index in parts.indices {
            parts[index] = waiting.leftOut(of: parts[index])
            record.add(parts[index], selection)
        }
        var rows = parts.count == 1 ? parts[0].rows : ShardRows.concatenation(parts.map(\.rows))
        var known = MeanImputation(selection)
        if !known.isEmpty {
            known.add(rows)
            try fill(&selection, known)
            rows = rows.filled(selection)
        }
        record.note(selection.fill)
        return Rows(
            source: rows.withoutWeightlessRows(), selection: selection, record: record, failure: { nil },
            digests: digests, heldBack: waiting.positions.count)
    }

    private func copied() throws -> Rows {
        var selection = try selectionOfPieces()
        if selection.findsClasses {
            var finder = ClassFinder(target: selection.design.target)
            try forEachPiece { piece, _ in try finder.add(piece) }
            selection.response = .classes(try finder.classes(source: source))
        }
        var digests = try digestsOfPieces(selection)
        let waiting = WaitingRows(try digests.flatMap { try holdBack?($0) } ?? [])
        digests?.remove(waiting.positions)
        var known = MeanImputation(selection)
        if !known.isEmpty {
            // The means must be there before the first row is written.
            var waiting = waiting
            try forEachPiece { piece, _ in known.add(waiting.leftOut(of: try selection.rows(of: piece)).rows) }
            try fill(&selection, known)
        }
        var copy = try TemporaryRowFile(design: selection.design, isWeighted: selection.weights != nil)
        var record = ReadingRecord(selection)
        var left = waiting
        for path in files {
            var dropped = 0
            var total = 0
            try forEachPiece(of: path) { piece in
                let selected = left.leftOut(of: try selection.rows(of: piece))
                dropped += selected.dropped
                total += piece.rowCount
                record.add(selected, selection)
                try copy.append(selected.rows)
            }
            report(dropped, total, path)
        }
        let rows = copy.rows()
        if rows.rowCount == 0, let weights = selection.weights {
            throw TableError.allWeightsZero(source: files[0], column: weights)
        }
        record.note(selection.fill)
        return Rows(
            source: rows, selection: selection, record: record, failure: { rows.file.failure }, digests: digests,
            heldBack: waiting.positions.count)
    }

    private func digestsOfPieces(_ selection: RowSelection) throws -> RowDigests? {
        guard identifies(selection) else { return nil }
        var digests: RowDigests? = newDigests
        try forEachPiece { piece, _ in
            try add(try selection.rows(of: piece), of: piece, to: &digests, selection)
        }
        return try withoutMixedColumns(digests, selection) { body in try forEachPiece { piece, _ in try body(piece) } }
    }

    /// The same whatever piece or file comes first, and however large pieces are: a column that is text somewhere says nothing of any row.
    private func withoutMixedColumns(
        _ digests: RowDigests?, _ selection: RowSelection, _ forEach: ((DataTable) throws -> Void) throws -> Void
    ) throws -> RowDigests? {
        var digests = digests
        while let mixed = digests, !mixed.mixedColumns.isEmpty {
            digests = mixed.withoutMixedColumns
            try forEach { try add(try selection.rows(of: $0), of: $0, to: &digests, selection) }
        }
        return digests
    }

    private var newDigests: RowDigests { RowDigests(parallelism: parallelism, otherColumns: otherColumns) }

    private func identifies(_ selection: RowSelection) -> Bool { identifiesRows || selection.subject != nil }

    private func add(
        _ selected: RowSelection.Selected, of table: DataTable, to digests: inout RowDigests?, _ selection: RowSelection
    ) throws(TableError) {
        if let subject = selection.subject {
            try digests?.add(selected.counted, of: table, subject: subject)
        } else {
            digests?.add(selected.counted, of: table)
        }
    }

    /// In messages about all files.
    private var source: String { files.joined(separator: ", ") }

    private func fill(_ selection: inout RowSelection, _ known: MeanImputation) throws {
        selection.fill.merge(
            try known.means(atLeast: leastKnown, source: source)
        ) { fixed, _ in fixed }
    }

    // MARK: Pieces

    private func selectionOfPieces() throws -> RowSelection {
        var stream = try TableStream(path: files[0], options: options)
        guard let piece = try stream.next() else { throw TableError.noRows(path: files[0]) }
        return try select(piece)
    }

    private func forEachPiece(_ body: (DataTable, _ path: String) throws -> Void) throws {
        for path in files { try forEachPiece(of: path) { try body($0, path) } }
    }

    private func forEachPiece(of path: String, _ body: (DataTable) throws -> Void) throws {
        var stream = try TableStream(path: path, options: options)
        var isEmpty = true
        while let piece = try stream.next() {
            isEmpty = false
            try body(piece)
        }
        if isEmpty { throw TableError.noRows(path: path) }
    }

    /// Bytes that the rows would take in memory, as far as the files show; nil where one of them cannot be read out of core.
    package func estimatedMemory() -> Int? {
        var total = 0
        for path in files {
            guard let (file, size) = try? OpenFile.regular(path), !file.isCompressed else { return nil }
            if let array = try? ArrayFile(path: path, options: options) {
                // One array is used where it lies; several become tables, and these become rows.
                total += files.count == 1 ? 0 : 2 * array.rowCount * array.layout.columnCount * 8
            } else {
                // A number takes about as many bytes written out as table and rows take of it.
                total += size
            }
        }
        return total
    }
}
