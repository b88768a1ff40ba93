import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Rows left out where they lie are as rows that never were.
@Suite struct RowsWithoutTests {
    private static let all: ShardRows = {
        var random = RandomNumbers(seed: 8)
        let columns = (0..<2).map { _ in (0..<500).map { _ in random.normal() } }
        return ShardRows(
            covariates: Matrix(columns: columns), responses: (0..<500).map(Double.init),
            weights: (0..<500).map { _ in 1 + random.uniform() })
    }()

    private static func read(_ rows: any RowSource, _ range: Range<Int>) -> (starts: [Int], values: [[Double]]) {
        let block = RowBlock(momentCount: rows.momentCount)
        var (starts, values) = ([Int](), [[Double]]())
        rows.forEachBlock(in: range, block) { start, count in
            for lane in 0..<count {
                starts.append(start + lane)
                values.append(
                    (0..<rows.covariateCount).map { block.covariate($0)[lane] }
                        + [block.responses[lane], block.weights[lane]])
            }
        }
        return (starts, values)
    }

    @Test(arguments: [[0], [499], [0, 1, 2, 63, 64, 65, 200, 498, 499], Array(stride(from: 1, to: 500, by: 2))])
    func areTheOtherRows(leftOut: [Int]) {
        let kept = (0..<500).filter { !leftOut.contains($0) }
        let subset = Self.all.subset(kept)
        let rows = RowsWithout(Set(leftOut), of: Self.all)
        #expect(rows.rowCount == kept.count)
        for range in [0..<kept.count, 10..<77, 64..<65, 0..<0, kept.count - 70..<kept.count] {
            let (own, wanted) = (Self.read(rows, range), Self.read(subset, range))
            #expect(own.starts == Array(range))
            #expect(own.values == wanted.values)
        }
        let some = [0, 3, 64, kept.count - 1]
        let (own, wanted) = (rows.chosen(some), subset.subset(some))
        #expect(own.covariates == wanted.covariates && own.responses == wanted.responses)
        #expect(own.weights == wanted.weights)
    }

    @Test func mayLackRowsTwice() {
        let rows = RowsWithout([0, 5], of: RowsWithout([3, 4, 100], of: Self.all))
        let kept = (0..<500).filter { ![3, 4, 100, 0, 7].contains($0) }
        #expect(Self.read(rows, 0..<495).values == Self.read(Self.all.subset(kept), 0..<495).values)
    }
}
