import Messages

/// Names in a list on the command line, quoted as the fields of a CSV file are: `age,"income, net"`.
package enum CSVNames {
    /// The names, separated by commas or line ends; without quotes, blanks around a name do not count.
    ///
    /// - Throws: `unterminatedQuote`.
    package static func split(_ text: String) throws(TableError) -> [String] {
        var bytes = text
        return try bytes.withUTF8 { bytes in
            Result { () throws(TableError) in
                var cursor = CSVCursor(source: "list of names", bytes: bytes, delimiter: UInt8(ascii: ","))
                var names: [String] = []
                while cursor.reachRow() {
                    repeat {
                        let field = try cursor.field()
                        let name = field.text(in: bytes)
                        names.append(field.isQuoted ? name : name.trimmingWhitespace)
                    } while !cursor.rowEnded
                }
                return names.isEmpty ? [""] : names
            }
        }.get()
    }

    /// A name as an entry of such a list.
    package static func entry(_ name: String) -> String {
        let isPlain = !name.contains { $0 == "," || $0 == "\"" || $0.isNewline } && name.trimmingWhitespace == name
        return isPlain ? name : "\"" + name.replacing("\"", with: "\"\"") + "\""
    }
}

extension String {
    fileprivate var trimmingWhitespace: String {
        String(trimmingPrefix(while: \.isWhitespace).reversed().trimmingPrefix(while: \.isWhitespace).reversed())
    }
}
