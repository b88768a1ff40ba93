extension RowBlock {
    /// factor · values of each index; [index][lane].
    package func multiply(
        _ values: UnsafePointer<Double>, count: Int, by factor: UnsafePointer<Double>,
        into result: UnsafeMutablePointer<Double>
    ) {
        guard count > 0 else { return }
        kernels.outer_products(factor, 1, values, count, 1, 0, result)
    }

    /// w π_a (δ_ab - π_b) for the pairs b ≤ a of gates, [pair][lane]: with x x' the Hessian of Σ w log Σ exp in the coefficients of a
    /// softmax, which is the information of its coefficients.
    ///
    /// - Parameter weighted: w π_a; [gate][lane].
    package func gateInformation(
        _ gates: UnsafePointer<Double>, weighted: UnsafePointer<Double>, count: Int,
        into result: UnsafeMutablePointer<Double>
    ) {
        guard count > 0 else { return }
        kernels.outer_products(weighted, count, gates, 0, -1, 0, result)
        Self.addToDiagonal(result, count) { gate, lane in weighted[gate * Self.capacity + lane] }
    }

    /// Adds to the pairs of an index with itself.
    @inline(__always)
    static func addToDiagonal(
        _ triangle: UnsafeMutablePointer<Double>, _ count: Int, _ value: (_ index: Int, _ lane: Int) -> Double
    ) {
        var diagonal = triangle
        for index in 0..<count {
            for lane in 0..<capacity { diagonal[lane] += value(index, lane) }
            diagonal += (index + 2) * capacity
        }
    }
}
