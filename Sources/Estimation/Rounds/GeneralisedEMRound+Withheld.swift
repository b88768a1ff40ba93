import MixtureOfExperts
import Numerics

/// Columns that a rule made constant at a site, in a step of the coordinator.
///
/// The constants of two sites differ by what rules and rounding leave, and a step would divide by that whatever else their responses differ by.
/// Where other sites release how the column varies, the constant is what it is, the mean at the site, and about it the column varies as elsewhere,
/// along the slope that the sites have that release it: the rows are there, and without their spread a contrast of means would count for too much.
/// Where no site does, the responses are moved to one mean of the column along the slope that the mixture has, which so stays what it is.
extension GeneralisedEMRound {
    /// What is kept of the sites as their moments: a withheld column with the spread that it has elsewhere.
    func withSpread(_ site: RoundStatistics) -> RoundStatistics {
        var result = site
        for expert in site.withheld.indices where site.moments[expert].weight > 0 {
            for (column, reason) in site.withheld[expert].sorted(by: { $0.key < $1.key }) {
                let mean = site.moments[expert].mean[column]
                result.moments[expert] = result.moments[expert].varying(
                    column, variance: spread(of: column, at: mean, reason, expert),
                    slope: slope(of: column, expert))
            }
        }
        for position in site.positionsWithoutGate(design) { result.gate = result.gate.without(position) }
        return result
    }

    /// The moments of an expert over all sites without a contrast of withheld constants alone.
    func momentsWithoutContrasts(_ expert: Int, _ sites: [RoundStatistics]) -> Moments {
        var moments = sites.map { $0.moments[expert] }
        let columns = Set(sites.flatMap { $0.withheld.isEmpty ? [] : $0.withheld[expert].map(\.key) }).sorted()
        for column in columns {
            let reasons = sites.map { $0.withheld.isEmpty ? nil : $0.withheld[expert][column] }
            let released = Moments.sum(
                zip(moments, reasons).lazy.filter { $0.1 == nil }.map(\.0), count: design.covariateCount + 1)
            for (index, reason) in reasons.enumerated() where moments[index].weight > 0 {
                guard let reason else { continue }
                moments[index] = filled(moments[index], column, reason, expert, released: released)
            }
        }
        return Moments.sum(moments, count: design.covariateCount + 1)
    }

    private func filled(
        _ own: Moments, _ column: Int, _ reason: WithheldColumn, _ expert: Int, released: Moments
    ) -> Moments {
        guard released.scatter[column, column] > 0 else {
            let slope = slope(of: column, expert)
            let mean = released.weight > 0 ? released.mean[column] : global.moments[expert].mean[column]
            return own.moved(column, to: mean, slope: slope)
                .varying(column, variance: variance(of: column, expert), slope: slope)
        }
        return own.varying(
            column, variance: spread(of: column, at: own.mean[column], reason, expert),
            slope: slope(of: column, in: released, expert))
    }

    /// What moments say of a slope beside the other slopes that the mixture has.
    private func slope(of column: Int, in moments: Moments, _ expert: Int) -> Double {
        guard let position = design.expertCovariates.firstIndex(of: column) else { return 0 }
        let slopes = global.model.experts[expert].coefficients.dropFirst()
        let explained = zip(design.expertCovariates, slopes).enumerated().reduce(0) { sum, entry in
            entry.offset == position ? sum : sum + moments.scatter[column, entry.element.0] * entry.element.1
        }
        return (moments.scatter[column, moments.count - 1] - explained) / moments.scatter[column, column]
    }

    private func slope(of column: Int, _ expert: Int) -> Double {
        global.slopes(of: column).first.map { global.model.experts[expert].coefficients[$0.slope] } ?? 0
    }

    private func variance(of column: Int, _ expert: Int) -> Double {
        let own = global.moments[expert]
        return own.weight > 0 ? own.scatter[column, column] / own.weight : 0
    }

    private func spread(of column: Int, at mean: Double, _ reason: WithheldColumn, _ expert: Int) -> Double {
        let variance = variance(of: column, expert)
        guard variance > 0 else { return 0 }
        let marginal = global.marginals.isEmpty ? nil : global.marginals[expert][column]
        if let values = Marginal.twoValues(of: [(global.moments[expert], marginal)], column: column) {
            return max(0, (mean - values.low) * (values.high - mean))
        }
        return reason == .usualValue ? 0 : variance
    }
}

extension RoundStatistics {
    /// Regressors of the gate that are constant in all experts of the site.
    fileprivate func positionsWithoutGate(_ design: Design) -> [Int] {
        let own = withheld.indices.filter { moments[$0].weight > 0 }
        guard !own.isEmpty else { return [] }
        return design.gateCovariates.indices.filter { index in
            own.allSatisfy { withheld[$0][design.gateCovariates[index]] != nil }
        }.map { $0 + 1 }
    }
}
