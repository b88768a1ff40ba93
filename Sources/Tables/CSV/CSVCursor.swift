import Messages

/// Where one field lies among the bytes, once its quotes are set aside.
struct CSVField {
    /// The field's own bytes, without quotes around them.
    var content: Range<Int>
    var isQuoted = false
    var hasDoubledQuotes = false

    func text(in bytes: UnsafeBufferPointer<UInt8>) -> String {
        if isPlain { return String(decoding: UnsafeBufferPointer(rebasing: bytes[content]), as: UTF8.self) }
        return String(decoding: unescaped(bytes), as: UTF8.self)
    }

    func number(in bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        if isPlain { return CSVNumber.value(of: bytes, from: content.lowerBound, to: content.upperBound) }
        return unescaped(bytes).withUnsafeBufferPointer { CSVNumber.value(of: $0, from: 0, to: $0.count) }
    }

    /// False for most texts, at a glance.
    func mayBeFiniteNumber(in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = content.first, let last = content.last else { return false }
        // Blanks, signs, points and digits; no letter.
        return bytes[first] < UInt8(ascii: ":") && bytes[last] < UInt8(ascii: ":")
    }

    private var isPlain: Bool { !hasDoubledQuotes }

    private func unescaped(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var next = content.lowerBound
        while next < content.upperBound {
            result.append(bytes[next])
            // Within the content a quote is always the first of a pair.
            next += bytes[next] == UInt8(ascii: "\"") ? 2 : 1
        }
        return result
    }
}

/// A walk over the fields of a CSV file, by the rules of RFC 4180 and some tolerance.
///
/// Tolerated are byte order marks, any of LF, CRLF and CR as line end, spaces or tabs around a quoted field, and quotes
/// within an unquoted field. Text after a closing quote is refused: `"3"4` would be read as 34.
struct CSVCursor {
    let source: String
    let bytes: UnsafeBufferPointer<UInt8>
    let delimiter: UInt8
    private(set) var position: Int
    /// The 1-based line of `position`.
    private(set) var line = 1
    /// Whether the field read last was the last one of its row.
    private(set) var rowEnded = false

    init(source: String, bytes: UnsafeBufferPointer<UInt8>, delimiter: UInt8) {
        self.source = source
        self.bytes = bytes
        self.delimiter = delimiter
        position = 0
        // Programs that put files together leave one mark behind the other.
        while bytes[position...].starts(with: [0xEF, 0xBB, 0xBF]) { position += 3 }
    }

    /// Goes on at the beginning of a field.
    mutating func move(to position: Int, line: Int) {
        self.position = position
        self.line = line
    }

    /// Passes over blank lines; false if no row is left.
    @inline(__always)
    mutating func reachRow() -> Bool {
        while true {
            let next = afterBlanks(position)
            guard next < bytes.count else { return false }
            guard isLineEnd(bytes[next]) else { return true }
            endField(at: next)
        }
    }

    /// The field here if it is an unquoted number; otherwise nil, and the cursor stays.
    @inline(__always)
    mutating func plainNumber() -> Double? {
        let start = afterBlanks(position)
        guard let (value, next) = CSVNumber.scan(bytes, from: start, to: bytes.count) else { return nil }
        let end = afterBlanks(next)
        guard end == bytes.count || endsField(bytes[end]) else { return nil }
        endField(at: end)
        return value
    }

    /// The field here, whatever it holds.
    /// - Throws: `unterminatedQuote`, `textAfterQuote`.
    mutating func field() throws(TableError) -> CSVField {
        let start = afterBlanks(position)
        if start < bytes.count, bytes[start] == UInt8(ascii: "\"") { return try quotedField(from: start + 1) }
        let end = fieldEnd(from: start)
        let content = position..<end
        endField(at: end)
        return CSVField(content: content)
    }

    private mutating func quotedField(from start: Int) throws(TableError) -> CSVField {
        let openingLine = line
        var field = CSVField(content: start..<start, isQuoted: true)
        var next = start
        while next < bytes.count {
            if bytes[next] == UInt8(ascii: "\"") {
                guard next + 1 < bytes.count, bytes[next + 1] == UInt8(ascii: "\"") else { break }
                field.hasDoubledQuotes = true
                next += 2
            } else if isLineEnd(bytes[next]) {
                next = afterLineEnd(next)
            } else {
                next += 1
            }
        }
        guard next < bytes.count else { throw .unterminatedQuote(source: source, line: openingLine) }
        field.content = start..<next
        let end = fieldEnd(from: next + 1)
        guard afterBlanks(next + 1) >= end else { throw .textAfterQuote(source: source, line: line) }
        endField(at: end)
        return field
    }

    /// Moves past the byte that ends a field, at `end`.
    @inline(__always)
    private mutating func endField(at end: Int) {
        if end < bytes.count, bytes[end] == delimiter {
            position = end &+ 1
            rowEnded = false
        } else {
            position = end < bytes.count ? afterLineEnd(end) : end
            rowEnded = true
        }
    }

    @inline(__always)
    private mutating func afterLineEnd(_ index: Int) -> Int {
        line &+= 1
        let isPair =
            bytes[index] == UInt8(ascii: "\r") && index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\n")
        return isPair ? index &+ 2 : index &+ 1
    }

    private func fieldEnd(from start: Int) -> Int {
        var end = start
        while end < bytes.count, !endsField(bytes[end]) { end &+= 1 }
        return end
    }

    @inline(__always)
    private func afterBlanks(_ start: Int) -> Int {
        var next = start
        while next < bytes.count, CSVNumber.isBlank(bytes[next]), bytes[next] != delimiter { next &+= 1 }
        return next
    }

    @inline(__always)
    private func endsField(_ byte: UInt8) -> Bool { byte == delimiter || isLineEnd(byte) }

    @inline(__always)
    private func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
}
