import Foundation

/// The lines of a CSV file, found without looking at their fields.
enum CSVLines {
    /// The place of a byte, if it is there.
    static func first(_ byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Int? {
        guard let base = bytes.baseAddress, start < end else { return nil }
        return memchr(base + start, Int32(byte), end - start).map { UnsafeRawPointer($0) - UnsafeRawPointer(base) }
    }

    /// The line ends in some of the bytes; a CR before the LF of the next byte is none.
    static func lineEnds(in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int {
        let count = lineEnds(in: UnsafeBufferPointer(rebasing: bytes[range]))
        guard let last = range.last, range.upperBound < bytes.count else { return count }
        let isCut = bytes[last] == UInt8(ascii: "\r") && bytes[range.upperBound] == UInt8(ascii: "\n")
        return isCut ? count - 1 : count
    }

    /// The number of line ends: LF, CRLF or CR, each counted once.
    static func lineEnds(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        var total = 0
        var start = 0
        while start + 8 < bytes.count {
            // So few at a time that a byte holds their number.
            let words = min(255, (bytes.count - 1 - start) / 8)
            total += lineEnds(at: base + start, words: words)
            start += 8 * words
        }
        for index in start..<bytes.count {
            let isPair = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\n")
            total += bytes[index] == UInt8(ascii: "\n") || bytes[index] == UInt8(ascii: "\r") && !isPair ? 1 : 0
        }
        return total
    }

    /// Of up to 255 words of eight bytes, behind which a byte more can be read.
    @inline(__always)
    private static func lineEnds(at start: UnsafePointer<UInt8>, words: Int) -> Int {
        var counts: UInt64 = 0
        for index in 0..<words {
            let here = UnsafeRawPointer(start + 8 &* index)
            let word = here.loadUnaligned(as: UInt64.self)
            var ends = occurrences(of: 0x0A0A_0A0A_0A0A_0A0A, in: word)
            let returns = occurrences(of: 0x0D0D_0D0D_0D0D_0D0D, in: word)
            if returns != 0 {
                let following = (here + 1).loadUnaligned(as: UInt64.self)
                ends |= returns & ~occurrences(of: 0x0A0A_0A0A_0A0A_0A0A, in: following)
            }
            counts &+= ends
        }
        return (0..<8).reduce(0) { $0 + Int(counts >> UInt64(8 * $1) & 0xFF) }
    }

    /// One in each of the eight bytes that are equal.
    @inline(__always)
    private static func occurrences(of pattern: UInt64, in word: UInt64) -> UInt64 {
        let difference = word ^ pattern
        // The top bit of a byte stays clear only if no bit of the difference was set; nothing is carried on.
        let others = ((difference & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7F7F_7F7F_7F7F_7F7F) | difference
        return ~others &>> 7 & 0x0101_0101_0101_0101
    }

    // MARK: Quotes

    /// After the last line end that is in no quoted field, by the rules of ``CSVCursor``: a quote opens a field only where the
    /// field begins, and of a pair within quotes neither closes it.
    ///
    /// - Parameter bytes: begin with a row, and more of them follow.
    static func lastRowEnd(in bytes: UnsafeBufferPointer<UInt8>, delimiter: UInt8) -> Int? {
        var result: Int?
        var start = 0
        while start < bytes.count {
            let opening = openingQuote(in: bytes, from: start, delimiter)
            result = lastLineEnd(in: bytes, start..<(opening ?? bytes.count)) ?? result
            guard let opening, let closing = closingQuote(in: bytes, from: opening + 1) else { return result }
            start = closing + 1
        }
        return result
    }

    /// - Parameter start: the first byte of all, or the one after a closing quote.
    private static func openingQuote(in bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ delimiter: UInt8) -> Int?
    {
        var next = start
        while let quote = first(UInt8(ascii: "\""), in: bytes, from: next, to: bytes.count) {
            var before = quote - 1
            while before >= start, CSVNumber.isBlank(bytes[before]), bytes[before] != delimiter { before -= 1 }
            let beginsField = before >= start ? bytes[before] == delimiter || isLineEnd(bytes[before]) : start == 0
            if beginsField { return quote }
            next = quote + 1
        }
        return nil
    }

    /// Nil also where the last byte is a quote that the next one may double.
    private static func closingQuote(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var next = start
        while let quote = first(UInt8(ascii: "\""), in: bytes, from: next, to: bytes.count) {
            guard quote + 1 < bytes.count else { return nil }
            if bytes[quote + 1] != UInt8(ascii: "\"") { return quote }
            next = quote + 2
        }
        return nil
    }

    /// After the last line end; a CR at the end of all bytes may be half of one.
    private static func lastLineEnd(in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int? {
        range.last { index in
            bytes[index] == UInt8(ascii: "\n")
                || bytes[index] == UInt8(ascii: "\r") && index + 1 < bytes.count
                    && bytes[index + 1] != UInt8(ascii: "\n")
        }.map { $0 + 1 }
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
}
