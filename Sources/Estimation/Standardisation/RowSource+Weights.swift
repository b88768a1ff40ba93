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

    private func hasFractionalWeights(_ parallelism: Parallelism) -> Bool {
        sum(parallelism, from: false) { found, block, _, count in
            let weights = block.weights
            found = found || (0..<count).contains { weights[$0] != weights[$0].rounded() }
        } merge: {
            $0 = $0 || $1
        }
    }
}
