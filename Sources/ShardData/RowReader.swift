import Foundation
import LinearAlgebra
import MixtureOfExperts

/// The rows of a site's files for a fit: in memory, or read anew in every pass from a `.npy` file where they lie or from
/// a copy without the rows that are left out.
package struct RowReader {
    package var files: [String]
    package var options: TableOptions
    package var parallelism: Parallelism
    /// From the columns of the first table to what is read of all of them.
    package var select: (DataTable) throws -> RowSelection
    /// Told of rows that were left out.
    package var report: (_ dropped: Int, _ total: Int, _ source: String) -> Void

    package init(
        files: [String], options: TableOptions, parallelism: Parallelism,
        select: @escaping (DataTable) throws -> RowSelection,
        report: @escaping (_ dropped: Int, _ total: Int, _ source: String) -> Void
    ) {
        self.files = files
        self.options = options
        self.parallelism = parallelism
        self.select = select
        self.report = report
    }

    package struct Rows {
        package var source: any RowSource
        package var design: Design
        /// Set after a fit where its rows could not be read to the end.
        package var failure: () -> ShardDataError?
    }

    /// - Throws: ``ShardDataError``, and what `select` throws.
    package func rows(outOfCore: Bool) throws -> Rows {
        if files.count == 1, let array = try ArrayFile(path: files[0], options: options) {
            let selection = try select(array.preview())
            if let rows = try array.rows(selection, parallelism: parallelism) {
                return Rows(source: rows, design: selection.design) { array.failure }
            }
        }
        return try outOfCore ? spooled() : inMemory()
    }

    private func inMemory() throws -> Rows {
        var parts = [ShardRows]()
        var selection: RowSelection?
        for path in files {
            let table = try DataTable.read(path: path, options: options)
            let current = try selection ?? select(table)
            selection = current
            let selected = try current.rows(of: table)
            report(selected.dropped, table.rowCount, path)
            parts.append(selected.rows)
        }
        let rows = parts.count == 1 ? parts[0] : ShardRows.concatenation(parts)
        return Rows(source: rows.withoutWeightlessRows(), design: try design(selection)) { nil }
    }

    private func spooled() throws -> Rows {
        var selection: RowSelection?
        var spool: RowSpool?
        for path in files {
            var stream = try TableStream(path: path, options: options)
            var dropped = 0
            var total = 0
            while let piece = try stream.next() {
                let current = try selection ?? select(piece)
                selection = current
                let selected = try current.rows(of: piece)
                dropped += selected.dropped
                total += piece.rowCount
                var open = try spool ?? RowSpool(design: current.design, isWeighted: current.weights != nil)
                try open.append(selected.rows)
                spool = open
            }
            guard total > 0 else { throw ShardDataError.noRows(path: path) }
            report(dropped, total, path)
        }
        guard let rows = spool?.rows() else { throw ShardDataError.noRows(path: files.first ?? "") }
        if rows.rowCount == 0, let weights = selection?.weights {
            throw ShardDataError.allWeightsZero(source: files[0], column: weights)
        }
        return Rows(source: rows, design: try design(selection)) { rows.file.failure }
    }

    private func design(_ selection: RowSelection?) throws -> Design {
        guard let selection else { throw ShardDataError.noRows(path: files.first ?? "") }
        return selection.design
    }

    /// Bytes that the rows would take in memory, as far as the files tell; nil where one of them cannot be read out of core.
    package func estimatedMemory() -> Int? {
        var total = 0
        for path in files {
            guard let (file, size) = OpenFile.regular(path), !file.isCompressed else { return nil }
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
