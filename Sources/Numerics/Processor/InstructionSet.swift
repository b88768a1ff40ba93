import CKernels
import Foundation

/// The processor's instructions that passes over rows and operations on matrices are written for.
///
/// All results are bit-identical under AVX2 and AVX-512; the portable body rounds products before it adds them and
/// agrees to about 1e-12 in a pass.
package enum InstructionSet: String, Sendable, CaseIterable {
    case portable
    case avx2
    case avx512

    /// Those that this processor has, the slowest first.
    package static let available = allCases.filter { ckernels_supports($0.identifier) != 0 }

    /// The one in use: the fastest, unless the environment asks for another.
    package static let best = requested ?? available.last ?? .portable

    /// So that somebody who reruns a fit can compare them.
    package static let environmentVariable = "DMOE_INSTRUCTION_SET"

    /// What the environment asks for and this processor does not have.
    package static let refusedRequest: String? = requested == nil ? request : nil

    private static let request = ProcessInfo.processInfo.environment[environmentVariable]

    private static var requested: InstructionSet? { available.first { $0.rawValue == request } }

    private var identifier: CKernelsInstructionSet {
        switch self {
        case .portable: .portable
        case .avx2: .AVX2
        case .avx512: .AVX512
        }
    }

    package var kernels: CKernelsTable { ckernels_table(identifier) }

    var matrixKernels: CKernelsMatrixTable { ckernels_matrix_table(identifier) }
}
