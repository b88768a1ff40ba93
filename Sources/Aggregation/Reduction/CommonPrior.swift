import MixtureOfExperts

/// The prior of slopes without a finite maximum in an expert that is common to local ones.
///
/// What a prior pulls at a site is in its score, and so not in the sum of the scores: the sum has the prior once. Where a component has
/// rows that say something of a slope and no prior on it, its slope has a finite maximum there, and so has that of the sum.
extension LocalMixture {
    /// Of the variation of a regressor beside its intercept, relative: below it nothing is said of a slope.
    private static let constant = 1e-9
    /// Of a covariate with more than two values, in pooled standard units: two standard deviations.
    private static let usualUnit = 2.0

    /// - Returns: for one expert; nil where no slope has one.
    func commonPrior(_ members: [Int]) -> SlopePrior? {
        let priors = members.compactMap { components[$0].prior }
        guard !priors.isEmpty, let count = components[members[0]].information?.size else { return nil }
        let units = (0..<count).map { index in commonUnit(index, members) ?? 0 }
        let prior = SlopePrior(experts: [units], gate: [], weight: priors.map(\.weight).max() ?? 1)
        return prior.isEmpty ? nil : prior
    }

    /// Of a model whose experts are from the statistics of the components of each label; nil where no slope has one.
    func priors(_ labels: [Int], of model: MixtureModel) -> SlopePrior? {
        let own = model.experts.indices.map { expert in
            let members = components(labelled: expert, in: labels)
            return members.isEmpty ? nil : commonPrior(members)
        }
        guard let weight = own.compactMap({ $0?.weight }).max() else { return nil }
        return SlopePrior(
            experts: zip(model.experts, own).map { expert, own in
                own?.experts[0] ?? [Double](repeating: 0, count: expert.coefficients.count)
            }, gate: [Double](repeating: 0, count: model.design.gatePositions.count), weight: weight)
    }

    private func commonUnit(_ index: Int, _ members: [Int]) -> Double? {
        guard !design.expertLayout.isIntercept(index) else { return nil }
        var unit: Double?
        for member in members where isInformed(member, of: index) {
            guard let own = components[member].prior?.experts[0][index], own > 0 else { return nil }
            unit = unit.map { abs($0 - own) < 1e-6 * own ? $0 : Self.usualUnit } ?? own
        }
        return unit
    }

    /// Whether the rows of a component vary in the regressor of a slope.
    private func isInformed(_ member: Int, of index: Int) -> Bool {
        guard let information = components[member].information else { return false }
        let intercept = design.expertLayout.intercept(of: design.expertLayout.predictor(index))
        let (own, cross) = (information[index, index], information[index, intercept])
        let base = information[intercept, intercept]
        return base > 0 && own - cross * cross / base > Self.constant * own
    }
}
