import CKernels
import Numerics

/// The factors of the sums, from the posterior and gate probabilities of a block.
///
/// Off their diagonals all second derivatives are products of two columns, -(w τ_a s_a)(τ_b s_b) with some scores s: they are
/// formed as outer products, and the diagonals completed after.
extension StatisticsPass {
    func formGeneralisedEMFactors() {
        block.multiply(
            posteriors, count: layout.expertCount, by: block.weights,
            into: quadraticFactors + layout.posterior(0) * Self.lanes)
        block.multiply(gates, count: layout.gateCount, by: block.weights, into: weightedGates)
        weightedPosteriors.update(from: quadraticFactors, count: layout.expertCount * Self.lanes)
        formGateGradients()
        if !layout.isClosedForm { formExpertInformation() }
        block.gateInformation(
            gates, weighted: weightedGates, count: layout.gateCount,
            into: quadraticFactors + layout.gateInformation(0, 0) * Self.lanes)
    }

    /// Of the experts' part of the complete-data log-likelihood.
    private func formExpertInformation() {
        formExpertGradients()
        let lanes = Self.lanes
        for expert in 0..<layout.expertCount {
            block.kernels.outer_products(
                weightedPosteriors + expert * lanes, 1, derivatives.seconds(of: expert), layout.predictorPairCount, -1,
                0, quadraticFactors + layout.expertInformation(expert, 0, 0) * lanes)
        }
        guard layout.hasDispersion else { return }
        let target = linearFactors + layout.dispersionInformation(0) * lanes
        for index in 0..<layout.expertCount * lanes {
            target[index] = -weightedPosteriors[index] * derivatives.dispersionSecond[index]
        }
    }

    /// The score of each part: τ_a - π_a for a gate, τ_k times the derivatives of log φ for an expert.
    func formGradientFactors() {
        block.multiply(posteriors, count: layout.expertCount, by: block.weights, into: weightedPosteriors)
        block.multiply(gates, count: layout.gateCount, by: block.weights, into: weightedGates)
        formGateGradients()
        formExpertGradients()
    }

    private func formExpertGradients() {
        multiply(weightedPosteriors, into: linearFactors + layout.expertGradient(0) * Self.lanes)
        guard layout.hasDispersion else { return }
        block.kernels.products(
            weightedPosteriors, derivatives.dispersionFirst, layout.expertCount,
            linearFactors + layout.dispersionGradient(0) * Self.lanes)
    }

    /// The observed Hessian by Louis' formula: the expected complete-data Hessian plus the posterior covariance of the
    /// complete-data score (Louis 1982).
    ///
    /// Under expert k the score is (δ_ak - π_a) for gate a, d_k for the predictors of expert k and e_k for its log
    /// dispersion; posterior covariances are τ_k (δ_kl - τ_l) times the two.
    func formNewtonFactors() {
        formGradientFactors()
        multiply(posteriors, into: scores)
        formGateHessian()
        formExpertHessian()
        guard layout.hasDispersion else { return }
        block.kernels.products(posteriors, derivatives.dispersionFirst, layout.expertCount, dispersionScores)
        formDispersionHessian()
    }

    /// Outer products of the scores of a row with its weight, which are the factors of the gradient.
    func formScoreFactors() {
        formGradientFactors()
        let (lanes, kernels) = (Self.lanes, block.kernels)
        let (gates, predictors, experts) = (layout.gateCount, layout.predictorCount, layout.expertCount)
        let gateScores = linearFactors + layout.gateGradient(0) * lanes
        let expertScores = linearFactors + layout.expertGradient(0) * lanes
        if gates > 0 {
            outer(gateScores, gates, gateScores, sign: 1, into: quadraticFactors + layout.gateHessian(0, 0) * lanes)
            kernels.outer_products(
                gateScores, gates, expertScores, predictors, 1, 0,
                quadraticFactors + layout.crossHessian(gate: 0, predictor: 0) * lanes)
        }
        outer(
            expertScores, predictors, expertScores, sign: 1,
            into: quadraticFactors + layout.expertHessian(0, 0) * lanes)
        guard layout.hasDispersion else { return }
        let dispersionScores = linearFactors + layout.dispersionGradient(0) * lanes
        if gates > 0 {
            kernels.outer_products(
                gateScores, gates, dispersionScores, experts, 1, 0,
                linearFactors + layout.gateDispersionHessian(gate: 0, expert: 0) * lanes)
        }
        kernels.outer_products(
            expertScores, predictors, dispersionScores, experts, 1, 0,
            linearFactors + layout.expertDispersionHessian(predictor: 0, dispersion: 0) * lanes)
        outer(
            dispersionScores, experts, dispersionScores, sign: 1,
            into: linearFactors + layout.dispersionHessian(0, 0) * lanes)
    }

    private func formGateHessian() {
        let gateCount = layout.gateCount
        guard gateCount > 0 else { return }
        let hessian = quadraticFactors + layout.gateHessian(0, 0) * Self.lanes
        outer(weightedPosteriors, gateCount, posteriors, sign: -1, into: hessian)
        outer(weightedGates, gateCount, gates, sign: 1, accumulate: true, into: hessian)
        RowBlock.addToDiagonal(hessian, gateCount) { [linearFactors, layout] gate, lane in
            linearFactors[layout.gateGradient(gate) * Self.lanes + lane]
        }
        formCross(
            linearFactors + layout.expertGradient(0) * Self.lanes, perExpert: layout.predictorsPerExpert,
            into: quadraticFactors + layout.crossHessian(gate: 0, predictor: 0) * Self.lanes)
        guard layout.hasDispersion else { return }
        formCross(
            linearFactors + layout.dispersionGradient(0) * Self.lanes, perExpert: 1,
            into: linearFactors + layout.gateDispersionHessian(gate: 0, expert: 0) * Self.lanes)
    }

    /// w τ_e (δ_ae - τ_a) s_e for gate a and the scores of expert e.
    private func formCross(
        _ scores: UnsafePointer<Double>, perExpert: Int, into target: UnsafeMutablePointer<Double>
    ) {
        let count = layout.expertCount * perExpert
        block.kernels.outer_products(posteriors, layout.gateCount, scores, count, -1, 0, target)
        for gate in 0..<layout.gateCount {
            let diagonal = target + (gate * count + gate * perExpert) * Self.lanes
            let own = scores + gate * perExpert * Self.lanes
            for index in 0..<perExpert * Self.lanes { diagonal[index] += own[index] }
        }
    }

    private func formExpertHessian() {
        let hessian = quadraticFactors + layout.expertHessian(0, 0) * Self.lanes
        let weightedScores = linearFactors + layout.expertGradient(0) * Self.lanes
        outer(weightedScores, layout.predictorCount, scores, sign: -1, into: hessian)
        let count = layout.predictorsPerExpert
        for expert in 0..<layout.expertCount {
            let weights = weightedPosteriors + expert * Self.lanes
            let (firsts, seconds) = (derivatives.firsts(of: expert), derivatives.seconds(of: expert))
            for a in 0..<count {
                for b in 0...a {
                    let index = layout.expertHessian(expert * count + a, expert * count + b)
                    let target = quadraticFactors + index * Self.lanes
                    let second = seconds + PackedSymmetric.offset(a, b) * Self.lanes
                    let (left, right) = (firsts + a * Self.lanes, firsts + b * Self.lanes)
                    for lane in 0..<Self.lanes {
                        target[lane] += weights[lane] * (second[lane] + left[lane] * right[lane])
                    }
                }
            }
        }
    }

    private func formDispersionHessian() {
        let experts = layout.expertCount
        let (dispersionFirst, dispersionMixed) = (derivatives.dispersionFirst, derivatives.dispersionMixed)
        let (firsts, dispersionSecond) = (derivatives.firsts, derivatives.dispersionSecond)
        let weights = weightedPosteriors
        let weightedScores = linearFactors + layout.expertGradient(0) * Self.lanes
        let mixed = linearFactors + layout.expertDispersionHessian(predictor: 0, dispersion: 0) * Self.lanes
        block.kernels.outer_products(weightedScores, experts, dispersionScores, experts, -1, 0, mixed)
        for expert in 0..<experts {
            let diagonal = mixed + (expert * experts + expert) * Self.lanes
            for lane in 0..<Self.lanes {
                let index = expert * Self.lanes + lane
                diagonal[lane] +=
                    weights[index] * (dispersionMixed[index] + firsts[index] * dispersionFirst[index])
            }
        }
        let hessian = linearFactors + layout.dispersionHessian(0, 0) * Self.lanes
        let weightedDispersionScores = linearFactors + layout.dispersionGradient(0) * Self.lanes
        outer(weightedDispersionScores, experts, dispersionScores, sign: -1, into: hessian)
        RowBlock.addToDiagonal(hessian, experts) { expert, lane in
            let index = expert * Self.lanes + lane
            let first = dispersionFirst[index]
            return weights[index] * (dispersionSecond[index] + first * first)
        }
    }

    // MARK: Pieces

    /// The weight of each expert times the first derivatives of its predictors.
    private func multiply(_ weights: UnsafePointer<Double>, into target: UnsafeMutablePointer<Double>) {
        let count = layout.predictorsPerExpert
        guard count > 1 else {
            block.kernels.products(weights, derivatives.firsts, layout.expertCount, target)
            return
        }
        for expert in 0..<layout.expertCount {
            block.kernels.outer_products(
                weights + expert * Self.lanes, 1, derivatives.firsts(of: expert), count, 1, 0,
                target + expert * count * Self.lanes)
        }
    }

    private func formGateGradients() {
        let target = linearFactors + layout.gateGradient(0) * Self.lanes
        for index in 0..<layout.gateCount * Self.lanes {
            target[index] = weightedPosteriors[index] - weightedGates[index]
        }
    }

    /// The pairs second <= first of sign · left[first] right[second].
    private func outer(
        _ left: UnsafePointer<Double>, _ count: Int, _ right: UnsafePointer<Double>, sign: Double,
        accumulate: Bool = false, into target: UnsafeMutablePointer<Double>
    ) {
        block.kernels.outer_products(left, count, right, 0, sign, accumulate ? 1 : 0, target)
    }
}
