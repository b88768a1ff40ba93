/// Integrals by the Gauss–Kronrod rules with 7 and 15 nodes, halving an interval until the two agree,
/// or until there are ``mostIntervals``.
package enum AdaptiveQuadrature {
    /// Halvings of an interval; what is left then is below the digits of its ends.
    private static let deepest = 50
    /// Of one integral: a bound on the time.
    ///
    /// What is open then is taken as the rules give it.
    private static let mostIntervals = 20_000

    /// - Parameters:
    ///   - breaks: ascending; the integral is from the first to the last, and the integrand may jump at them.
    ///   - tolerance: of the difference between the two rules on an interval, which overstates the error of the better one.
    package static func integral(over breaks: [Double], tolerance: Double, _ integrand: (Double) -> Double) -> Double {
        var sum = 0.0
        var open = zip(breaks, breaks.dropFirst()).filter { $0 < $1 }.map { (low: $0, high: $1, depth: 0) }
        var next = 0
        // By depth: where there are too many, all are halved nearly as often.
        while next < open.count {
            let interval = open[next]
            next += 1
            let (coarse, fine) = rules(interval.low, interval.high, integrand)
            // Also where an integral is not a number.
            if !(abs(fine - coarse) > tolerance) || interval.depth == deepest || open.count >= mostIntervals {
                sum += fine
            } else {
                let middle = 0.5 * (interval.low + interval.high)
                open.append((interval.low, middle, interval.depth + 1))
                open.append((middle, interval.high, interval.depth + 1))
            }
        }
        return sum
    }

    private static func rules(
        _ low: Double, _ high: Double, _ integrand: (Double) -> Double
    ) -> (coarse: Double, fine: Double) {
        let (center, half) = (0.5 * (low + high), 0.5 * (high - low))
        let value = integrand(center)
        var (coarse, fine) = (gaussWeights[3] * value, kronrodWeights[7] * value)
        for index in 0..<7 {
            let distance = half * nodes[index]
            let values = integrand(center - distance) + integrand(center + distance)
            fine += kronrodWeights[index] * values
            if !index.isMultiple(of: 2) { coarse += gaussWeights[index / 2] * values }
        }
        return (half * coarse, half * fine)
    }

    // Piessens et al., QUADPACK (1983), rule QK15: nodes from the outermost inwards; those of the 7-point rule are every
    // second one.
    private static let nodes = [
        0.991455371120812639206854697526329, 0.949107912342758524526189684047851,
        0.864864423359769072789712788640926, 0.741531185599394439863864773280788,
        0.586087235467691130294144691693013, 0.405845151377397166906606412076961,
        0.207784955007898467600689403773245,
    ]
    private static let kronrodWeights = [
        0.022935322010529224963732008058970, 0.063092092629978553290700663189204,
        0.104790010322250183839876322541518, 0.140653259715525918745189590510238,
        0.169004726639267902826583426598550, 0.190350578064785409913256402421014,
        0.204432940075298892414161999234649, 0.209482141084727828012999174891714,
    ]
    private static let gaussWeights = [
        0.129484966168869693270611432679082, 0.279705391489276667901467771423780,
        0.381830050505118944950369775488975, 0.417959183673469387755102040816327,
    ]
}
