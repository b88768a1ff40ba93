/// The factors of the sums, from the posterior and gate probabilities of a block.
extension StatisticsPass {
    func formGeneralisedEMFactors() {
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

    /// The score of each part: τ_a - π_a for a gate, τ_k times the derivatives of log φ for an expert.
    func formGradientFactors() {
        formDerivatives()
        for expert in 0..<layout.expertCount {
            let posterior = posteriors + expert * Self.lanes
            let derivative = derivatives(of: expert)
            setLinear(layout.expertGradient(expert)) { posterior[$0] * derivative.first[$0] }
            setLinear(layout.dispersionGradient(expert)) { posterior[$0] * derivative.dispersionFirst[$0] }
            if expert == layout.gateCount { continue }
            let gate = gates + expert * Self.lanes
            setLinear(layout.gateGradient(expert)) { posterior[$0] - gate[$0] }
        }
    }

    private func formDerivatives() {
        for expert in 0..<layout.expertCount {
            model.family.derivatives(
                responses: block.responses, predictors: predictors + expert * Self.lanes,
                dispersion: model.experts[expert].dispersion, count: Self.lanes, into: derivatives(of: expert))
        }
    }

    /// The observed Hessian by Louis' formula: the expected complete-data Hessian plus the posterior covariance of the
    /// complete-data score (Louis 1982). Under expert k the score is (δ_ak - π_a) for gate a, d_k for the predictor of
    /// expert k and e_k for its log dispersion; posterior covariances are τ_k (δ_kl - τ_l) times the two.
    func formNewtonFactors() {
        formDerivatives()
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
        let base = derivativeValues + 5 * expert * Self.lanes
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
