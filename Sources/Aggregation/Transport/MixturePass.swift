import Foundation
import MixtureOfExperts

/// The weights of the sites and the gates of their models on some blocks of points.
///
/// A few blocks together: what the sketch and the gates of many sites hold does not fit a cache, and is read once for
/// all of them.
final class MixturePass {
    private static let lanes = RowBlock.capacity
    private static let blocksInPart = 4

    private let mixture: LocalMixture
    private let blocks: [PackedBlock]

    /// An element of an array: a block itself cannot be copied.
    private final class PackedBlock {
        let values: RowBlock

        init(_ values: consuming RowBlock) { self.values = values }
    }

    /// Points that one pass sees.
    static func parts(of pointCount: Int) -> [Range<Int>] {
        let size = blocksInPart * lanes
        return stride(from: 0, to: pointCount, by: size).map { $0..<min($0 + size, pointCount) }
    }

    init(_ mixture: LocalMixture, _ rows: ShardRows, _ range: Range<Int>) {
        self.mixture = mixture
        blocks = stride(from: range.lowerBound, to: range.upperBound, by: Self.lanes).map { start in
            let block = RowBlock(momentCount: mixture.design.momentCount)
            rows.forEachBlock(in: start..<min(start + Self.lanes, range.upperBound), block) { _, _ in }
            return PackedBlock(block)
        }
    }

    /// Weight of the point · λ_m(x) π̂_mj(x); for each block [component][lane].
    func masses() -> [[Double]] {
        let weights = siteWeights()
        let sites = mixture.sites.count
        var result = blocks.map { _ in [Double](repeating: 0, count: mixture.components.count * Self.lanes) }
        let gates = BlockValues(mixture.members.reduce(0) { max($0, $1.count) })
        for (site, members) in mixture.members.enumerated() {
            for (index, block) in blocks.enumerated() {
                formGates(members, block.values, into: gates)
                let weight = weights[index * sites + site]
                for component in members {
                    let gate = gates[component - members.lowerBound]
                    let first = component * Self.lanes
                    for lane in 0..<Self.lanes {
                        result[index][first + lane] = block.values.weights[lane] * (weight[lane] * gate[lane])
                    }
                }
            }
        }
        return result
    }

    /// π̂_mj(x) of the components of a site.
    private func formGates(_ members: Range<Int>, _ block: borrowing RowBlock, into gates: borrowing BlockValues) {
        let length = mixture.design.momentCount
        mixture.gateCoefficients.withUnsafeBufferPointer { coefficients in
            block.linearPredictors(
                coefficients: coefficients.baseAddress! + members.lowerBound * length, count: members.count,
                into: gates.pointer)
        }
        withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.lanes) { logSums in
            block.softmax(gates.pointer, count: members.count, logSums: logSums.baseAddress!)
        }
    }

    /// λ_m(x); [block][site][lane].
    ///
    /// In logarithms until the sites are compared: far from a site its density underflows, and at some x all of them may.
    private func siteWeights() -> BlockValues {
        let sites = mixture.sites.count
        let weights = BlockValues(blocks.count * sites)
        guard mixture.siteWeights == .density else {
            let total = mixture.sites.reduce(0) { $0 + $1.weight }
            for block in blocks.indices {
                for (site, fitted) in mixture.sites.enumerated() {
                    weights[block * sites + site].update(repeating: fitted.weight / total, count: Self.lanes)
                }
            }
            return weights
        }
        let densities = BlockValues(mixture.members.reduce(0) { max($0, $1.count) })
        for (site, members) in mixture.members.enumerated() {
            for (index, block) in blocks.enumerated() {
                for component in members {
                    mixture.sketch.densities.logDensity(
                        component, on: block.values, into: densities[component - members.lowerBound])
                }
                block.values.logSumExp(
                    densities.pointer, count: members.count, into: weights[index * sites + site])
            }
        }
        withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.lanes) { logSums in
            for (index, block) in blocks.enumerated() {
                shrink(weights, first: index * sites, block.values)
                block.values.softmax(weights[index * sites], count: sites, logSums: logSums.baseAddress!)
            }
        }
        return weights
    }

    /// Draws log N_m p_m(x) towards log N_m p̄(x), p̄ the density of all sites, as far as the densities differ by chance.
    private func shrink(_ weights: borrowing BlockValues, first: Int, _ block: borrowing RowBlock) {
        let densities = mixture.sketch.densities
        guard densities.ownShares.contains(where: { $0 < 1 }) else { return }
        let pooled = BlockValues(1)
        block.logSumExp(weights[first], count: densities.ownShares.count, into: pooled.pointer)
        for (site, (own, share)) in zip(densities.ownShares, densities.weightShares).enumerated() {
            let values = weights[first + site]
            let prior = (1 - own) * log(share)
            for lane in 0..<Self.lanes {
                // Of sites without weight the logarithm is not finite.
                values[lane] = (own > 0 ? own * (values[lane] - pooled.pointer[lane]) : 0) + prior
            }
        }
    }

    /// λ_1(x) + … + λ_m(x); [point][site].
    func cumulatedSiteWeights() -> [Double] {
        let weights = siteWeights()
        let sites = mixture.sites.count
        var result = [Double](repeating: 0, count: blocks.count * Self.lanes * sites)
        for index in blocks.indices {
            for lane in 0..<Self.lanes {
                let first = (index * Self.lanes + lane) * sites
                var sum = 0.0
                for site in 0..<sites {
                    sum += weights[index * sites + site][lane]
                    result[first + site] = sum
                }
            }
        }
        return result
    }
}
