extension String {
    /// The text with control, format and line-separating characters spelled out, so that it stays on one line.
    package var visible: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                result += scalar.escaped(asASCII: true)
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The first 40 characters, made visible, between quotation marks.
    package var quoted: String {
        "\"" + String(prefix(40)).visible + (dropFirst(40).isEmpty ? "" : "…") + "\""
    }
}
