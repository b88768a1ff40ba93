/// What a joint step promised, per unit of weight: the next round shows what came of it.
package struct StepPromise: Sendable, Equatable, Codable {
    /// See ``CubicStep``.
    package var thirdDerivative: Double
    /// Of the quadratic model.
    package var quadraticGain: Double
    /// What the third derivative is multiplied by in what the step may fall short.
    package var cubicUnit: Double

    package init(thirdDerivative: Double, quadraticGain: Double, cubicUnit: Double) {
        self.thirdDerivative = thirdDerivative
        self.quadraticGain = quadraticGain
        self.cubicUnit = cubicUnit
    }

    /// Of the third derivative before: along another direction it may be larger than along the last one.
    private static let leastPart = 0.1

    /// The third derivative of the next step.
    ///
    /// - Parameter gain: what the log-likelihood rose by.
    package func next(gain: Double) -> Double {
        let largest = CubicStep.largestThirdDerivative
        guard thirdDerivative > 0, cubicUnit > 0, gain.isFinite else { return largest }
        return min(largest, max((quadraticGain - gain) / cubicUnit, Self.leastPart * thirdDerivative))
    }
}
