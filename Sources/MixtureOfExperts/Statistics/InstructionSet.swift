import CKernels

/// The processor's instructions that the passes over rows are written for.
///
/// The same rows give the same bits under AVX2 and AVX-512; the portable body rounds products before it adds them and
/// agrees to about 1e-12.
package enum InstructionSet: String, Sendable, CaseIterable {
    case portable
    case avx2
    case avx512

    /// Those that this processor has, the slowest first.
    package static let available = allCases.filter { ckernels_supports($0.identifier) != 0 }

    package static let best = available.last ?? .portable

    private var identifier: CKernelsInstructionSet {
        switch self {
        case .portable: .portable
        case .avx2: .AVX2
        case .avx512: .AVX512
        }
    }

    var kernels: CKernelsTable { ckernels_table(identifier) }
}
