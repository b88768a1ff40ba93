import Foundation
import Numerics
import Tables
import Testing

/// Both ways of reading decimals against C, on millions of spellings.
@Suite struct DecimalAgreementTests {
    private struct Outcome: Sendable {
        var plainCount = 0
        var failures: [String] = []
    }

    @Test func tenMillionNumbersAreThoseOfC() {
        let blocks = 1000
        let random = RandomNumbers(seed: 2021)
        let outcomes = Parallelism().map(count: blocks) { outcome(count: 10_000, random.split($0)) }
        #expect(outcomes.flatMap(\.failures).prefix(20).isEmpty)
        // The fast way must not be tested by refusing everything.
        #expect(outcomes.reduce(0) { $0 + $1.plainCount } > 2_000_000)
    }

    private func outcome(count: Int, _ random: RandomNumbers) -> Outcome {
        var result = Outcome()
        var spellings = DecimalSpellings(random)
        CSVPowersOfFive.words.withUnsafeBufferPointer { powers in
            for _ in 0..<count {
                spellings.next()
                let length = spellings.count
                let (isRight, isPlain) = spellings.bytes.withUnsafeBufferPointer {
                    check($0, count: length, powers.baseAddress!)
                }
                result.plainCount += isPlain ? 1 : 0
                if !isRight { result.failures.append(spellings.text) }
            }
        }
        return result
    }

    private func check(
        _ bytes: UnsafeBufferPointer<UInt8>, count: Int, _ powers: UnsafePointer<UInt64>
    ) -> (isRight: Bool, isPlain: Bool) {
        guard let start = bytes.baseAddress else { return (false, false) }
        let expected = start.withMemoryRebound(to: CChar.self, capacity: count + 1) { strtod($0, nil) }.bitPattern
        let isRight = CSVNumber.value(of: bytes, from: 0, to: count)?.bitPattern == expected
        guard let plain = CSVPlainNumber(at: start, powers), plain.end == start + count else { return (isRight, false) }
        return (isRight && plain.value.bitPattern == expected, true)
    }
}
