import MixtureOfExperts
import Numerics

/// Columns that a rule made constant at a site, in a step of the coordinator.
///
/// The constants of two sites differ by what rules and rounding leave, and a step would divide by that whatever else their responses differ by. So
/// such a site says nothing of the slope: its responses are moved to the mean that the column has at the sites that release it, along the slope of the
/// mixture that all have, and the slope where no site releases the column stays what it is. Where steps end, the slope solves the
/// equations of the sites that release it, and the intercept those of all.
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

    /// The moments of an expert over all sites without a contrast of withheld constants.
    func momentsWithoutContrasts(_ expert: Int, _ sites: [RoundStatistics]) -> Moments {
        var moments = sites.map { $0.moments[expert] }
        let columns = Set(sites.flatMap { $0.withheld.isEmpty ? [] : $0.withheld[expert].map(\.key) }).sorted()
        for column in columns {
            let isWithheld = sites.map { !$0.withheld.isEmpty && $0.withheld[expert][column] != nil }
            let released = Moments.sum(
                zip(moments, isWithheld).lazy.filter { !$0.1 }.map(\.0), count: design.covariateCount + 1)
            let mean = released.weight > 0 ? released.mean[column] : global.moments[expert].mean[column]
            let slope = slope(of: column, expert)
            for index in sites.indices where isWithheld[index] && moments[index].weight > 0 {
                moments[index] = moments[index].moved(column, to: mean, slope: slope)
                if released.scatter[column, column] > 0 { continue }
                moments[index] = moments[index].varying(column, variance: variance(of: column, expert), slope: slope)
            }
        }
        return Moments.sum(moments, count: design.covariateCount + 1)
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
