import Numerics
import StudyData
import Tables

/// Where the rows of one site come from.
package enum RowInput: Sendable {
    /// CSV or `.npy` files, taken as one table; `-` is standard input.
    case files([String], TableOptions, outOfCore: Bool = false)
    /// Columns in the memory of a caller.
    case borrowed(BorrowedTable)
    /// A table that was read already.
    case table(DataTable)

    /// What messages call it.
    package var source: String {
        switch self {
        case .files(let paths, _, _): paths.joined(separator: ", ")
        case .borrowed(let table): table.source
        case .table(let table): table.source
        }
    }

    /// How the rows are to be known again.
    struct RowIdentity {
        /// Columns of earlier answers, each sorted.
        var otherColumns = [[String]]()
        /// Which of them wait for the next answer, by their positions; nil where none does.
        var holdBack: ((RowDigests) throws -> Set<Int>)?
    }

    /// The rows, in memory or read anew in every pass.
    ///
    /// - Parameters:
    ///   - textColumns: columns wanted as text.
    ///   - leastKnown: values that a mean must stand for where it fills gaps.
    ///   - purpose: as a verb, to be said where no row is left.
    ///   - identity: nil where the rows need not be known again.
    ///   - select: from the columns of the first table to what is read of all of them.
    /// - Throws: ``TableError``, and what `select` throws.
    func rows(
        textColumns: Set<String>, leastKnown: Int, purpose: String, parallelism: Parallelism,
        identity: RowIdentity? = nil, notices: @escaping ReadingNotice.Handler,
        select: @escaping (DataTable) throws -> RowSelection
    ) throws -> RowReader.Rows {
        let report = ReadingNotice.reportLeftOut(to: notices)
        let rows: RowReader.Rows
        switch self {
        case .files(let paths, var options, let outOfCore):
            guard !paths.isEmpty else { throw RequestRefusal.nothingGiven(.rows) }
            options.textColumns = textColumns
            options.parallelism = parallelism
            var reader = RowReader(
                files: paths, options: options, parallelism: parallelism, leastKnown: leastKnown, select: select,
                report: report)
            reader.identify(identity)
            let isTooLarge = reader.estimatedMemory().map { $0 > Memory.available / 2 } ?? false
            if isTooLarge, !outOfCore { notices(.readInEveryPass) }
            rows = try reader.rows(outOfCore: outOfCore || isTooLarge)
        case .borrowed(let table):
            let selection: RowSelection
            // A column that is not there is said first; without a row every column seems empty.
            do { selection = try select(table.preview(textColumns: textColumns)) } catch TableError.noCovariates
                where table.rowCount == 0
            {
                throw TableError.noRows(path: table.source)
            }
            if identity == nil, selection.subject == nil {
                rows = try table.rows(selection, leastKnown: leastKnown, parallelism: parallelism, report: report)
            } else {
                // A row is what all columns say.
                guard table.rowCount > 0 else { throw TableError.noRows(path: table.source) }
                var reader = RowReader(
                    files: [table.source], options: TableOptions(parallelism: parallelism), parallelism: parallelism,
                    leastKnown: leastKnown, select: { _ in selection }, report: report)
                reader.identify(identity)
                rows = try reader.rows(of: table.table())
            }
        case .table(let table):
            guard table.rowCount > 0 else { throw TableError.noRows(path: table.source) }
            var reader = RowReader(
                files: [table.source], options: TableOptions(parallelism: parallelism), parallelism: parallelism,
                leastKnown: leastKnown, select: select, report: report)
            reader.identify(identity)
            rows = try reader.rows(of: table)
        }
        for notice in ReadingNotice.of(rows.record, source: source) { notices(notice) }
        if rows.heldBack > 0 { notices(.rowsHeldBack(rows.heldBack, source: source)) }
        guard rows.source.rowCount > 0 else { throw TableError.nothingLeft(source: source, purpose: purpose) }
        return rows
    }
}

extension RowReader {
    fileprivate mutating func identify(_ identity: RowInput.RowIdentity?) {
        identifiesRows = identity != nil
        otherColumns = identity?.otherColumns ?? []
        holdBack = identity?.holdBack
    }
}
