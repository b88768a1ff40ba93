import MixtureOfExperts
import Numerics

/// What a family says of one row, for tests that need no blocks.
extension ExpertFamily {
    package func logDensity(_ response: Double, _ predictors: [Double], _ dispersion: Double = 1) -> Double {
        var result = 0.0
        predictors.withUnsafeBufferPointer {
            logDensity(
                responses: [response], predictors: LinearPredictors($0.baseAddress!, stride: 1),
                dispersion: dispersion, count: 1, into: &result)
        }
        return result
    }

    package func divergence(
        _ from: [Double], _ fromDispersion: Double = 1, to: [Double], _ toDispersion: Double = 1
    ) -> Double {
        var result = Double.nan
        from.withUnsafeBufferPointer { from in
            to.withUnsafeBufferPointer { to in
                divergences(
                    from: LinearPredictors(from.baseAddress!, stride: 1), fromDispersion: fromDispersion,
                    to: LinearPredictors(to.baseAddress!, stride: 1), toDispersion: toDispersion, count: 1,
                    into: &result)
            }
        }
        return result
    }

    /// log φ, ∂/∂η_a, ∂²/∂η_a∂η_b packed, ∂/∂s, ∂²/∂η∂s, ∂²/∂s².
    package func derivatives(
        _ response: Double, _ predictors: [Double], _ dispersion: Double = 1
    ) -> (logDensity: Double, firsts: [Double], seconds: [Double], dispersion: [Double]) {
        let pairs = PackedSymmetric.elementCount(size: predictorCount)
        var (firsts, seconds) = (
            [Double](repeating: 0, count: predictorCount), [Double](repeating: 0, count: pairs)
        )
        var others = [0.0, 0, 0, 0]
        predictors.withUnsafeBufferPointer { predictors in
            firsts.withUnsafeMutableBufferPointer { firsts in
                seconds.withUnsafeMutableBufferPointer { seconds in
                    others.withUnsafeMutableBufferPointer { others in
                        derivatives(
                            responses: [response],
                            predictors: LinearPredictors(predictors.baseAddress!, stride: 1),
                            dispersion: dispersion, count: 1,
                            into: PredictorDerivatives(
                                logDensity: others.baseAddress! + 3, firsts: firsts.baseAddress!,
                                seconds: seconds.baseAddress!, stride: 1,
                                dispersionFirst: others.baseAddress!, dispersionMixed: others.baseAddress! + 1,
                                dispersionSecond: others.baseAddress! + 2))
                    }
                }
            }
        }
        return (others[3], firsts, seconds, Array(others.prefix(3)))
    }

    /// E[T(Y) | η].
    package func expectedStatistics(_ predictors: [Double], _ dispersion: Double = 1) -> [Double] {
        var result = [Double](repeating: 0, count: statisticCount)
        predictors.withUnsafeBufferPointer {
            expectedStatistics(
                predictors: LinearPredictors($0.baseAddress!, stride: 1), dispersion: dispersion, count: 1,
                into: &result, stride: 1)
        }
        return result
    }
}
