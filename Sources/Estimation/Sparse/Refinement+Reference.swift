import MixtureOfExperts

extension Refinement {
    /// The best of the optima with each expert as the gate's last one: the lasso weighs slopes against that. With two experts the
    /// choice makes no difference.
    func withBestReference(_ candidate: Candidate) -> Candidate {
        let count = candidate.model.expertCount
        guard let lasso, lasso.gate > 0, count > 2 else { return candidate }
        var best = candidate
        for last in 0..<count - 1 {
            let order = (0..<count).filter { $0 != last } + [last]
            var refinement = self
            refinement.background = Set(order.indices.filter { candidate.background.contains(order[$0]) })
            let other = refinement.optimum(
                from: candidate.model.reordered(order), emIterations: Self.iterationsFromOptimum)
            if Candidate.isBetter(other, best) { best = other }
        }
        return best
    }
}
