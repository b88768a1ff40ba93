extension CSVNumber {
    /// The number a whole field stands for, NaN if it says the value is missing, nil if it is other text.
    ///
    /// Spaces and tabs around the number do not count. Missing are the empty field, `NA` and `NaN`; `inf` and
    /// `infinity` are infinite; letters in either case.
    package static func value(of bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Double? {
        var (first, last) = (start, end)
        while first < last, isBlank(bytes[first]) { first += 1 }
        while first < last, isBlank(bytes[last - 1]) { last -= 1 }
        if first == last { return .nan }
        if let (value, next) = scan(bytes, from: first, to: last) { return next == last ? value : nil }
        return wordValue(UnsafeBufferPointer(rebasing: bytes[first..<last]))
    }

    /// The number a field given as text stands for, by the same rules.
    package static func value(of field: String) -> Double? {
        var copy = field
        return copy.withUTF8 { value(of: $0, from: 0, to: $0.count) }
    }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    private static func wordValue(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        if matches(bytes, "na") { return .nan }
        let isNegative = bytes[0] == UInt8(ascii: "-")
        let isSigned = isNegative || bytes[0] == UInt8(ascii: "+")
        let word = UnsafeBufferPointer(rebasing: bytes[(isSigned ? 1 : 0)...])
        if matches(word, "nan") { return .nan }
        if matches(word, "inf") || matches(word, "infinity") { return isNegative ? -.infinity : .infinity }
        return nil
    }

    /// Whether the bytes are the lower-case `word` in either case; no byte but a letter becomes a letter under the mask.
    private static func matches(_ bytes: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        return bytes.indices.allSatisfy { bytes[$0] | 0x20 == word.utf8Start[$0] }
    }
}
