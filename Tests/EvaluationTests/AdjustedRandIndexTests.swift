import Evaluation
import LinearAlgebra
import Testing

@Suite struct AdjustedRandIndexTests {
    @Test func identicalPartitionsAgreeFully() {
        #expect(adjustedRandIndex([0, 0, 1, 2, 2, 1], [0, 0, 1, 2, 2, 1]) == 1)
    }

    @Test func namesOfLabelsDoNotMatter() {
        #expect(adjustedRandIndex([0, 0, 1, 2, 2, 1], [7, 7, -1, 0, 0, -1]) == 1)
    }

    /// Pairs together in the first labelling 2, in the second 4, in both 2, of 10: the index is
    /// (2 - 2·4/10) / ((2 + 4)/2 - 2·4/10) = 1.2 / 2.2.
    @Test func handComputedExample() {
        let first = [0, 0, 1, 1, 2]
        let second = [0, 0, 1, 1, 1]
        #expect(abs(adjustedRandIndex(first, second) - 1.2 / 2.2) < 1e-15)
        #expect(adjustedRandIndex(first, second) == adjustedRandIndex(second, first))
    }

    /// Every cell holds one row: less agreement than by chance. Expected 2·2/6, largest 2.
    @Test func crossedPartitionsAreBelowZero() {
        #expect(abs(adjustedRandIndex([0, 0, 1, 1], [0, 1, 0, 1]) - (0 - 2.0 / 3) / (2 - 2.0 / 3)) < 1e-15)
    }

    @Test func unrelatedLabelsScoreAboutZero() {
        var random = RandomNumbers(seed: 4)
        let first = (0..<3000).map { _ in random.index(below: 4) }
        let second = (0..<3000).map { _ in random.index(below: 3) }
        #expect(abs(adjustedRandIndex(first, second)) < 0.01)
    }

    @Test func oneGroupOnBothSidesIsTheSamePartition() {
        #expect(adjustedRandIndex([3, 3, 3], [1, 1, 1]) == 1)
        #expect(adjustedRandIndex([0, 1, 2], [5, 6, 7]) == 1)
    }
}
