import DistributedMoE
import StudyData
import Synchronization
import Tables

/// A table of a caller of another language, that batches of rows can be added to.
final class TableObject: Sendable {
    private let rows: Mutex<BorrowedTable>

    init(_ table: BorrowedTable) { rows = Mutex(table) }

    var table: BorrowedTable { rows.withLock { $0 } }

    func append(rowCount: Int, parts: [BorrowedTable.Part]) {
        rows.withLock { $0.append(rowCount: rowCount, parts: parts) }
    }
}

private struct TableRequest: Decodable {
    struct Column: Decodable {
        var name: String
        /// Of ``BorrowedTable/Element``.
        var element: Int32
    }

    /// What messages call the table.
    var source: String
    var columns: [Column]
}

/// A table without a row yet.
///
/// - Parameters:
///   - request: {"source": …, "columns": [{"name": …, "element": 0 for 64-bit, 1 for 32-bit floating point, 2 for text}]}.
///   - table: gets the table, which the caller releases.
@c(dmoe_table_new)
public func tableNew(
    _ request: UnsafePointer<CChar>, _ table: UnsafeMutablePointer<UnsafeMutableRawPointer?>
) -> UnsafeMutableRawPointer {
    Answer.of {
        let request = try Request.decode(request, as: TableRequest.self)
        let columns = try request.columns.map { column in
            guard let element = BorrowedTable.Element(rawValue: column.element) else {
                throw RequestError("element \(column.element) of column '\(column.name)' is not known")
            }
            return (column.name, element)
        }
        var seen = Set<String>()
        for (name, _) in columns where !seen.insert(name).inserted {
            throw TableError.duplicateColumn(source: request.source, name: name)
        }
        table.pointee = Handle.retaining(TableObject(BorrowedTable(source: request.source, columns: columns)))
        return ""
    }
}

/// Adds a batch of rows; its memory must stay as it is until the table is released.
///
/// - Parameters:
///   - starts: one a column: the first number, or the 64-bit offsets of a text.
///   - strides: from one number to the next, in numbers.
///   - bytes: of texts; null for numbers.
/// - Returns: 0, or 64 where a column has no start.
@c(dmoe_table_append)
public func tableAppend(
    _ table: UnsafeMutableRawPointer, _ rowCount: Int, _ starts: UnsafePointer<UnsafeRawPointer?>,
    _ strides: UnsafePointer<Int>, _ bytes: UnsafePointer<UnsafeRawPointer?>
) -> Int32 {
    let object = Handle<TableObject>(table).value
    let parts = (0..<object.table.columnCount).compactMap { column in
        starts[column].map { BorrowedTable.Part(start: $0, stride: strides[column], bytes: bytes[column]) }
    }
    guard parts.count == object.table.columnCount else { return ExitCode.usage.rawValue }
    object.append(rowCount: rowCount, parts: parts)
    return 0
}

/// Frees the table; the memory of its columns stays with the caller.
@c(dmoe_table_release)
public func tableRelease(_ table: UnsafeMutableRawPointer) { Handle<TableObject>(table).release() }
