import ArgumentParser
import DistributedMoE

extension RowSelection.MissingRule: ExpressibleByArgument {}

/// How tables are read.
struct DataOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Character between the fields of a CSV line; tab for a tab.", valueName: "character"))
    var delimiter = ","

    @Option(
        help: ArgumentHelp("Names for the columns of a .npy file (default c0,c1,…).", valueName: "a,b,c"),
        transform: splitNames)
    var columns: [String]?

    @Option(help: "Rows with a missing value (NA, NaN, empty): refuse them or leave them out, counted.")
    var missing = RowSelection.MissingRule.error

    func validate() throws { _ = try delimiterByte() }

    private func delimiterByte() throws -> UInt8 {
        let text = delimiter == "tab" || delimiter == "\\t" ? "\t" : delimiter
        guard text.utf8.count == 1, let byte = text.utf8.first, !Self.unusable.contains(byte) else {
            throw ValidationError("--delimiter must be one character that is no quote, digit, sign, point or letter.")
        }
        return byte
    }

    private static let unusable = Set("\"\n\r+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

    func tableOptions(textColumns: Set<String> = [], parallelism: Parallelism) throws -> TableOptions {
        TableOptions(
            delimiter: try delimiterByte(), columnNames: columns, textColumns: textColumns, parallelism: parallelism)
    }

    func read(_ path: String, textColumns: Set<String> = [], parallelism: Parallelism) throws -> DataTable {
        try DataTable.read(path: path, options: try tableOptions(textColumns: textColumns, parallelism: parallelism))
    }

    /// Says how many rows were left out.
    func report(dropped: Int, of total: Int, source: String, quiet: Bool) {
        guard dropped > 0, !quiet else { return }
        Terminal.printError(
            "\(source): \(Format.count(dropped)) of \(Format.plural(total, "row")) left out for missing values")
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
