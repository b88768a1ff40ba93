import Foundation
import Tables
import TestSupport
import Testing

@Suite struct CSVNumberTests {
    private typealias Generator = TableFixture.Generator

    /// What C makes of the text, nil unless all of it is a number.
    private func reference(_ text: String) -> Double? {
        text.withCString { start in
            var end: UnsafeMutablePointer<CChar>?
            let value = strtod(start, &end)
            return end.map { $0 - UnsafeMutablePointer(mutating: start) } == strlen(start) ? value : nil
        }
    }

    private func mismatches(_ texts: [String]) -> [String] {
        texts.filter { !$0.isEmpty && CSVNumber.value(of: $0)?.bitPattern != reference($0)?.bitPattern }
    }

    private func digits(_ count: Int, _ generator: inout Generator) -> String {
        String((0..<count).map { _ in Character(String(Int.random(in: 0...9, using: &generator))) })
    }

    @Test func agreesOnOddSpellings() {
        let odd = [
            "1e", "1e+", "1e-", "+.5", "-.5", "5.", ".", "+", "-", ".e1", "e1", "1e400", "-1e400", "1e-400", "-1e-400",
            "0", "-0", "+0", "-0.0", "0e999999999999999999999", "1e999999999999999999999",
            "1e-99999999999999999999", "000000000000000000000000000001", "0.00000000000000000000000000000000000001",
            "9007199254740991", "9007199254740992", "9007199254740993", "9007199254740993e1", "9007199254740993e-1",
            "9007199254740994.5", "18446744073709551615", "18446744073709551616", "9999999999999999999",
            "9999999999999999999e19", "9999999999999999999e-19", "1e22", "1e23", "1e-22", "1e-23", "8.5e22", "123e-22",
            "4.9406564584124654e-324", "2.4703282292062327e-324", "2.4703282292062328e-324",
            "2.2250738585072011e-308", "2.2250738585072014e-308", "1.7976931348623157e308", "1.7976931348623158e308",
            "1.7976931348623159e308", "179769313486231580793728971405301e276", "0.1e1", "1E5", "1e05", "1.e5", "-.5e-1",
            "1e0000000000000000000000000000000000001", "1e00000000000000000000", "12345678901234567890123",
            "0." + String(repeating: "0", count: 2000) + "1e2001", "1" + String(repeating: "0", count: 2000) + "e-2000",
            "1" + String(repeating: "0", count: 30), "0." + String(repeating: "9", count: 400),
        ]
        #expect(mismatches(odd).isEmpty)
    }

    @Test func agreesOnRandomDecimals() {
        var generator = Generator(state: 1)
        let texts = (0..<80_000).map { _ in
            let whole = digits(Int.random(in: 0...22, using: &generator), &generator)
            let fraction = digits(Int.random(in: 0...22, using: &generator), &generator)
            let range = [0...0, -5...5, -25...25, -330...310, -2000...2000].randomElement(using: &generator) ?? 0...0
            let power = Int.random(in: range, using: &generator)
            let sign = ["", "-", "+"].randomElement(using: &generator) ?? ""
            let point = Bool.random(using: &generator) ? "." : ""
            return sign + whole + point + fraction + (power == 0 ? "" : "e\(power)")
        }
        #expect(mismatches(texts).isEmpty)
    }

    @Test func agreesOnShortestAndRoundedDoubles() {
        var generator = Generator(state: 2)
        let texts = (0..<40_000).flatMap { index in
            let bits = generator.next()
            let value =
                index.isMultiple(of: 2)
                ? Double(bitPattern: bits & ~(0x7FF << 52) | UInt64.random(in: 960...1090, using: &generator) << 52)
                : Double(bitPattern: bits & ~(1 << 62))
            return [String(value), String(format: "%.17g", value)]
        }
        #expect(mismatches(texts).isEmpty)
        #expect(texts.filter { Double($0).map { !$0.isFinite } ?? true }.isEmpty)
    }

    /// Points halfway between neighbours, and the decimals next to them.
    @Test func agreesOnHalfwayCases() {
        var generator = Generator(state: 3)
        let texts = (0..<12_000).flatMap { _ in
            // An odd whole number of 54 bits lies halfway between two doubles; so does its multiple by a power of two.
            let odd = UInt64.random(in: 1 << 53..<1 << 54, using: &generator) | 1
            let shift = Int.random(in: 0...9, using: &generator)
            let near = odd << UInt64(shift)
            let wide = String(near) + "." + String(repeating: "0", count: Int.random(in: 0...4, using: &generator))
            return ["\(near)", "\(near - 1)", "\(near + 1)", wide, wide + "1", halved(odd, by: shift)]
        }
        #expect(mismatches(texts).isEmpty)
    }

    /// `odd / 2^shift` written out in full.
    private func halved(_ odd: UInt64, by shift: Int) -> String {
        var rest = odd & (1 << UInt64(shift) - 1)
        var text = "\(odd >> UInt64(shift))."
        for _ in 0..<shift {
            rest *= 10
            text += "\(rest >> UInt64(shift))"
            rest &= 1 << UInt64(shift) - 1
        }
        return text
    }

    @Test func agreesOnSubnormalsAndLeadingZeros() {
        var generator = Generator(state: 4)
        let texts = (0..<15_000).flatMap { _ in
            let subnormal = Double(bitPattern: generator.next() >> UInt64.random(in: 12...62, using: &generator))
            let zeros = String(repeating: "0", count: Int.random(in: 1...40, using: &generator))
            let tail = digits(Int.random(in: 1...20, using: &generator), &generator)
            return [String(format: "%.20e", subnormal), zeros + tail, zeros + "." + zeros + tail]
        }
        #expect(mismatches(texts).isEmpty)
    }

    @Test func readsWordsInEitherCase() throws {
        #expect(CSVNumber.value(of: " -iNf ") == -.infinity)
        #expect(CSVNumber.value(of: "INFINITY") == .infinity)
        #expect(try #require(CSVNumber.value(of: "nAn")).isNaN)
        #expect(try #require(CSVNumber.value(of: "")).isNaN)
        #expect(
            ["N/A", "null", "nan(1)", "infin", "0x1p3", "1f", "NA NA"].allSatisfy { CSVNumber.value(of: $0) == nil })
        #expect(CSVNumber.value(of: "\u{0E}\u{01}") == nil)
    }
}
