import MixtureOfExperts
import Numerics
import TestSupport
import Testing

@testable import Estimation

/// Small counts rounded at random, the same way for the same rows.
@Suite struct RandomRoundingTests {
    private static let summaries = RandomData.easyRows(50, seed: 1).columnSummaries(.serial)

    @Test(arguments: 0...9) func keepsTheMean(count: Int) {
        let salts = 0..<3000 as Range<UInt64>
        let rounded = salts.map { RandomRounding(Self.summaries, salt: $0).rounded(count, label: 1) }
        #expect(rounded.allSatisfy { $0.isMultiple(of: 3) && abs($0 - count) < 3 })
        let mean = Double(rounded.reduce(0, +)) / 3000
        // The standard deviation is at most 1.5.
        #expect(abs(mean - Double(count)) < 4 * 1.5 / 3000.0.squareRoot())
    }

    @Test func theSameRowsGiveTheSame() {
        let first = RandomRounding(Self.summaries, salt: 0)
        let again = RandomRounding(RandomData.easyRows(50, seed: 1).columnSummaries(.serial), salt: 0)
        let other = RandomRounding(RandomData.easyRows(50, seed: 2).columnSummaries(.serial), salt: 0)
        let labels = 0..<200
        #expect(labels.map { first.rounded(4, label: $0) } == labels.map { again.rounded(4, label: $0) })
        #expect(labels.map { first.rounded(4, label: $0) } != labels.map { other.rounded(4, label: $0) })
    }
}
