import Estimation
import MixtureOfExperts

/// What an aggregator found as a global model in the user's units, and what to say about it.
extension Coordinator {
    /// Of the support's points; below it the report warns.
    private static let leastEffectiveShare = 0.1

    func result(
        _ reduced: ReducedMixture, _ problem: AggregationProblem, _ examined: ExaminedSites
    ) -> GlobalModel {
        let moments = problem.mixture.pooledMoments(
            reduced.labels, count: reduced.model.expertCount, problem.parallelism)
        let contributions = problem.contributions
        let information = problem.mixture.pooledInformation(reduced.labels, reduced.model.experts)
        var found = FittedMixture(
            model: reduced.model, moments: moments, information: information,
            rowCount: contributions.reduce(0) { $0 + $1.fitted.rowCount },
            weight: contributions.reduce(0) { $0 + $1.fitted.weight }, selection: reduced.selection)
        found.suppressedClasses = problem.mixture.suppressedClasses(reduced.labels, count: reduced.model.expertCount)
        found.suppressedCounts = problem.mixture.suppressedCounts(reduced.labels, of: found.suppressedClasses)
        found.withheldColumns = problem.mixture.withheldColumns(count: reduced.model.expertCount)
        let standardErrors = problem.errors(of: reduced)
        found.errors = standardErrors.errors?.shifted(by: found.center, of: found.model)
        let order = found.orderOfWeight
        var fitted = problem.standardisation.inUserUnits(found.reordered(order))
        fitted.errors = fitted.errors?.released
        let marginals = problem.marginals(reduced.labels, count: reduced.model.expertCount)
        fitted.marginals = marginals.isEmpty ? [] : order.map { marginals[$0] }
        if let rule = options.siteRule {
            fitted.withholdStatistics(
                of: Set(order.indices.filter { !rule.allows(problem.parts(of: order[$0], reduced.labels)) }))
        }
        let verdict = verdict(reduced, problem)
        var report = AggregationReport(
            settings: AggregationSettings(options, method: aggregator.name),
            sites: sites(reduced, problem, order: order), leftOut: examined.leftOut,
            siteWeights: problem.options.siteWeights, support: problem.supportOrigin,
            supportSize: problem.transport.pointCount, objectives: reduced.objectives, converged: reduced.converged,
            start: reduced.start, candidates: reduced.candidates, chosen: reduced.chosen,
            warnings: examined.leftOut.map(\.warning) + examined.warnings + warnings(reduced, problem)
                + pointMasses(reduced, problem, order: order) + losses(verdict))
        report.verdict = verdict
        if let reason = standardErrors.obstacle {
            report.warnings.append(
                .otherStandardErrors(
                    asked: options.errors, reason: reason, areByFormulas: standardErrors.errors != nil))
        }
        if contributions.count > 1 {
            report.agreement = SiteAgreement(problem, labels: reduced.labels).experts(order)
        }
        return GlobalModel(fitted: fitted, report: report)
    }

    private func sites(
        _ reduced: ReducedMixture, _ problem: AggregationProblem, order: [Int]
    ) -> [AggregationReport.Site] {
        let total = problem.contributions.reduce(0) { $0 + $1.fitted.weight }
        return problem.contributions.enumerated().map { site, contribution in
            let labels = problem.mixture.members[site].map { order.firstIndex(of: reduced.labels[$0]) ?? 0 }
            return AggregationReport.Site(
                name: contribution.name, rows: contribution.fitted.rowCount,
                weight: contribution.fitted.weight / total, labels: labels)
        }
    }

    /// A method that was asked for by name is known to lose.
    private func losses(_ verdict: ReductionVerdict?) -> [AggregationWarning] {
        guard let verdict, verdict.isLossy, aggregator.name == TransportAggregator.chosen.name else { return [] }
        return [.lossyReduction(loss: verdict.loss, standardError: verdict.standardError)]
    }

    private func pointMasses(
        _ reduced: ReducedMixture, _ problem: AggregationProblem, order: [Int]
    ) -> [AggregationWarning] {
        let experts = problem.mixture.pointMasses(reduced.labels, count: reduced.model.expertCount)
            .compactMap { order.firstIndex(of: $0) }
        return experts.isEmpty ? [] : [.pointMasses(experts: experts.map { $0 + 1 }.sorted())]
    }

    /// Which local models keep the global one from having errors, and why.
    ///
    /// Their part of the estimates has no known error: without it the errors would be those of other estimates, and the information
    /// of their statistics says how sure they were only if it were known which rows belong to which expert, which is too sure.
    private func withoutErrors(_ reduced: ReducedMixture, _ problem: AggregationProblem) -> [AggregationWarning] {
        let contributions = problem.contributions
        let without = contributions.filter { $0.fitted.errors == nil }
        guard reduced.errors == .statistics, (1..<contributions.count).contains(without.count) else { return [] }
        let named = without.prefix(3).map { site in
            ModelWithoutStandardErrors(name: site.name, reason: MissingStandardErrors(site.warnings) ?? .notKnown)
        }
        return [.noStandardErrors(models: Array(named), count: without.count, of: contributions.count)]
    }

    private func warnings(_ reduced: ReducedMixture, _ problem: AggregationProblem) -> [AggregationWarning] {
        var result = [AggregationWarning]()
        let contributions = problem.contributions
        for (previous, next) in zip(contributions, contributions.dropFirst()) where previous.fitted == next.fitted {
            result.append(.duplicatedModel(first: previous.name, second: next.name))
        }
        if let site = SiteShares.dominant(contributions.map { ($0.name, $0.fitted.weight) }) {
            result.append(.dominantSite(site: site.name, share: site.share))
        }
        if options.expertCount == nil, options.expertCountRange == nil,
            let most = contributions.max(by: { $0.fitted.model.regressionCount < $1.fitted.model.regressionCount }),
            most.fitted.model.regressionCount > contributions.usualExpertCount
        {
            result.append(
                .manyExpertsOfOneSite(
                    site: most.name, experts: most.fitted.model.regressionCount, used: reduced.model.regressionCount))
        }
        let support = problem.support
        let share = support.effectivePoints / Double(support.weights.count)
        if share < Self.leastEffectiveShare {
            result.append(
                .supportElsewhere(effectivePoints: Int(support.effectivePoints), points: support.weights.count))
        }
        let expertCount = reduced.model.expertCount
        let regressions = reduced.model.regressionCount
        if options.expertCountRange == nil, let asked = options.expertCount, asked != regressions {
            result.append(.otherExpertCount(asked: asked, method: aggregator.name, experts: regressions))
        }
        let empty = (0..<expertCount).filter { !reduced.labels.contains($0) }
        if !empty.isEmpty { result.append(.emptyExperts(empty: empty.count, of: expertCount)) }
        return reduced.warnings + problem.mixture.unknownClasses.map { .unknownClass(class: $0) }
            + problem.mixture.unknownCovariates.map {
                problem.mixture.isWithheld($0)
                    ? .withheldCovariate(covariate: problem.mixture.design.covariates[$0])
                    : .unknownCovariate(covariate: problem.mixture.design.covariates[$0])
            }
            + withoutErrors(reduced, problem) + result
    }
}

extension AggregationProblem {
    /// What each site has of a global expert.
    fileprivate func parts(of expert: Int, _ labels: [Int]) -> [SiteRule.Part] {
        zip(contributions, mixture.members).flatMap { contribution, members in
            let own = members.filter { labels[$0] == expert }.map { mixture.components[$0].moments }
            return contribution.siteShares.map { SiteRule.Part(own, share: $0) }
        }
    }
}
