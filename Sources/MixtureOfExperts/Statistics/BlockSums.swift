import CKernels
import Numerics

/// Sums over blocks of rows under many factors at once: Σ u_f z z' ("quadratic") or Σ u_f z ("linear").
///
/// Kept as [entry][factor], the factors side by side in one vector register: each product z_i z_j is formed once and serves
/// all of them, which no product of matrices does.
package struct BlockSums: ~Copyable {
    package enum Kind { case linear, quadratic }

    private let kind: Kind
    private let factorCount: Int
    private let momentCount: Int
    /// `factorCount` rounded up to whole groups.
    private let stride: Int
    private let sums: AlignedBuffer
    /// Of a block, as [lane][factor].
    private let weights: AlignedBuffer

    package init(_ kind: Kind, factorCount: Int, momentCount: Int) {
        self.kind = kind
        self.factorCount = factorCount
        self.momentCount = momentCount
        let group = Int(CKERNELS_WEIGHT_GROUP)
        stride = (factorCount + group - 1) / group * group
        sums = AlignedBuffer(Self.entryCount(kind, momentCount) * stride)
        weights = AlignedBuffer(RowBlock.capacity * stride)
    }

    private static func entryCount(_ kind: Kind, _ momentCount: Int) -> Int {
        kind == .linear ? momentCount : PackedSymmetric.elementCount(size: momentCount)
    }

    /// Adds a block.
    ///
    /// - Parameters:
    ///   - factors: [factor][lane], the weights of the rows included.
    ///   - responseFactors: how many of the factors are wanted in products with the response; sums of the others there
    ///     stay 0.
    package func add(_ block: borrowing RowBlock, factors: UnsafePointer<Double>, responseFactors: Int) {
        guard factorCount > 0 else { return }
        let kernels = block.kernels
        let (sums, weights) = (sums.pointer, weights.pointer)
        kernels.transpose(factors, factorCount, weights, stride)
        let group = Int(CKERNELS_WEIGHT_GROUP)
        let allGroups = stride / group
        let responseGroups = (responseFactors + group - 1) / group
        switch kind {
        case .linear:
            kernels.accumulate(block.values, momentCount, weights, stride, allGroups, sums)
        case .quadratic:
            kernels.accumulate_products(block.values, 0, momentCount - 1, weights, stride, allGroups, sums)
            kernels.accumulate_products(
                block.values, momentCount - 1, momentCount, weights, stride, responseGroups, sums)
        }
    }

    /// The sums as [factor][entry].
    package func collected(responseFactors: Int) -> [Double] {
        let entries = Self.entryCount(kind, momentCount)
        let firstWithResponse = kind == .linear ? entries : PackedSymmetric.elementCount(size: momentCount - 1)
        let sums = sums.pointer
        return [Double](unsafeUninitializedCapacity: factorCount * entries) { buffer, count in
            for factor in 0..<factorCount {
                for entry in 0..<entries {
                    let isWanted = entry < firstWithResponse || factor < responseFactors
                    buffer[factor * entries + entry] = isWanted ? sums[entry * stride + factor] : 0
                }
            }
            count = factorCount * entries
        }
    }

    /// Quadratic sums, one matrix a factor.
    package func matrices(responseFactors: Int) -> [PackedSymmetric] {
        let entries = Self.entryCount(.quadratic, momentCount)
        let all = collected(responseFactors: responseFactors)
        return (0..<factorCount).map {
            PackedSymmetric(size: momentCount, storage: Array(all[$0 * entries..<($0 + 1) * entries]))
        }
    }
}
