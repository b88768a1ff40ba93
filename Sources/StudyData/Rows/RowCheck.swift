import MixtureOfExperts
import Numerics

extension RowSource {
    /// Whether every row can be used as it is: all values usable, no weight 0.
    ///
    /// What is wrong otherwise, ``RowSelection`` finds and says.
    func isClean(_ parallelism: Parallelism) -> Bool {
        sum(parallelism, from: true) { isClean, block, _, count in
            isClean = isClean && block.isClean(count: count)
        } merge: {
            $0 = $0 && $1
        }
    }
}

extension RowBlock {
    fileprivate func isClean(count: Int) -> Bool {
        (1..<momentCount).allSatisfy { position in
            let values = column(position)
            return (0..<count).allSatisfy { abs(values[$0]) <= RowSelection.largestValue }
        } && (0..<count).allSatisfy { weights[$0] != 0 && RowSelection.isUsableWeight(weights[$0]) }
    }
}
