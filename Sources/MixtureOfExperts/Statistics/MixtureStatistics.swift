import Numerics

/// How much a pass over the rows collects; each level costs several times the one before.
package enum StatisticsLevel: Sendable {
    /// The log-likelihood alone.
    case likelihood
    /// The log-likelihood and its gradient in all parameters.
    case gradient
    /// What one iteration of generalised EM needs.
    case expectationMaximization
    /// Gradient and Hessian of the log-likelihood in all parameters.
    case newton
    /// The gradient, and Σ w² s s' of the rows' scores s where ``newton`` has the Hessian.
    case scores
}

/// The additive statistics of a mixture on some rows: all that an estimator ever sees of them.
///
/// Rows of different blocks, threads, files or sites are brought together by ``merge(_:)`` and by nothing else.
/// Every sum is Σ_i (row weight · u_i) z_i z_i' ("quadratic") or Σ_i (row weight · u_i) z_i ("linear"), with
/// z = (1, x, y) and u_i one of the factors listed in ``StatisticsLayout``.
package struct MixtureStatistics: Sendable, Equatable {
    package let layout: StatisticsLayout
    package private(set) var logLikelihood = 0.0
    /// Σw.
    package private(set) var weight = 0.0
    /// Σ w² τ_k for each expert; at level ``StatisticsLevel/expectationMaximization``.
    package private(set) var squaredWeights: [Double]
    package private(set) var quadratic: [Double]
    package private(set) var linear: [Double]

    package init(layout: StatisticsLayout) {
        self.layout = layout
        squaredWeights = [Double](repeating: 0, count: layout.expertCount)
        quadratic = [Double](repeating: 0, count: layout.quadraticCount * layout.packedCount)
        linear = [Double](repeating: 0, count: layout.linearCount * layout.momentCount)
    }

    /// Adds the statistics of other rows under the same model.
    package mutating func merge(_ other: MixtureStatistics) {
        precondition(layout == other.layout, "statistics of different models")
        logLikelihood += other.logLikelihood
        weight += other.weight
        squaredWeights.add(other.squaredWeights)
        quadratic.add(other.quadratic)
        linear.add(other.linear)
    }

    /// The sums of some rows.
    init(
        layout: StatisticsLayout, logLikelihood: Double, weight: Double, squaredWeights: [Double], quadratic: [Double],
        linear: [Double]
    ) {
        self.layout = layout
        self.logLikelihood = logLikelihood
        self.weight = weight
        self.squaredWeights = squaredWeights
        self.quadratic = quadratic
        self.linear = linear
    }

    /// Σ w u z z' of the quadratic factor at `index`.
    ///
    /// Products with the response are collected for the posteriors alone;
    /// they are 0 elsewhere.
    package func quadraticSum(_ index: Int) -> PackedSymmetric {
        let count = layout.packedCount
        return PackedSymmetric(
            size: layout.momentCount, storage: Array(quadratic[index * count..<(index + 1) * count]))
    }

    /// Σ w u z of the linear factor at `index`.
    package func linearSum(_ index: Int) -> ArraySlice<Double> {
        linear[index * layout.momentCount..<(index + 1) * layout.momentCount]
    }

    /// The complete-data information of an expert's coefficients, predictor after predictor, from the sums at `positions`; at
    /// level ``StatisticsLevel/expectationMaximization`` where the fit is not closed.
    package func expertInformation(_ expert: Int, _ positions: [Int]) -> PackedSymmetric {
        let count = positions.count
        var result = PackedSymmetric(size: layout.predictorsPerExpert * count)
        for first in 0..<layout.predictorsPerExpert {
            for second in 0...first {
                let sums = quadraticSum(layout.expertInformation(expert, first, second))
                for (row, left) in positions.enumerated() {
                    for (column, right) in positions.enumerated() where first > second || column <= row {
                        result[first * count + row, second * count + column] = sums[left, right]
                    }
                }
            }
        }
        return result
    }

    /// The gradient by an expert's coefficients, predictor after predictor, from the sums at `positions`; at the levels that
    /// have it.
    package func expertScore(_ expert: Int, _ positions: [Int]) -> [Double] {
        (0..<layout.predictorsPerExpert).flatMap { predictor in
            let own = Array(linearSum(layout.expertGradient(expert * layout.predictorsPerExpert + predictor)))
            return positions.map { own[$0] }
        }
    }

    /// Moments of (x, y) under each expert's posterior; at level ``StatisticsLevel/expectationMaximization``.
    package var expertMoments: [Moments] {
        (0..<layout.expertCount).map { expert in
            Moments(rawSums: quadraticSum(layout.posterior(expert)), squaredWeight: squaredWeights[expert])
        }
    }
}

/// Where each sum of ``MixtureStatistics`` is.
///
/// Gates are numbered 0 ..< K - 1: the last one is the reference. Linear predictors
/// are numbered through all experts, predictor a of expert k at k · q + a.
package struct StatisticsLayout: Sendable, Equatable {
    package let level: StatisticsLevel
    package let expertCount: Int
    /// q: linear predictors of an expert.
    package let predictorsPerExpert: Int
    package let hasDispersion: Bool
    /// Whether experts have a closed weighted fit, which needs no information of theirs.
    package let isClosedForm: Bool
    /// The length of z.
    package let momentCount: Int

    package init(
        level: StatisticsLevel, expertCount: Int, predictorsPerExpert: Int = 1, hasDispersion: Bool = true,
        isClosedForm: Bool = true, momentCount: Int
    ) {
        self.level = level
        self.expertCount = expertCount
        self.predictorsPerExpert = predictorsPerExpert
        self.hasDispersion = hasDispersion
        self.isClosedForm = isClosedForm
        self.momentCount = momentCount
    }

    package init(_ level: StatisticsLevel, of model: MixtureModel) {
        self.init(
            level: level, expertCount: model.expertCount, predictorsPerExpert: model.family.predictorCount,
            hasDispersion: model.family.hasDispersion, isClosedForm: model.family is any ClosedFormFamily,
            momentCount: model.design.momentCount)
    }

    var packedCount: Int { PackedSymmetric.elementCount(size: momentCount) }
    package var gateCount: Int { expertCount - 1 }
    /// Of all experts.
    package var predictorCount: Int { expertCount * predictorsPerExpert }
    private var gatePairCount: Int { PackedSymmetric.elementCount(size: gateCount) }
    /// Pairs of predictors of one expert.
    var predictorPairCount: Int { PackedSymmetric.elementCount(size: predictorsPerExpert) }
    private var dispersionCount: Int { hasDispersion ? expertCount : 0 }

    // MARK: Generalised EM

    /// Quadratic, u = τ_k.
    package func posterior(_ expert: Int) -> Int { expert }

    /// Quadratic, u = π_a (δ_ab - π_b): the complete-data information of the gate.
    package func gateInformation(_ first: Int, _ second: Int) -> Int {
        expertCount + PackedSymmetric.offset(first, second)
    }

    /// Quadratic, u = -τ_k ∂² log φ / ∂η_a ∂η_b: the complete-data information of an expert, where its fit is not closed.
    package func expertInformation(_ expert: Int, _ first: Int, _ second: Int) -> Int {
        gateInformation(gateCount, 0) + expert * predictorPairCount + PackedSymmetric.offset(first, second)
    }

    /// Linear, u = τ_a - π_a: the gradient of the gate; at all levels but the likelihood.
    package func gateGradient(_ gate: Int) -> Int { gate }

    /// Linear (its intercept element), -τ_k ∂² log φ / ∂s²; where the fit is not closed.
    package func dispersionInformation(_ expert: Int) -> Int { dispersionGradient(expertCount) + expert }

    // MARK: Gradient and Newton

    /// Linear, the gradient of the coefficients of a predictor; with generalised EM where the fit is not closed.
    package func expertGradient(_ predictor: Int) -> Int { gateCount + predictor }

    /// Linear (its intercept element), the gradient of an expert's log dispersion.
    package func dispersionGradient(_ expert: Int) -> Int { gateCount + predictorCount + expert }

    // MARK: Newton and scores

    /// Quadratic, the Hessian block of two gates.
    package func gateHessian(_ first: Int, _ second: Int) -> Int { PackedSymmetric.offset(first, second) }

    /// Quadratic, the Hessian block of the coefficients of two predictors.
    package func expertHessian(_ first: Int, _ second: Int) -> Int {
        gatePairCount + PackedSymmetric.offset(first, second)
    }

    /// Quadratic, the Hessian block of a gate and the coefficients of a predictor.
    package func crossHessian(gate: Int, predictor: Int) -> Int {
        gatePairCount + PackedSymmetric.elementCount(size: predictorCount) + gate * predictorCount + predictor
    }

    /// Linear, the Hessian block of a gate and an expert's log dispersion.
    package func gateDispersionHessian(gate: Int, expert: Int) -> Int {
        dispersionGradient(dispersionCount) + gate * dispersionCount + expert
    }

    /// Linear, the Hessian block of the coefficients of a predictor and an expert's log dispersion.
    package func expertDispersionHessian(predictor: Int, dispersion: Int) -> Int {
        gateDispersionHessian(gate: gateCount, expert: 0) + predictor * dispersionCount + dispersion
    }

    /// Linear (its intercept element), the Hessian of two log dispersions.
    package func dispersionHessian(_ first: Int, _ second: Int) -> Int {
        expertDispersionHessian(predictor: predictorCount, dispersion: 0) + PackedSymmetric.offset(first, second)
    }

    // MARK: Sizes

    /// Of log φ.
    var needsDerivatives: Bool {
        switch level {
        case .likelihood: false
        case .expectationMaximization: !isClosedForm
        case .gradient, .newton, .scores: true
        }
    }

    var quadraticCount: Int {
        switch level {
        case .likelihood, .gradient: 0
        case .expectationMaximization:
            isClosedForm ? gateInformation(gateCount, 0) : expertInformation(expertCount, 0, 0)
        case .newton, .scores: crossHessian(gate: gateCount, predictor: 0)
        }
    }

    /// Quadratic factors that come first and are collected with the response.
    var responseFactorCount: Int { level == .expectationMaximization ? expertCount : 0 }

    var linearCount: Int {
        switch level {
        case .likelihood: 0
        case .gradient: dispersionGradient(dispersionCount)
        case .expectationMaximization:
            isClosedForm ? gateCount : dispersionGradient(2 * dispersionCount)
        case .newton, .scores: hasDispersion ? dispersionHessian(expertCount, 0) : dispersionGradient(0)
        }
    }
}
