import MixtureOfExperts
import Tables

/// The columns of an array that make up the rows of a shard.
struct ArrayColumns: Sendable {
    var covariates: [Int]
    var response: Int
    var weights: Int?

    /// In the order of the positions of a block from 1; the weights, if any, last.
    var all: [Int] { covariates + [response] + [weights].compactMap { $0 } }
}

extension RowBlock {
    /// Packs rows of an array.
    ///
    /// - Parameter place: the first of `count` values of the column with this number in ``ArrayColumns/all``, and the
    ///   distance between them in elements.
    func pack(
        _ columns: ArrayColumns, element: NPYHeader.Element, count: Int,
        _ place: (Int) -> (start: UnsafeRawPointer, stride: Int)
    ) {
        let isFloat = element == .float32
        for index in 0...columns.covariates.count {
            let (start, stride) = place(index)
            pack(start, isFloat: isFloat, stride: stride, count: count, at: index + 1)
        }
        guard columns.weights != nil else { return setWeights(count: count) { _ in 1 } }
        let (start, stride) = place(columns.covariates.count + 1)
        packWeights(start, isFloat: isFloat, stride: stride, count: count)
    }
}
