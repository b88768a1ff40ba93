import Numerics

/// Log-likelihoods and what is made of them.
extension FitReport {
    /// To half a standard error of a sum over the rows, that of the squares of normal residuals: to fewer digits than would give back the dispersions.
    ///
    /// All with the same random choice, so that what is larger stays so.
    ///
    /// - Parameters:
    ///   - weight: of the rows.
    ///   - squaredWeight: Σ w².
    func rounded(_ rounding: UnbiasedRounding, weight: Double, squaredWeight: Double) -> FitReport {
        let error = (0.5 * squaredWeight).squareRoot()
        func total(_ value: Double) -> Double { rounding.rounded(value, error: error, "logLikelihood") }
        func perRow(_ value: Double) -> Double {
            rounding.rounded(value, error: error / max(weight, .leastNormalMagnitude), "logLikelihood")
        }
        var result = self
        result.logLikelihood = total(logLikelihood)
        result.trace = trace.map(perRow)
        for index in starts.indices {
            result.starts[index].screenedLogLikelihoodPerRow = perRow(starts[index].screenedLogLikelihoodPerRow)
            result.starts[index].logLikelihood = starts[index].logLikelihood.map(total)
        }
        if let lasso {
            result.lasso?.penalisedLogLikelihood = total(lasso.penalisedLogLikelihood)
            for index in lasso.path.indices {
                let own = lasso.path[index]
                let rounded = total(own.logLikelihood)
                result.lasso?.path[index].logLikelihood = rounded
                result.lasso?.path[index].penalisedLogLikelihood = total(own.penalisedLogLikelihood)
                result.lasso?.path[index].bic = GridStep.tenth.nearest(own.bic + 2 * (own.logLikelihood - rounded))
            }
        }
        return result
    }
}

extension ExpertCountReport {
    /// As the log-likelihoods of a fit are.
    func rounded(_ rounding: UnbiasedRounding, weight: Double, squaredWeight: Double) -> ExpertCountReport {
        let error = (0.5 * squaredWeight).squareRoot()
        var result = self
        for index in points.indices {
            let own = points[index]
            let value = rounding.rounded(own.logLikelihood, error: error, "logLikelihood")
            let entropy = rounding.rounded(own.icl - own.bic, error: error, "entropy")
            let moved = 2 * (own.logLikelihood - value)
            result.points[index].logLikelihood = value
            result.points[index].bic = GridStep.tenth.nearest(own.bic + moved)
            result.points[index].aic = GridStep.tenth.nearest(own.aic + moved)
            result.points[index].icl = GridStep.tenth.nearest(own.bic + moved + entropy)
            result.points[index].heldOutLogLikelihood = own.heldOutLogLikelihood.map {
                rounding.rounded($0, error: (0.5 / Double(max(heldOutRows, 1))).squareRoot(), "heldOut")
            }
        }
        return result
    }
}

extension GridStep {
    /// Of criteria.
    static let tenth = GridStep.decimal(exponent: -1)
}
