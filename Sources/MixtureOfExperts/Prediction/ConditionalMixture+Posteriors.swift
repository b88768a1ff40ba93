import Numerics

extension ConditionalMixture {
    /// log f(y | x) and the posterior of each expert, τ_k = π_k φ_k / f; rows x K.
    package func posteriors(
        _ covariates: Matrix, responses: [Double]
    ) -> (logDensities: [Double], posteriors: Matrix) {
        var joint = logJointDensities(covariates, responses: responses)
        var logDensities = [Double]()
        for row in 0..<joint.rowCount {
            var values = joint.row(row)
            logDensities.append(Scalar.softmax(&values))
            for (expert, value) in values.enumerated() { joint[row, expert] = value }
        }
        return (logDensities, joint)
    }

    /// The cluster of each row: the expert of the largest posterior, the first of equal ones.
    package func mostProbableExperts(_ rows: ShardRows, parallelism: Parallelism = .serial) -> [Int] {
        let parts = scoredParts(rows.rowCount)
        return parallelism.map(count: parts.count) { part in
            let joint = logJointDensities(
                rows.covariates.rows(Array(parts[part])), responses: Array(rows.responses[parts[part]]))
            return (0..<joint.rowCount).map { row in
                (0..<joint.columnCount).max { joint[row, $0] < joint[row, $1] } ?? 0
            }
        }.flatMap { $0 }
    }

    /// Rows that are looked at together: fewer where there are many components, each of which takes a column of numbers.
    package func scoredParts(_ rowCount: Int) -> [Range<Int>] {
        let size = max(256, 65_536 / max(experts.count, 16))
        return stride(from: 0, to: rowCount, by: size).map { $0..<min($0 + size, rowCount) }
    }
}
