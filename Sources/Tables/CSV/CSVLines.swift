/// The lines of a CSV file, found without looking at their fields.
enum CSVLines {
    /// Ranges that together are `range`, each but the last one ending with a line feed and `size` bytes long or a line more.
    static func parts(of range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>, size: Int) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let earliest = start + min(size, range.upperBound - start)
            let feed = bytes[earliest..<range.upperBound].firstIndex(of: UInt8(ascii: "\n"))
            let end = feed.map { $0 + 1 } ?? range.upperBound
            result.append(start..<end)
            start = end
        }
        return result
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
}
