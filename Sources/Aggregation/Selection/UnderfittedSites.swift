import MixtureOfExperts

/// Sites whose rows support fewer experts than the global model has, and are of several of them.
///
/// One expert that was fitted to rows of two stands for neither. Its gate sends all of its rows to one of them wherever it has rows, and
/// what is drawn from it lies between them: 272 such rows in 40,000 of a hard gate cost 0.034 per row.
struct UnderfittedSites {
    /// In the order of the problem; fewer than half of the weight.
    let sites: [Int]

    /// - Parameter reduction: an optimum of the transportation problem of all sites.
    init(_ problem: AggregationProblem, _ reduction: TransportReduction) {
        let mixture = problem.mixture
        let regressions = reduction.experts.count { $0.fixed == nil }
        let smaller = mixture.sites.indices.filter { mixture.sites[$0].model.regressionCount < regressions }
        guard problem.options.leavesConstructionOpen, !smaller.isEmpty, smaller.count < mixture.sites.count else {
            sites = []
            return
        }
        let first = CandidateBuilder(problem: problem, reduction: reduction).asOptioned()[0]
        let weights = RobustExperts(
            mixture, first.labels, dispersionFloor: AggregationProblem.dispersionFloor, problem.parallelism
        ).weights(count: reduction.experts.count)
        let found = smaller.filter { site in mixture.members[site].contains { weights[$0] < 1 } }
        let total = mixture.sites.reduce(0) { $0 + $1.weight }
        sites = found.reduce(0) { $0 + mixture.sites[$1].weight } < 0.5 * total ? found : []
    }

    /// Among the candidates of the other sites.
    func search(_ problem: AggregationProblem, _ reduction: TransportReduction) -> CandidateSearch {
        guard !sites.isEmpty else { return CandidateSearch(problem: problem, reduction: reduction) }
        let others = problem.without(sites)
        return CandidateSearch(problem: others, reduction: reduction.again(on: others))
    }

    /// A candidate of the other sites, with labels for all.
    func spread(_ candidate: Reduction.Candidate, _ problem: AggregationProblem) -> Reduction.Candidate {
        guard !sites.isEmpty else { return candidate }
        var result = candidate
        result.labels = problem.transport.labels(for: candidate.model.experts)
        var own = candidate.labels[...]
        for (site, members) in problem.mixture.members.enumerated() where !sites.contains(site) {
            for member in members { result.labels[member] = own.removeFirst() }
        }
        if case .site(let site) = candidate.errors {
            let others = problem.mixture.sites.indices.filter { !sites.contains($0) }
            result.errors = .site(others[site])
        }
        return result
    }

    /// nil where there are none.
    func warning(_ problem: AggregationProblem) -> AggregationWarning? {
        guard !sites.isEmpty else { return nil }
        let rows = problem.contributions.map(\.fitted.rowCount)
        return .underfittedSites(
            sites: sites.map { problem.names[$0] }.sorted(), rows: sites.reduce(0) { $0 + rows[$1] },
            of: rows.reduce(0, +))
    }
}
