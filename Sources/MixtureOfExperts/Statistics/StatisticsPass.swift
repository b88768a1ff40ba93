import Numerics

/// The work of one thread in a pass: posterior probabilities of a block, the factors of all sums, the sums.
final class StatisticsPass {
    static let lanes = RowBlock.capacity
    let model: MixtureModel
    let layout: StatisticsLayout
    let block: RowBlock
    private let densities: JointDensities
    private let quadratic: BlockSums
    private let linear: BlockSums
    // Values of the block, [index][lane] each.
    private let memory: BlockValues
    let posteriors: UnsafeMutablePointer<Double>
    let gates: UnsafeMutablePointer<Double>
    let logDensities: UnsafeMutablePointer<Double>
    /// Of log φ, for each expert.
    let derivatives: BlockDerivatives
    let weightedPosteriors: UnsafeMutablePointer<Double>
    let weightedGates: UnsafeMutablePointer<Double>
    /// τ times the derivatives of log φ by the predictor and by the log dispersion.
    let scores: UnsafeMutablePointer<Double>
    let dispersionScores: UnsafeMutablePointer<Double>
    let quadraticFactors: UnsafeMutablePointer<Double>
    let linearFactors: UnsafeMutablePointer<Double>
    private var logLikelihood = 0.0
    private var weight = 0.0
    private var squaredWeights: [Double]

    init(model: MixtureModel, layout: StatisticsLayout, instructionSet: InstructionSet) {
        self.model = model
        self.layout = layout
        block = RowBlock(momentCount: layout.momentCount, instructionSet: instructionSet)
        densities = JointDensities(model)
        quadratic = BlockSums(.quadratic, factorCount: layout.quadraticCount, momentCount: layout.momentCount)
        linear = BlockSums(.linear, factorCount: layout.linearCount, momentCount: layout.momentCount)
        let (experts, predictorCount) = (layout.expertCount, layout.predictorCount)
        let starts = BlockValues.starts([
            experts, experts, 1, experts, experts, predictorCount, experts, layout.quadraticCount, layout.linearCount,
        ])
        memory = BlockValues(starts[9])
        (posteriors, gates, logDensities) = (memory[starts[0]], memory[starts[1]], memory[starts[2]])
        (weightedPosteriors, weightedGates) = (memory[starts[3]], memory[starts[4]])
        (scores, dispersionScores) = (memory[starts[5]], memory[starts[6]])
        (quadraticFactors, linearFactors) = (memory[starts[7]], memory[starts[8]])
        derivatives = BlockDerivatives(layout)
        squaredWeights = [Double](repeating: 0, count: experts)
    }

    func statistics(_ rows: any RowSource, _ part: Range<Int>) -> MixtureStatistics {
        rows.forEachBlock(in: part, block) { _, _ in
            accumulate()
            if rows.isWeighted { addSquaredWeights() }
        }
        let quadraticSums = quadratic.collected(responseFactors: layout.responseFactorCount)
        if !rows.isWeighted, layout.level == .expectationMaximization {
            // Where all rows weigh 1, Σ w² τ = Σ w τ.
            for expert in squaredWeights.indices {
                squaredWeights[expert] = quadraticSums[layout.posterior(expert) * layout.packedCount]
            }
        }
        return MixtureStatistics(
            layout: layout, logLikelihood: logLikelihood, weight: weight, squaredWeights: squaredWeights,
            quadratic: quadraticSums, linear: linear.collected(responseFactors: layout.linearCount))
    }

    private func accumulate() {
        computePosteriors()
        addLogLikelihood()
        switch layout.level {
        case .likelihood: return
        case .gradient: formGradientFactors()
        case .expectationMaximization: formGeneralisedEMFactors()
        case .newton: formNewtonFactors()
        case .scores: formScoreFactors()
        }
        quadratic.add(block, factors: quadraticFactors, responseFactors: layout.responseFactorCount)
        linear.add(block, factors: linearFactors, responseFactors: layout.linearCount)
    }

    /// log f of the rows of the block; beyond the likelihood also fills `gates` with π and `posteriors` with τ.
    func computePosteriors() {
        let experts = layout.expertCount
        let lanes = Self.lanes
        let needsProbabilities = layout.level != .likelihood
        let logNormalisers = logDensities
        densities.computeAllPredictors(block)
        if needsProbabilities {
            gates.update(from: densities.gatePredictors, count: experts * lanes)
            block.softmax(gates, count: experts, logSums: logNormalisers)
        } else {
            block.logSumExp(densities.gatePredictors, count: experts, into: logNormalisers)
        }
        densities.compute(
            logNormalisers: logNormalisers, responses: block.responses, count: lanes, into: posteriors, computeDensities
        )
        if needsProbabilities {
            block.softmax(posteriors, count: experts, logSums: logDensities)
        } else {
            block.logSumExp(posteriors, count: experts, into: logDensities)
        }
    }

    /// log φ of an expert, with the derivatives where the sums take them.
    private func computeDensities(
        of expert: Int, _ predictors: LinearPredictors, _ dispersion: Double, into result: UnsafeMutablePointer<Double>
    ) {
        if layout.needsDerivatives {
            model.family.derivatives(
                responses: block.responses, predictors: predictors, dispersion: dispersion, count: Self.lanes,
                into: derivatives.place(of: expert, logDensity: result))
            if model.experts[expert].fixed != nil { derivatives.clear(expert) }
        } else {
            model.family.logDensity(
                responses: block.responses, predictors: predictors, dispersion: dispersion, count: Self.lanes,
                into: result)
        }
    }

    private func addSquaredWeights() {
        guard layout.level == .expectationMaximization else { return }
        for expert in 0..<layout.expertCount {
            let posterior = posteriors + expert * Self.lanes
            var sum = 0.0
            for lane in 0..<Self.lanes { sum += block.weights[lane] * block.weights[lane] * posterior[lane] }
            squaredWeights[expert] += sum
        }
    }

    private func addLogLikelihood() {
        var sum = 0.0
        // A lane without weight may hold any number.
        for lane in 0..<Self.lanes where block.weights[lane] > 0 {
            sum += block.weights[lane] * logDensities[lane]
            weight += block.weights[lane]
        }
        logLikelihood += sum
    }
}
