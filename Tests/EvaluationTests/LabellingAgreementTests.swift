import Evaluation
import Numerics
import Testing

@Suite struct LabellingAgreementTests {
    // MARK: Adjusted Rand index

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

    /// Every cell holds one row: less agreement than by chance.
    ///
    /// Expected 2·2/6, largest 2.
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

    // MARK: Rand index

    /// All pairs, one by one.
    private func pairwise(_ first: [Int], _ second: [Int]) -> Double {
        let pairs = first.indices.flatMap { left in (left + 1..<first.count).map { (left, $0) } }
        let agreed = pairs.count { (first[$0.0] == first[$0.1]) == (second[$0.0] == second[$0.1]) }
        return Double(agreed) / Double(pairs.count)
    }

    private func labels(_ count: Int, below bound: Int, seed: UInt64) -> [Int] {
        var random = RandomNumbers(seed: seed)
        return (0..<count).map { _ in random.index(below: bound) }
    }

    @Test(arguments: [(1, 1), (2, 3), (4, 4), (30, 5)]) func randIndexCountsPairs(bounds: (Int, Int)) {
        let (first, second) = (labels(40, below: bounds.0, seed: 1), labels(40, below: bounds.1, seed: 2))
        #expect(abs(randIndex(first, second) - pairwise(first, second)) < 1e-15)
        #expect(randIndex(first, second) == randIndex(second, first))
    }

    /// Hubert & Arabie correct the Rand index by its expectation: (R - E) / (1 - E), E from the pairs of both sides.
    @Test func theAdjustedIndexIsTheRandIndexCorrected() {
        let (first, second) = (labels(60, below: 3, seed: 3), labels(60, below: 4, seed: 4))
        func together(_ labels: [Int]) -> Double {
            Double(labels.indices.reduce(0) { sum, row in sum + labels[..<row].count { $0 == labels[row] } }) / 1770
        }
        let (a, b) = (together(first), together(second))
        let expected = a * b + (1 - a) * (1 - b)
        let corrected = (randIndex(first, second) - expected) / (1 - expected)
        #expect(abs(adjustedRandIndex(first, second) - corrected) < 1e-14)
    }

    @Test func randIndexOfTheSamePartition() {
        #expect(randIndex([0, 0, 1, 2], [5, 5, 3, -1]) == 1)
        #expect(randIndex([4], [1]) == 1)
        #expect(randIndex([], []) == 1)
    }

    // MARK: Clustering error

    @Test func namesDoNotCount() {
        #expect(clusteringError([0, 0, 1, 2, 2, 1], [7, 7, -1, 0, 0, -1]) == 0)
        #expect(clusteringError([], []) == 0)
    }

    /// Three labels against two: 2 of 5 rows have no match.
    @Test func labelSetsOfDifferentSize() {
        let (first, second) = ([0, 0, 1, 1, 2], [4, 4, 4, 9, 9])
        #expect(abs(clusteringError(first, second) - 2.0 / 5) < 1e-15)
        #expect(clusteringError(first, second) == clusteringError(second, first))
    }

    /// To match the largest cell first would give 3 + 0 + 2 rows instead of 2 + 2 + 2.
    @Test func theMatchingIsTheBestAsAWhole() {
        let table = [[3, 2, 0], [2, 0, 0], [0, 0, 2]]
        var (first, second) = ([Int](), [Int]())
        for (row, counts) in table.enumerated() {
            for (column, count) in counts.enumerated() {
                first += [Int](repeating: row, count: count)
                second += [Int](repeating: column, count: count)
            }
        }
        #expect(abs(clusteringError(first, second) - (1 - 6.0 / 9)) < 1e-15)
    }

    /// A share of the rows with another label, of few labels: they are the error.
    @Test func wrongRowsAreTheError() {
        let truth = labels(1000, below: 4, seed: 5)
        let found = truth.enumerated().map { $0.offset % 10 == 0 ? ($0.element + 1) % 4 : $0.element }
        #expect(abs(clusteringError(truth, found.map { 3 - $0 }) - 0.1) < 1e-15)
    }
}
