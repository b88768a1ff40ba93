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
    private let blocks: [RowBlock]

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
            return block
        }
    }

    deinit { blocks.forEach { $0.deallocate() } }

    /// Weight of the point · λ_m(x) π̂_mj(x); for each block [component][lane].
    func masses() -> [[Double]] {
        let weights = siteWeights()
        var result = blocks.map { _ in [Double](repeating: 0, count: mixture.components.count * Self.lanes) }
        let gates = BlockValues(mixture.members.reduce(0) { max($0, $1.count) })
        for (site, members) in mixture.members.enumerated() {
            for (index, block) in blocks.enumerated() {
                formGates(members, block, into: gates)
                let weight = weights[index][site]
                for component in members {
                    let gate = gates[component - members.lowerBound]
                    let first = component * Self.lanes
                    for lane in 0..<Self.lanes {
                        result[index][first + lane] = block.weights[lane] * (weight[lane] * gate[lane])
                    }
                }
            }
        }
        return result
    }

    /// π̂_mj(x) of the components of a site.
    private func formGates(_ members: Range<Int>, _ block: RowBlock, into gates: BlockValues) {
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

    /// λ_m(x); for each block [site][lane].
    ///
    /// In logarithms until the sites are compared: far from a site its density underflows, and at some x all of them may.
    func siteWeights() -> [BlockValues] {
        let weights = blocks.map { _ in BlockValues(mixture.sites.count) }
        guard mixture.siteWeights == .density else {
            let total = mixture.sites.reduce(0) { $0 + $1.weight }
            for values in weights {
                for (site, fitted) in mixture.sites.enumerated() {
                    values[site].update(repeating: fitted.weight / total, count: Self.lanes)
                }
            }
            return weights
        }
        let densities = BlockValues(mixture.members.reduce(0) { max($0, $1.count) })
        for (site, members) in mixture.members.enumerated() {
            for (block, values) in zip(blocks, weights) {
                for component in members {
                    mixture.sketch.logDensity(component, on: block, into: densities[component - members.lowerBound])
                }
                block.logSumExp(densities.pointer, count: members.count, into: values[site])
            }
        }
        withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.lanes) { logSums in
            for (block, values) in zip(blocks, weights) {
                block.softmax(values.pointer, count: mixture.sites.count, logSums: logSums.baseAddress!)
            }
        }
        return weights
    }

    /// λ_1(x) + … + λ_m(x); [point][site].
    func cumulatedSiteWeights() -> [Double] {
        let weights = siteWeights()
        let sites = mixture.sites.count
        var result = [Double](repeating: 0, count: blocks.count * Self.lanes * sites)
        for (index, values) in weights.enumerated() {
            for lane in 0..<Self.lanes {
                let first = (index * Self.lanes + lane) * sites
                var sum = 0.0
                for site in 0..<sites {
                    sum += values[site][lane]
                    result[first + site] = sum
                }
            }
        }
        return result
    }
}
