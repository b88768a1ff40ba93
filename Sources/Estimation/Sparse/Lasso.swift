/// What a fit takes from the log-likelihood for the size of slopes, so that many of them become exactly 0 (Tibshirani 1996).
///
/// Slopes count in units of the standard deviation of their covariate, (Σ w (x - x̄)² / (Σw - 1))^½, the response in its own
/// units; where Σw is not above 1 the divisor is Σw. Intercepts are free. The gate's slopes are those against its last expert:
/// which expert that is changes the penalty, and a fit takes the one with the highest objective.
package enum Lasso: Sendable, Equatable, Codable {
    case none
    /// gate · |gate slopes|₁ + experts · |expert slopes|₁ is taken from the sum of the log-likelihood over all rows.
    case weights(gate: Double, experts: Double)
    /// One weight for both, the best by BIC on a path of them.
    case automatic
}
