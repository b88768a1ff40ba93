import MixtureOfExperts
import Numerics

/// A way to make the pass.
///
/// Kernels for one instruction set belong in this list, and are then measured beside each other.
struct PassVariant: Sendable {
    var name: String
    var statistics: @Sendable (MixtureModel, ShardRows, StatisticsLevel, Parallelism) -> MixtureStatistics

    /// The pass with the kernels of each instruction set that this processor has, the best first.
    static let all: [PassVariant] = InstructionSet.available.reversed().map { instructionSet in
        PassVariant(name: "pass \(instructionSet.rawValue)") { model, rows, level, parallelism in
            model.statistics(of: rows, level: level, parallelism: parallelism, instructionSet: instructionSet)
        }
    }
}
