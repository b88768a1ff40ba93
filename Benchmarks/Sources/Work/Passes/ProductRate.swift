import Numerics

/// What the pass is measured against: what the product of two matrices reaches on this core, at this moment.
enum ProductRate {
    /// Floating-point operations a second of one thread: the best of several products of square matrices.
    static func peak(order: Int = 600, tries: Int = 5) -> Double {
        let left = Matrix(
            rowCount: order, columnCount: order, storage: (0..<order * order).map { Double($0 % 97) / 97 })
        let times = (0..<tries).map { _ in Stopwatch.seconds { left * left }.0 }
        return 2 * Double(order * order * order) / (times.min() ?? 1)
    }
}
