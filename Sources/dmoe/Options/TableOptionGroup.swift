import ArgumentParser
import DistributedMoE
import Messages
import Numerics
import Tables

/// How the files of a table are read.
struct TableOptionGroup: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Character between the fields of a CSV line (default ,); tab for a tab.", valueName: "character"))
    var delimiter: String?

    @Option(
        help: ArgumentHelp("Names for the columns of a .npy file (default c0,c1,…).", valueName: "a,b,c"),
        transform: splitNames)
    var columns: [String]?

    func validate() throws {
        _ = try delimiterByte()
        try refusing { () throws(RequestRefusal) in try RequestOption.columns.check(names: columns) }
    }

    /// The first of these options that is given; nil where none is.
    var given: RequestOption? { delimiter != nil ? .delimiter : columns != nil ? .columns : nil }

    private func delimiterByte() throws -> UInt8 {
        let delimiter = delimiter ?? ","
        let text = delimiter == "tab" || delimiter == "\\t" ? "\t" : delimiter
        guard text.utf8.count == 1, let byte = text.utf8.first, !Self.unusable.contains(byte) else {
            throw ValidationError("--delimiter must be one character that is no quote, digit, sign, point or letter.")
        }
        return byte
    }

    private static let unusable = Set("\"\n\r+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

    func options(textColumns: Set<String> = [], parallelism: Parallelism) throws -> TableOptions {
        TableOptions(
            delimiter: try delimiterByte(), columnNames: columns, textColumns: textColumns, parallelism: parallelism)
    }
}
