import Messages
import ArgumentParser
import DistributedMoE
import Numerics
import StudyData
import Tables

extension RowSelection.MissingRule: ExpressibleByArgument {}

/// How tables are read, and what is done about missing values.
struct DataOptions: ParsableArguments {
    @OptionGroup var table: TableOptionGroup

    @Option(
        help: """
            Rows with a missing value (NA, NaN, empty): refuse them (default) or leave them out, counted. With a model of a \
            study: in place of its rule error.
            """)
    var missing: RowSelection.MissingRule?

    func tableOptions(textColumns: Set<String> = [], parallelism: Parallelism) throws -> TableOptions {
        try table.options(textColumns: textColumns, parallelism: parallelism)
    }

    func read(_ path: String, textColumns: Set<String> = [], parallelism: Parallelism) throws -> DataTable {
        try DataTable.read(path: path, options: try tableOptions(textColumns: textColumns, parallelism: parallelism))
    }

    /// - Parameter more: columns wanted as text besides those of the selection.
    func read(
        _ path: String, for selection: RowSelection, textColumns more: Set<String> = [], parallelism: Parallelism
    ) throws -> DataTable {
        try read(path, textColumns: selection.textColumns.union(more), parallelism: parallelism)
    }

    /// Says how many rows were left out.
    func report(dropped: Int, of total: Int, source: String, quiet: Bool) {
        guard dropped > 0, !quiet else { return }
        Terminal.printError(
            "\(source): \(Format.count(dropped)) of \(Format.plural(total, "row")) left out for missing values")
    }
}

extension DataOptions {
    /// Says what took the place of missing covariates.
    func report(_ record: ReadingRecord, source: String, quiet: Bool) {
        guard !quiet else { return }
        for entry in record.filled where entry.missing > 0 {
            let action = entry.value.map { "filled in with \(Format.short($0))" } ?? "taken as a level of their own"
            Terminal.printError(
                "\(source): \(Format.plural(entry.missing, "missing value")) of '\(entry.covariate)' \(action)")
        }
    }
}

/// "a,b,c" as names.
@Sendable func splitNames(_ text: String) throws -> [String] {
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map {
        String($0.trimmingPrefix(while: \.isWhitespace).reversed().trimmingPrefix(while: \.isWhitespace).reversed())
    }
    guard !names.contains("") else { throw ValidationError("an empty name in '\(text)'") }
    guard Set(names).count == names.count else { throw ValidationError("a name stands twice in '\(text)'") }
    return names
}
