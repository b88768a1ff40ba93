extension Refinement {
    /// The best of the optima with each expert as the gate's last one: the lasso weighs slopes against that.
    ///
    /// With two experts the choice makes no difference.
    func withBestReference(_ candidate: Candidate) -> (candidate: Candidate, order: [Int]) {
        let count = candidate.model.expertCount
        guard let lasso, lasso.gate > 0, count > 2 else { return (candidate, Array(0..<count)) }
        var best = (candidate: candidate, order: Array(0..<count))
        for last in 0..<count - 1 {
            let order = (0..<count).filter { $0 != last } + [last]
            var refinement = self
            refinement.held = candidate.held.reordered(order)
            let other = refinement.optimum(
                from: candidate.model.reordered(order), emIterations: Self.iterationsFromOptimum)
            if Candidate.isBetter(other, best.candidate) { best = (other, order) }
        }
        return best
    }
}
