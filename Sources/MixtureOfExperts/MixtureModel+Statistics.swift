import LinearAlgebra

extension MixtureModel {
    /// One pass over the rows: their additive statistics under this model.
    ///
    /// The result has the same bits for any number of threads.
    public func statistics(
        of rows: ShardRows, level: StatisticsLevel, parallelism: Parallelism = .serial
    ) -> MixtureStatistics {
        let layout = StatisticsLayout(
            level: level, expertCount: expertCount, momentCount: design.momentCount)
        let partition = RowPartition(rowCount: rows.rowCount)
        let parts = parallelism.map(count: partition.count) { part in
            var statistics = MixtureStatistics(layout: layout)
            var pass = StatisticsPass(model: self, layout: layout)
            defer { pass.deallocate() }
            partition.forEachBlock(part: part) { start, count in
                pass.accumulate(rows, start: start, count: count, into: &statistics)
            }
            return statistics
        }
        return parts.reduce(into: MixtureStatistics(layout: layout)) { $0.merge($1) }
    }
}

/// The work of one thread in a pass: posterior probabilities of a block, then the factors of all sums.
private struct StatisticsPass {
    private static let lanes = RowBlock.capacity
    private let model: MixtureModel
    private let layout: StatisticsLayout
    private let block: RowBlock
    /// (2K) x length of z: the experts' coefficients, then the gates'.
    private let coefficients: [Double]
    private let scratch: UnsafeMutablePointer<Double>
    private let scratchCount: Int
    // Regions of the scratch memory, [index][lane] each.
    private let predictors: UnsafeMutablePointer<Double>
    private let logGates: UnsafeMutablePointer<Double>
    private let posteriors: UnsafeMutablePointer<Double>
    private let gates: UnsafeMutablePointer<Double>
    private let logDensity: UnsafeMutablePointer<Double>
    private let derivatives: UnsafeMutablePointer<Double>
    private let quadraticFactors: UnsafeMutablePointer<Double>
    private let linearFactors: UnsafeMutablePointer<Double>
    private var squaredWeights: [Double]

    init(model: MixtureModel, layout: StatisticsLayout) {
        self.model = model
        self.layout = layout
        block = RowBlock(momentCount: layout.momentCount)
        coefficients = Self.spreadCoefficients(model)
        let experts = layout.expertCount
        let regions = [
            experts, experts, experts, experts, 1, 5 * experts, layout.quadraticCount, layout.linearCount,
        ]
        scratchCount = regions.reduce(0, +) * Self.lanes
        scratch = .allocate(capacity: scratchCount)
        scratch.initialize(repeating: 0, count: scratchCount)
        var starts = [scratch]
        for region in regions { starts.append(starts[starts.count - 1] + region * Self.lanes) }
        predictors = starts[0]
        logGates = starts[1]
        posteriors = starts[2]
        gates = starts[3]
        logDensity = starts[4]
        derivatives = starts[5]
        quadraticFactors = starts[6]
        linearFactors = starts[7]
        squaredWeights = [Double](repeating: 0, count: experts)
    }

    func deallocate() {
        block.deallocate()
        scratch.deallocate()
    }

    /// Coefficients at their positions in z, zero elsewhere.
    private static func spreadCoefficients(_ model: MixtureModel) -> [Double] {
        let design = model.design
        let count = design.momentCount
        var result = [Double](repeating: 0, count: 2 * model.expertCount * count)
        for (index, expert) in model.experts.enumerated() {
            for (position, value) in zip(design.expertPositions, expert.coefficients) {
                result[index * count + position] = value
            }
            let gate = (model.expertCount + index) * count
            for (position, value) in zip(design.gatePositions, model.gate.coefficients.column(index)) {
                result[gate + position] = value
            }
        }
        return result
    }

    mutating func accumulate(_ rows: ShardRows, start: Int, count: Int, into statistics: inout MixtureStatistics) {
        block.load(rows, start: start, count: count)
        // The gates' predictors follow the experts' in memory.
        block.linearPredictors(coefficients: coefficients, count: 2 * layout.expertCount, into: predictors)
        let logLikelihood = computePosteriors()
        var weight = 0.0
        for lane in 0..<Self.lanes { weight += block.weights[lane] }
        for expert in 0..<layout.expertCount {
            let posterior = posteriors + expert * Self.lanes
            squaredWeights[expert] = 0
            for lane in 0..<Self.lanes {
                squaredWeights[expert] += block.weights[lane] * block.weights[lane] * posterior[lane]
            }
        }
        statistics.addBlock(logLikelihood: logLikelihood, weight: weight, squaredWeights: squaredWeights)
        if layout.level == .likelihood { return }
        if layout.level == .expectationMaximization { formGeneralisedEMFactors() } else { formNewtonFactors() }
        block.formPanel()
        statistics.withSums { quadratic, linear in
            block.addQuadratic(factors: quadraticFactors, count: layout.quadraticCount, into: quadratic)
            block.addLinear(factors: linearFactors, count: layout.linearCount, into: linear)
        }
    }

    /// Fills `gates` with π and `posteriors` with τ; returns Σ w log f.
    ///
    /// Both softmaxes take out their largest term: gates saturate, and log φ reaches -10⁵ far from an expert.
    private func computePosteriors() -> Double {
        let experts = layout.expertCount
        let lanes = Self.lanes
        let logNormalisers = logDensity
        gates.update(from: logGates, count: experts * lanes)
        normalise(gates, logSums: logNormalisers)
        for expert in 0..<experts {
            let logGate = logGates + expert * lanes
            for lane in 0..<lanes { logGate[lane] -= logNormalisers[lane] }
        }
        for (expert, parameters) in model.experts.enumerated() {
            let posterior = posteriors + expert * lanes
            model.family.logDensity(
                responses: block.responses, predictors: predictors + expert * lanes,
                dispersion: parameters.dispersion, count: lanes, into: posterior)
            let logGate = logGates + expert * lanes
            for lane in 0..<lanes { posterior[lane] += logGate[lane] }
        }
        normalise(posteriors, logSums: logDensity)
        var logLikelihood = 0.0
        for lane in 0..<lanes where block.weights[lane] > 0 { logLikelihood += block.weights[lane] * logDensity[lane] }
        return logLikelihood
    }

    /// Replaces log values [expert][lane] by exp(value) / Σ exp(value); `logSums` gets log Σ exp.
    private func normalise(_ values: UnsafeMutablePointer<Double>, logSums: UnsafeMutablePointer<Double>) {
        Softmax.normalise(values, rows: layout.expertCount, lanes: Self.lanes, logSums: logSums)
    }

    private func formGeneralisedEMFactors() {
        let experts = layout.expertCount
        for expert in 0..<experts {
            let posterior = posteriors + expert * Self.lanes
            setQuadratic(layout.posterior(expert)) { posterior[$0] }
        }
        for first in 0..<layout.gateCount {
            let gate = gates + first * Self.lanes
            let posterior = posteriors + first * Self.lanes
            setLinear(layout.gateGradient(first)) { posterior[$0] - gate[$0] }
            setQuadratic(layout.gateInformation(first, first)) { gate[$0] * (1 - gate[$0]) }
            for second in 0..<first {
                let other = gates + second * Self.lanes
                setQuadratic(layout.gateInformation(first, second)) { -gate[$0] * other[$0] }
            }
        }
    }

    /// The observed Hessian by Louis' formula: the expected complete-data Hessian plus the posterior covariance of the
    /// complete-data score (Louis 1982). Under expert k the score is (δ_ak - π_a) for gate a, d_k for the predictor of
    /// expert k and e_k for its log dispersion; posterior covariances are τ_k (δ_kl - τ_l) times the two.
    private func formNewtonFactors() {
        for expert in 0..<layout.expertCount {
            model.family.derivatives(
                responses: block.responses, predictors: predictors + expert * Self.lanes,
                dispersion: model.experts[expert].dispersion, count: Self.lanes, into: derivatives(of: expert))
        }
        for first in 0..<layout.gateCount { formGateFactors(first) }
        for first in 0..<layout.expertCount { formExpertFactors(first) }
    }

    private func formGateFactors(_ first: Int) {
        let gate = gates + first * Self.lanes
        let posterior = posteriors + first * Self.lanes
        setLinear(layout.gateGradient(first)) { posterior[$0] - gate[$0] }
        for second in 0...first {
            let same = first == second ? 1.0 : 0.0
            let otherGate = gates + second * Self.lanes
            let other = posteriors + second * Self.lanes
            setQuadratic(layout.gateHessian(first, second)) {
                posterior[$0] * (same - other[$0]) - gate[$0] * (same - otherGate[$0])
            }
        }
        for expert in 0..<layout.expertCount {
            let same = first == expert ? 1.0 : 0.0
            let other = posteriors + expert * Self.lanes
            let derivative = derivatives(of: expert)
            setQuadratic(layout.crossHessian(gate: first, expert: expert)) {
                other[$0] * (same - posterior[$0]) * derivative.first[$0]
            }
            setLinear(layout.gateDispersionHessian(gate: first, expert: expert)) {
                other[$0] * (same - posterior[$0]) * derivative.dispersionFirst[$0]
            }
        }
    }

    private func formExpertFactors(_ first: Int) {
        let posterior = posteriors + first * Self.lanes
        let derivative = derivatives(of: first)
        setLinear(layout.expertGradient(first)) { posterior[$0] * derivative.first[$0] }
        setLinear(layout.dispersionGradient(first)) { posterior[$0] * derivative.dispersionFirst[$0] }
        for second in 0..<layout.expertCount {
            let same = first == second ? 1.0 : 0.0
            let other = posteriors + second * Self.lanes
            let otherDerivative = derivatives(of: second)
            setLinear(layout.expertDispersionHessian(expert: first, dispersion: second)) {
                posterior[$0]
                    * (same * derivative.dispersionMixed[$0]
                        + (same - other[$0]) * derivative.first[$0] * otherDerivative.dispersionFirst[$0])
            }
            if second > first { continue }
            setQuadratic(layout.expertHessian(first, second)) {
                posterior[$0]
                    * (same * derivative.second[$0]
                        + (same - other[$0]) * derivative.first[$0] * otherDerivative.first[$0])
            }
            setLinear(layout.dispersionHessian(first, second)) {
                posterior[$0]
                    * (same * derivative.dispersionSecond[$0]
                        + (same - other[$0]) * derivative.dispersionFirst[$0] * otherDerivative.dispersionFirst[$0])
            }
        }
    }

    private func derivatives(of expert: Int) -> PredictorDerivatives {
        let base = derivatives + 5 * expert * Self.lanes
        return PredictorDerivatives(
            first: base, second: base + Self.lanes, dispersionFirst: base + 2 * Self.lanes,
            dispersionMixed: base + 3 * Self.lanes, dispersionSecond: base + 4 * Self.lanes)
    }

    @inline(__always)
    private func setQuadratic(_ index: Int, _ factor: (Int) -> Double) {
        let target = quadraticFactors + index * Self.lanes
        for lane in 0..<Self.lanes { target[lane] = block.weights[lane] * factor(lane) }
    }

    @inline(__always)
    private func setLinear(_ index: Int, _ factor: (Int) -> Double) {
        let target = linearFactors + index * Self.lanes
        for lane in 0..<Self.lanes { target[lane] = block.weights[lane] * factor(lane) }
    }
}
