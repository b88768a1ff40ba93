import Numerics

extension MixtureModel {
    /// Sums over rows by what each adds to the score and to the information of the predictors.
    ///
    /// - Parameter add: gets w τ |∂ log φ/∂η| of each predictor of all experts, then -w τ ∂² log φ/∂η²: [predictor][lane].
    package func sum<Sum: Sendable>(
        ofCoefficientsOver rows: any RowSource, _ parallelism: Parallelism, from none: Sum,
        _ add:
            @Sendable (inout Sum, _ block: borrowing RowBlock, _ parts: UnsafePointer<Double>, _ count: Int) -> Void,
        merge: @Sendable (inout Sum, Sum) -> Void
    ) -> Sum {
        rows.reduce(parallelism, into: none) { range in
            var sum = none
            withUnsafeTemporaryAllocation(
                of: Double.self, capacity: 2 * expertCount * family.predictorCount * RowBlock.capacity
            ) { parts in
                guard let parts = parts.baseAddress else { return }
                forEachBlock(of: rows, in: range) { pass, _, count in
                    pass.writeParts(into: parts, count: count)
                    add(&sum, pass.block, UnsafePointer(parts), count)
                }
            }
            return sum
        } merge: {
            merge(&$0, $1)
        }
    }
}

extension StatisticsPass {
    fileprivate func writeParts(into parts: UnsafeMutablePointer<Double>, count: Int) {
        let predictors = layout.predictorsPerExpert
        let curvatures = parts + layout.predictorCount * Self.lanes
        for expert in 0..<layout.expertCount {
            let posterior = posteriors + expert * Self.lanes
            for predictor in 0..<predictors {
                let place = (expert * predictors + predictor) * Self.lanes
                let first = derivatives.firsts(of: expert) + predictor * Self.lanes
                let second =
                    derivatives.seconds(of: expert) + PackedSymmetric.offset(predictor, predictor) * Self.lanes
                for row in 0..<count {
                    let share = block.weights[row] * posterior[row]
                    parts[place + row] = share * abs(first[row])
                    curvatures[place + row] = -share * second[row]
                }
            }
        }
    }
}
