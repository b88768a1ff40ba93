/// Integrals by Simpson's rule on a fine grid: for the smooth densities of these tests exact to about 1e-12.
package enum Quadrature {
    package static func integral(
        from start: Double, to end: Double, intervals: Int = 4000, _ integrand: (Double) -> Double
    ) -> Double {
        let step = (end - start) / Double(intervals)
        var sum = integrand(start) + integrand(end)
        for index in 1..<intervals {
            sum += (index.isMultiple(of: 2) ? 2 : 4) * integrand(start + Double(index) * step)
        }
        return sum * step / 3
    }
}
