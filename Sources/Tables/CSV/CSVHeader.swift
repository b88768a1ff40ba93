import Foundation
import Messages

/// The names of the columns, and where the rows begin.
struct CSVHeader {
    private(set) var names: [String] = []
    /// The place of the first byte after the header.
    let end: Int
    /// The 1-based line of that place.
    let endLine: Int

    /// Read at first; a longer header is read again.
    private static let usualReach = 1 << 16
    /// A header with something wrong in it ends before here, or is not looked for any further.
    static let longestDefect = 1 << 24

    /// More are no header: a gzip file of some kilobytes holds millions.
    private static let mostColumns = 1 << 20
    /// Longer ones are no names, and messages, files and tables repeat them.
    private static let mostNameBytes = 1000

    /// - Throws: `emptyFile`, `duplicateColumn`, `longColumnName`, `tooManyColumns`, `notUTF8`, `unterminatedQuote`.
    init(source: String, bytes: TableBytes, delimiter: UInt8) throws(TableError) {
        var reach = min(Self.usualReach, bytes.count)
        while true {
            let isWhole = reach == bytes.count
            let header = bytes.with(0..<reach) { start in
                Result { () throws(TableError) in try CSVHeader(source, start, delimiter) }
            }
            switch header {
            case .success(let header) where header.end < reach || isWhole:
                self = header
                return
            case .failure(let error) where isWhole || reach >= Self.longestDefect || error.isWhole: throw error
            default: reach = min(4 * reach, bytes.count)
            }
        }
    }

    /// Whether the bytes, of which more may follow, hold it to its end.
    ///
    /// - Throws: as ``init(source:bytes:delimiter:)`` for what no further bytes mend.
    static func ends(in bytes: TableBytes, source: String, _ delimiter: UInt8) throws(TableError) -> Bool {
        do throws(TableError) {
            return try CSVHeader(source: source, bytes: bytes, delimiter: delimiter).end < bytes.count
        } catch {
            if bytes.count >= longestDefect || error.isWhole { throw error }
            return false
        }
    }

    private init(_ source: String, _ bytes: UnsafeBufferPointer<UInt8>, _ delimiter: UInt8) throws(TableError) {
        var cursor = CSVCursor(source: source, bytes: bytes, delimiter: delimiter)
        guard cursor.reachRow() else { throw .emptyFile(path: source) }
        var known: Set<String> = []
        let line = cursor.line
        repeat {
            let name = try Self.name(cursor.field(), in: bytes, position: names.count + 1)
            guard !name.hasReplacedBytes else { throw .notUTF8(source: source, line: line, text: name.beginning) }
            guard name.utf8.count <= Self.mostNameBytes else {
                throw .longColumnName(source: source, position: names.count + 1, most: Self.mostNameBytes)
            }
            guard names.count < Self.mostColumns else {
                throw .tooManyColumns(source: source, most: Self.mostColumns)
            }
            guard known.insert(name).inserted else { throw .duplicateColumn(source: source, name: name) }
            names.append(name)
        } while !cursor.rowEnded
        (end, endLine) = (cursor.position, cursor.line)
    }

    private static func name(
        _ field: CSVField, in bytes: UnsafeBufferPointer<UInt8>, position: Int
    ) -> String {
        var text = field.text(in: bytes)
        if position == 1 { text.unicodeScalars.trimPrefix { $0 == "\u{FEFF}" } }
        let name = field.isQuoted ? text : text.withoutOuterBlanks
        return name.isEmpty ? "column\(position)" : name
    }
}

extension String {
    /// Without blanks of any script at its ends.
    ///
    /// Foundation's trimming costs more than all else about a name of plain letters, and tables have tens of thousands of names.
    fileprivate var withoutOuterBlanks: String {
        let isVisible: (UInt8?) -> Bool = { $0.map { (0x21..<0x7F).contains($0) } ?? true }
        return isVisible(utf8.first) && isVisible(utf8.last) ? self : trimmingCharacters(in: .whitespaces)
    }
}

extension TableError {
    /// Whether no further bytes mend it.
    fileprivate var isWhole: Bool { if case .tooManyColumns = self { true } else { false } }
}
