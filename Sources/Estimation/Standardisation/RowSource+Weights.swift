import MixtureOfExperts
import Numerics

extension RowSource {
    /// Where weights can be no numbers of rows: some are no whole numbers, and their sum is far from the number of rows.
    ///
    /// - Parameter sum: of the weights.
    func warningOfWeights(sum: Double, _ parallelism: Parallelism) -> FitWarning? {
        let rows = Double(rowCount)
        guard isWeighted, !(0.5 * rows...2 * rows).contains(sum), hasFractionalWeights(parallelism) else { return nil }
        return .weightsAreNoCounts(sum: sum, rows: rowCount)
    }

    /// The rows that capacity is a question of.
    ///
    /// A weight of 2 is the row twice: where all weights are whole numbers, their sum.
    ///
    /// - Parameter minRows: above 1, rows are counted as they are: a weight makes no two people of one.
    func countedRows(minRows: Double, _ parallelism: Parallelism) -> Int {
        guard isWeighted, minRows <= 1, !hasFractionalWeights(parallelism) else { return rowCount }
        let sum = sum(parallelism, from: 0.0) { sum, block, _, count in
            for row in 0..<count { sum += block.weights[row] }
        } merge: {
            $0 += $1
        }
        return Int(exactly: min(sum, 0x1p53)) ?? rowCount
    }

    private func hasFractionalWeights(_ parallelism: Parallelism) -> Bool {
        sum(parallelism, from: false) { found, block, _, count in
            let weights = block.weights
            found = found || (0..<count).contains { weights[$0] != weights[$0].rounded() }
        } merge: {
            $0 = $0 || $1
        }
    }
}
