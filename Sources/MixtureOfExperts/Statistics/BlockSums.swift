import CKernels
import Numerics

/// Sums over blocks of rows under many factors at once: Σ u_f z z' ("quadratic") or Σ u_f z ("linear").
///
/// Kept as [entry][factor], the factors side by side in one vector register: each product z_i z_j is formed once and serves
/// all of them, which no product of matrices in BLAS does.
package struct BlockSums {
    package enum Kind { case linear, quadratic }

    private let kind: Kind
    private let factorCount: Int
    private let momentCount: Int
    /// `factorCount` rounded up to whole groups.
    private let stride: Int
    private let sums: UnsafeMutablePointer<Double>
    private let weights: UnsafeMutablePointer<Double>

    package init(_ kind: Kind, factorCount: Int, momentCount: Int) {
        self.kind = kind
        self.factorCount = factorCount
        self.momentCount = momentCount
        let group = Int(CKERNELS_WEIGHT_GROUP)
        stride = (factorCount + group - 1) / group * group
        sums = .allocateAligned(Self.entryCount(kind, momentCount) * stride)
        weights = .allocateAligned(RowBlock.capacity * stride)
    }

    package func deallocate() {
        sums.deallocate()
        weights.deallocate()
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
    package func add(_ block: RowBlock, factors: UnsafePointer<Double>, responseFactors: Int) {
        guard factorCount > 0 else { return }
        let kernels = block.kernels
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
}
