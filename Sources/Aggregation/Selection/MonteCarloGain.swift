/// The mean gain over a sample of draws, with its Monte Carlo error: the standard error of paired differences.
struct MonteCarloGain {
    var mean: Double
    var standardError: Double

    init(_ differences: [Double]) {
        let count = Double(max(differences.count, 1))
        let mean = differences.reduce(0, +) / count
        self.mean = mean
        let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(count - 1, 1)
        standardError = (variance / count).squareRoot()
    }

    func isClear(_ errors: Double) -> Bool { mean > errors * standardError }

    func isClearLoss(_ errors: Double) -> Bool { !mean.isFinite || mean < -errors * standardError }

    func isClearEitherWay(_ errors: Double) -> Bool { !mean.isFinite || abs(mean) > errors * standardError }
}
