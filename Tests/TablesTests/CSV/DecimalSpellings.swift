import Foundation
import Numerics

/// Seeded spellings of numbers, most of them hard to round, written into bytes that can be read beyond their end.
struct DecimalSpellings {
    private var random: RandomNumbers
    private(set) var bytes = [UInt8](repeating: 0, count: 1400)
    /// The length of the spelling; a zero byte follows it.
    private(set) var count = 0

    init(_ random: RandomNumbers) {
        self.random = random
    }

    var text: String { String(decoding: bytes[..<count], as: UTF8.self) }

    mutating func next() {
        count = 0
        switch random.index(below: 500) {
        case 0: writeLongTie()
        case 1..<6: writeTie()
        case 6..<12: write(Double(bitPattern: random.next() & ~(1 << 62)), digits: 17)
        case 12..<16: write(Double(bitPattern: random.next() >> UInt64(12 + random.index(below: 50))), digits: 17)
        case 16..<25: write(usual(), digits: 15 + random.index(below: 3))
        case 25..<75: write(Array(usual().description.utf8))
        case 75..<85: write(Array(Double(bitPattern: random.next() & ~(1 << 62)).description.utf8))
        case 85..<110: writePowerOfTen()
        case 110..<260: writeDigits(15 + random.index(below: 7), point: true)
        case 260..<290: writeNearExactLimit()
        default: writeScaledDigits()
        }
        bytes[count] = 0
    }

    private mutating func usual() -> Double {
        Double(bitPattern: random.next() & ~(0x7FF << 52) | UInt64(960 + random.index(below: 130)) << 52)
    }

    private mutating func write(_ byte: UInt8) {
        bytes[count] = byte
        count += 1
    }

    private mutating func write(_ part: [UInt8]) { part.forEach { write($0) } }

    private mutating func write(_ value: Double, digits: Int) {
        let length = bytes.withUnsafeMutableBytes { buffer in
            withVaList([Int32(digits), value]) {
                vsnprintf(buffer.bindMemory(to: CChar.self).baseAddress!, 40, "%.*g", $0)
            }
        }
        count = Int(length)
    }

    private mutating func writeSign() {
        let choice = random.next() & 7
        if choice < 3 { write(UInt8(ascii: "-")) } else if choice == 3 { write(UInt8(ascii: "+")) }
    }

    private mutating func writeExponent(_ range: ClosedRange<Int>) {
        write(UInt8(ascii: "e"))
        write(Array(String(range.lowerBound + random.index(below: range.count)).utf8))
    }

    private mutating func writeDigits(_ digits: Int, point: Bool) {
        writeSign()
        for _ in 0..<max(0, random.index(below: 9) - 5) { write(UInt8(ascii: "0")) }
        let pointed = point ? random.index(below: digits + 1) : -1
        var bits: UInt64 = 0
        for index in 0..<digits {
            if index == pointed { write(UInt8(ascii: ".")) }
            if index % 16 == 0 { bits = random.next() }
            let (digit, rest) = bits.multipliedFullWidth(by: 10)
            write(UInt8(ascii: "0") + UInt8(digit))
            bits = rest
        }
    }

    private mutating func writeScaledDigits() {
        writeDigits(1 + random.index(below: 40), point: random.next() & 1 == 0)
        switch random.next() & 3 {
        case 0: return
        case 1: writeExponent(-30...30)
        default: writeExponent(-345...310)
        }
    }

    private mutating func writePowerOfTen() {
        let zeros = random.index(below: 24)
        writeSign()
        write(UInt8(ascii: "1"))
        for _ in 0..<zeros { write(UInt8(ascii: "0")) }
        if random.next() & 1 == 0 { writeExponent(-345...310) }
    }

    /// Whole numbers around 2^53 and 2^64, where a double and a word stop being exact.
    private mutating func writeNearExactLimit() {
        let limit = UInt64(1) << (random.next() & 1 == 0 ? 53 : 63)
        write(Array(String((limit &+ (limit - 1) &* (random.next() & 1)) &- 20 &+ random.next() % 40).utf8))
        if random.next() & 1 == 0 { write(UInt8(ascii: ".")) }
        if random.next() & 1 == 0 { write(UInt8(ascii: "0")) }
        if random.next() & 1 == 0 { writeExponent(-30...30) }
    }

    /// The middle between two doubles, or a decimal close to it.
    private mutating func writeTie() {
        let odd = random.next() >> 10 | 1 << 53 | 1
        let shift = UInt64(1 + random.index(below: 60))
        var rest = odd & (1 << shift - 1)
        write(Array(String(odd >> shift).utf8))
        write(UInt8(ascii: "."))
        for _ in 0..<shift {
            rest *= 10
            write(UInt8(ascii: "0") + UInt8(rest >> shift))
            rest &= 1 << shift - 1
        }
        disturb()
    }

    /// The same between doubles as small as any, written with up to 770 digits: `odd / 2^k = odd * 5^k / 10^k`.
    private mutating func writeLongTie() {
        let halvings = 60 + random.index(below: 1016)
        // Below 2^-1022 the distance of neighbours no longer shrinks.
        let odd =
            halvings == 1075
            ? random.next() >> UInt64(11 + random.index(below: 52)) | 1 : random.next() >> 10 | 1 << 53 | 1
        var limbs = [odd % 1_000_000_000, odd / 1_000_000_000 % 1_000_000_000, odd / 1_000_000_000_000_000_000]
        for step in stride(from: 0, to: halvings, by: 12) {
            let factor = (step..<min(step + 12, halvings)).reduce(1) { power, _ in power * 5 }
            var carry: UInt64 = 0
            for index in limbs.indices {
                let sum = limbs[index] * UInt64(factor) + carry
                (limbs[index], carry) = (sum % 1_000_000_000, sum / 1_000_000_000)
            }
            if carry > 0 { limbs.append(carry) }
        }
        let digits = limbs.reversed().map { limb in
            String(repeating: "0", count: 9 - String(limb).utf8.count) + String(limb)
        }
        write(Array(digits.joined().utf8))
        disturb()
        write(Array("e-\(halvings)".utf8))
    }

    private mutating func disturb() {
        let choice = random.next() % 3
        if choice == 1 {
            bytes[count - 1] = bytes[count - 1] == UInt8(ascii: "0") ? UInt8(ascii: "1") : bytes[count - 1] - 1
        }
        if choice == 2, bytes[count - 1] < UInt8(ascii: "9") { bytes[count - 1] += 1 }
    }
}
