import Numerics

/// log π_k(x) + log φ_k(y | x) of the rows of a block, and the linear predictors that they are made of.
struct JointDensities: ~Copyable {
    private static let lanes = RowBlock.capacity

    private let model: MixtureModel
    private let fixed: FixedDensities
    /// (predictors + K) x length of z: the experts' coefficients, then the gates'.
    private let coefficients: [Double]
    private let memory: BlockValues
    /// Of the experts, expert after expert; [predictor][lane].
    let predictors: UnsafeMutablePointer<Double>
    /// Of the gates; [expert][lane].
    let gatePredictors: UnsafeMutablePointer<Double>

    init(_ model: MixtureModel) {
        self.model = model
        fixed = FixedDensities(model.experts, model.family)
        coefficients = model.spreadExperts + model.spreadGates
        memory = BlockValues(model.predictorCount + model.expertCount)
        predictors = memory[0]
        gatePredictors = memory[model.predictorCount]
    }

    func computePredictors(_ block: borrowing RowBlock) {
        block.linearPredictors(coefficients: coefficients, count: model.predictorCount, into: predictors)
    }

    func computeGatePredictors(_ block: borrowing RowBlock) {
        coefficients.withUnsafeBufferPointer {
            block.linearPredictors(
                coefficients: $0.baseAddress! + model.predictorCount * block.momentCount, count: model.expertCount,
                into: gatePredictors)
        }
    }

    /// In one go: the kernel takes several predictors at a time.
    func computeAllPredictors(_ block: borrowing RowBlock) {
        block.linearPredictors(
            coefficients: coefficients, count: model.predictorCount + model.expertCount, into: predictors)
    }

    /// From the predictors; [expert][lane].
    ///
    /// - Parameters:
    ///   - logNormalisers: log Σ exp of those of the gates.
    ///   - responses: of the first `count` lanes.
    ///   - density: puts log φ of an expert, and what else is wanted with it, in its place.
    @inline(__always)
    func compute(
        logNormalisers: UnsafePointer<Double>, responses: UnsafePointer<Double>, count: Int,
        into result: UnsafeMutablePointer<Double>,
        _ density: (
            _ expert: Int, LinearPredictors, _ dispersion: Double, _ place: UnsafeMutablePointer<Double>
        ) -> Void
    ) {
        let width = model.family.predictorCount * Self.lanes
        for (expert, parameters) in model.experts.enumerated() {
            let joint = result + expert * Self.lanes
            density(
                expert, LinearPredictors(predictors + expert * width, stride: Self.lanes), parameters.dispersion, joint)
            fixed.correct(expert, responses: responses, count: count, joint)
            let gate = gatePredictors + expert * Self.lanes
            // The normaliser leaves the gate first: where log φ is far from 0 the sum has no digits left for log π.
            for lane in 0..<Self.lanes { joint[lane] += gate[lane] - logNormalisers[lane] }
        }
    }
}

extension ExpertFamily {
    /// log φ of some experts, one after the other, for rows whose predictors are there.
    ///
    /// - Parameter predictors: rows x (K · predictors), expert after expert.
    package func forEachLogDensity(
        _ experts: [Expert], predictors: Matrix, responses: [Double],
        _ body: (_ expert: Int, _ logDensities: [Double]) -> Void
    ) {
        let count = responses.count
        let fixed = FixedDensities(experts, self)
        var result = [Double](repeating: 0, count: count)
        predictors.storage.withUnsafeBufferPointer { all in
            guard let first = all.baseAddress, count > 0 else { return }
            for (expert, parameters) in experts.enumerated() {
                logDensity(
                    responses: responses,
                    predictors: LinearPredictors(first + expert * predictorCount * count, stride: count),
                    dispersion: parameters.dispersion, count: count, into: &result)
                fixed.correct(expert, responses: responses, count: count, &result)
                body(expert, result)
            }
        }
    }
}
