import Foundation
import MixtureOfExperts
import Numerics

extension LocalMixture {
    /// Parts whose site weights are kept at a time.
    private static let partsAhead = 4

    /// One response per point, drawn from f̂^W: a component by one uniform number, the response by its family.
    ///
    /// The site weights are formed on all threads, a few parts ahead; the numbers are drawn point by point, so that they
    /// do not depend on the threads.
    package func sampleResponses(
        _ points: Matrix, using random: inout RandomNumbers, _ parallelism: Parallelism = .serial
    ) -> [Double] {
        let rows = ShardRows(covariates: points, responses: [Double](repeating: 0, count: points.rowCount))
        let parts = MixturePass.parts(of: points.rowCount)
        var result = [Double]()
        result.reserveCapacity(points.rowCount)
        for first in stride(from: 0, to: parts.count, by: Self.partsAhead) {
            let ahead = first..<min(first + Self.partsAhead, parts.count)
            let weights = parallelism.map(count: ahead.count) {
                MixturePass(self, rows, parts[first + $0]).cumulatedSiteWeights()
            }
            for (part, cumulated) in zip(ahead, weights) {
                for (index, point) in parts[part].enumerated() {
                    let own = cumulated[index * sites.count..<(index + 1) * sites.count]
                    result.append(response(points.row(point), own, using: &random))
                }
            }
        }
        return result
    }

    /// One response per point, drawn from the expert of its component.
    func sampleResponses(_ points: Matrix, ofComponents own: [Int], using random: inout RandomNumbers) -> [Double] {
        own.indices.map { index in
            response(of: components[own[index]].expert, at: points.row(index), using: &random)
        }
    }

    private func response(
        _ point: [Double], _ cumulated: ArraySlice<Double>, using random: inout RandomNumbers
    ) -> Double {
        let threshold = random.uniform() * (cumulated.last ?? 1)
        let site = min(cumulated.partition(above: threshold) - cumulated.startIndex, sites.count - 1)
        let model = sites[site].model
        let before = site > 0 ? cumulated[cumulated.startIndex + site - 1] : 0
        let share = cumulated[cumulated.startIndex + site] - before
        var gates = (0..<model.expertCount).map { expert in
            let gate = model.gate.coefficients.column(expert)
            return (gate.first ?? 0) + dot(gate.dropFirst(), design.gateCovariates.map { point[$0] })
        }
        Scalar.softmax(&gates)
        var remaining = threshold - before
        var chosen = gates.count - 1
        for (expert, gate) in gates.enumerated() {
            remaining -= share * gate
            if remaining < 0 {
                chosen = expert
                break
            }
        }
        return response(of: model.experts[chosen], at: point, using: &random)
    }

    private func response(of expert: Expert, at point: [Double], using random: inout RandomNumbers) -> Double {
        if let fixed = expert.fixed { return fixed.distribution.sample(using: &random) }
        return family.sample(design.predictors(expert, at: point), dispersion: expert.dispersion, using: &random)
    }
}

extension LocalMixture {
    /// log f̂^W(y | x) of rows in pooled standard units.
    func logDensities(_ rows: ShardRows) -> [Double] {
        var joint = masses(rows.covariates)
        let experts = components.map(\.expert)
        let predictors = MixtureModel(design: design, family: family, ungated: experts).predictors(rows.covariates)
        family.forEachLogDensity(
            experts, predictors: predictors, responses: rows.responses
        ) { component, logDensities in
            for (row, value) in logDensities.enumerated() {
                joint[row, component] = log(joint[row, component]) + value
            }
        }
        return (0..<joint.rowCount).map { Scalar.logSumExp(joint.row($0)) }
    }

    /// log f̂_m(y | x) of rows in pooled standard units, m the site of the component that each row is of.
    func logDensities(_ rows: ShardRows, ofComponents own: [Int]) -> [Double] {
        var result = [Double](repeating: 0, count: own.count)
        var indices = [[Int]](repeating: [], count: components.count)
        for (row, component) in own.enumerated() { indices[component].append(row) }
        for (site, members) in zip(sites, members) {
            let chosen = members.flatMap { indices[$0] }
            guard !chosen.isEmpty else { continue }
            let subset = rows.subset(chosen)
            let values = site.model.logDensities(subset.covariates, responses: subset.responses)
            for (row, value) in zip(chosen, values) { result[row] = value }
        }
        return result
    }
}

extension ArraySlice<Double> {
    /// The first index whose value is above a threshold, in ascending values.
    fileprivate func partition(above threshold: Double) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] > threshold { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
