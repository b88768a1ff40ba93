import Numerics
import Tables

/// Where one shard ends and the next begins.
public enum ShardDivision: Sendable, Equatable {
    /// One shard a file.
    case files
    /// One for each value of a column.
    case column(String)
    /// Random ones of equal size.
    case random(Int)
}

/// Where the rows of all shards come from.
package enum ShardInput: Sendable {
    /// Files with what their shards are called.
    case files([(path: String, label: String)], TableOptions)
    /// Tables that were read already, called by their sources.
    case tables([DataTable])

    package var count: Int {
        switch self {
        case .files(let files, _): files.count
        case .tables(let tables): tables.count
        }
    }

    /// In messages about all of them.
    package var source: String { names.joined(separator: ", ") }

    private var names: [String] {
        switch self {
        case .files(let files, _): files.map(\.path)
        case .tables(let tables): tables.map(\.source)
        }
    }

    var labels: [String] {
        switch self {
        case .files(let files, _): files.map(\.label)
        case .tables(let tables): tables.map(\.source)
        }
    }

    /// A file that is two shards, or part of one twice, would count its rows twice.
    func refuseRepeatedFiles() throws(TableError) {
        if case .files(let files, _) = self { try TableInput.refuseRepeatedFiles(files.map(\.path)) }
    }

    func table(_ index: Int, textColumns: Set<String>, parallelism: Parallelism) throws(TableError) -> DataTable {
        switch self {
        case .files(let files, var options):
            options.textColumns = textColumns
            options.parallelism = parallelism
            return try DataTable.read(path: files[index].path, options: options)
        case .tables(let tables): return tables[index]
        }
    }
}
