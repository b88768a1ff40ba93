import Foundation
import Numerics

/// Density, prediction and sampling, block by block: no array per row.
extension MixtureModel {
    /// Linear predictors of all experts, expert after expert; rows x (K · predictors).
    ///
    /// - Parameter covariates: rows x `design.covariateCount`.
    package func predictors(_ covariates: Matrix) -> Matrix {
        collected(covariates, count: predictorCount) { pass, _, _ in pass.computePredictors() }
    }

    /// log π_k(x); rows x K.
    package func logGateProbabilities(_ covariates: Matrix) -> Matrix {
        collected(covariates) { pass, _, _ in pass.computeLogGates() }
    }

    /// π_k(x), the probability of each expert at given covariates; rows x K, each row sums to 1.
    ///
    /// - Parameter covariates: rows x covariates of the ``design``, in the user's units.
    public func gateProbabilities(_ covariates: Matrix) -> Matrix {
        var result = logGateProbabilities(covariates)
        for index in result.storage.indices { result.storage[index] = exp(result.storage[index]) }
        return result
    }

    /// log π_k(x) + log φ(y | x; θ_k); rows x K.
    package func logJointDensities(_ covariates: Matrix, responses: [Double]) -> Matrix {
        collected(covariates) { pass, start, count in pass.computeLogJoint(responses, start: start, count: count) }
    }

    /// log f(y | x), one value per row.
    package func logDensities(_ covariates: Matrix, responses: [Double]) -> [Double] {
        let pass = DensityPass(self)
        var result = [Double]()
        result.reserveCapacity(covariates.rowCount)
        pass.forEachBlock(of: covariates) { start, count in
            let joint = pass.computeLogJoint(responses, start: start, count: count)
            let logSums = pass.logSums(joint)
            result.append(contentsOf: UnsafeBufferPointer(start: logSums, count: count))
        }
        return result
    }

    /// What `values` returns as [column][lane] for each block; rows x `columnCount`, by default K.
    private func collected(
        _ covariates: Matrix, count columnCount: Int? = nil,
        _ values: (DensityPass, _ start: Int, _ count: Int) -> UnsafeMutablePointer<Double>
    ) -> Matrix {
        let columnCount = columnCount ?? expertCount
        let pass = DensityPass(self)
        var result = Matrix(rowCount: covariates.rowCount, columnCount: columnCount)
        pass.forEachBlock(of: covariates) { start, count in
            let block = values(pass, start, count)
            for column in 0..<columnCount {
                let offset = column * covariates.rowCount + start
                for lane in 0..<count { result.storage[offset + lane] = block[column * RowBlock.capacity + lane] }
            }
        }
        return result
    }
}

/// Predictors, gates and densities of one block.
private final class DensityPass {
    private let model: MixtureModel
    private let block: RowBlock
    private let densities: JointDensities
    private let joint: BlockValues
    private let sums = BlockValues(1)

    init(_ model: MixtureModel) {
        self.model = model
        block = RowBlock(momentCount: model.design.momentCount)
        densities = JointDensities(model)
        joint = BlockValues(model.expertCount)
    }

    func forEachBlock(of covariates: Matrix, _ body: (_ start: Int, _ count: Int) -> Void) {
        covariates.storage.withUnsafeBufferPointer { columns in
            for start in stride(from: 0, to: covariates.rowCount, by: RowBlock.capacity) {
                let count = min(RowBlock.capacity, covariates.rowCount - start)
                for index in 0..<covariates.columnCount {
                    block.pack(
                        columns.baseAddress! + (index * covariates.rowCount + start), count: count, at: index + 1)
                }
                body(start, count)
            }
        }
    }

    func computePredictors() -> UnsafeMutablePointer<Double> {
        densities.computePredictors(block)
        return densities.predictors
    }

    func computeLogGates() -> UnsafeMutablePointer<Double> {
        densities.computeGatePredictors(block)
        let (gates, logNormalisers) = (densities.gatePredictors, logSums(densities.gatePredictors))
        for expert in 0..<model.expertCount {
            let gate = gates + expert * RowBlock.capacity
            for lane in 0..<RowBlock.capacity { gate[lane] -= logNormalisers[lane] }
        }
        return gates
    }

    func computeLogJoint(_ responses: [Double], start: Int, count: Int) -> UnsafeMutablePointer<Double> {
        densities.computeAllPredictors(block)
        responses.withUnsafeBufferPointer { responses in
            let own = responses.baseAddress! + start
            densities.compute(
                logNormalisers: logSums(densities.gatePredictors), responses: own, count: count, into: joint.pointer
            ) {
                model.family.logDensity(responses: own, predictors: $1, dispersion: $2, count: count, into: $3)
            }
        }
        return joint.pointer
    }

    func logSums(_ values: UnsafePointer<Double>) -> UnsafePointer<Double> {
        block.logSumExp(values, count: model.expertCount, into: sums.pointer)
        // Infinite values, as of responses near the largest numbers, are beyond the kernel.
        for lane in 0..<RowBlock.capacity where !sums.pointer[lane].isFinite {
            sums.pointer[lane] = Scalar.logSumExp((0..<model.expertCount).map { values[$0 * RowBlock.capacity + lane] })
        }
        return UnsafePointer(sums.pointer)
    }
}
