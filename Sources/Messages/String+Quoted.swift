extension String {
    /// The text with control, format and line-separating characters spelled out, so that it stays on one line and shows what it holds.
    ///
    /// Every text of a file, and every name of one, goes through here before it reaches a terminal.
    package var visible: String { spelled { $0.isSeen ? nil : $0.escaped(asASCII: true) } }

    /// Several lines, each visible.
    package var visibleLines: String { spelled { $0.isSeen || $0 == "\n" ? nil : $0.escaped(asASCII: true) } }

    /// A document of JSON, where such characters stand in strings alone, with the escapes of JSON for them.
    package var escapedInJSON: String {
        spelled { scalar in
            guard !scalar.isSeen, scalar != "\n" else { return nil }
            return scalar.utf16.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined()
        }
    }

    /// The first 40 characters, made visible, between quotation marks.
    package var quoted: String {
        // A character may be of any number of scalars.
        let start = String(String.UnicodeScalarView(unicodeScalars.prefix(Self.mostQuotedScalars)))
        let isCut = start.utf8.count < utf8.count || !start.dropFirst(40).isEmpty
        return "\"" + String(start.prefix(40)).visible + (isCut ? "…" : "") + "\""
    }

    private static let mostQuotedScalars = 64

    /// As much as errors keep of a field, which may be as long as its file.
    package var beginning: String { String(String.UnicodeScalarView(unicodeScalars.prefix(256))) }

    private func spelled(_ spelling: (Unicode.Scalar) -> String?) -> String {
        guard unicodeScalars.contains(where: { spelling($0) != nil }) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            if let spelled = spelling(scalar) { result += spelled } else { result.unicodeScalars.append(scalar) }
        }
        return result
    }
}

extension Unicode.Scalar {
    /// Whether it shows itself where it stands, and moves or hides nothing else.
    fileprivate var isSeen: Bool {
        if isASCII { return value >= 0x20 && value != 0x7F }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
