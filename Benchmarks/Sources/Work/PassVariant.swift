import LinearAlgebra
import MixtureOfExperts

/// A way to make the pass. Kernels for one instruction set belong in this list, and are then measured beside each other.
struct PassVariant: Sendable {
    var name: String
    var statistics: @Sendable (MixtureModel, ShardRows, StatisticsLevel, Parallelism) -> MixtureStatistics

    static let all: [PassVariant] = [
        PassVariant(name: "pass") { model, rows, level, parallelism in
            model.statistics(of: rows, level: level, parallelism: parallelism)
        }
    ]
}
