import Estimation
import Testing

/// Small counts rounded at random, the same way for the same key.
@Suite struct RandomRoundingTests {
    @Test(arguments: 0...9) func keepsTheMean(count: Int) {
        let rounded = (0..<3000 as Range<UInt64>).map { RandomRounding(key: $0).rounded(count, label: 1) }
        #expect(rounded.allSatisfy { $0.isMultiple(of: 3) && abs($0 - count) < 3 })
        let mean = Double(rounded.reduce(0, +)) / 3000
        // The standard deviation is at most 1.5.
        #expect(abs(mean - Double(count)) < 4 * 1.5 / 3000.0.squareRoot())
    }

    @Test func theSameKeyGivesTheSame() {
        let labels = 0..<200
        func rounded(_ key: UInt64) -> [Int] { labels.map { RandomRounding(key: key).rounded(4, label: $0) } }
        #expect(rounded(1) == rounded(1))
        #expect(rounded(1) != rounded(2))
        #expect(Set(rounded(1)) == [3, 6])
    }
}
