import MixtureOfExperts
import Numerics

extension Disclosure {
    /// The gate covariates, by index, that vary in too few of the rows between experts.
    ///
    /// The gate's sums weigh rows by π_a π_b, by how near they are to the border: of a value that many rows have, few may be
    /// near. Values are counted by pair, and for each expert by all of its pairs; a pair that has little weight counts only
    /// there, see ``GateSums/withoutSparsePairs(least:average:)``.
    ///
    /// - Parameters:
    ///   - model: of the experts that are released, in the units of the rows.
    ///   - part: the rows with the share of each that belongs to these experts.
    ///   - constants: the columns with one value in all rows.
    func rareGateCovariates(
        of model: MixtureModel, _ part: any RowSource, _ rows: StandardisedRows, constants: Set<Int>,
        _ parallelism: Parallelism
    ) -> [Int] {
        let usual = usualValues(rows.standardisation)
        let candidates = model.design.gateCovariates.map {
            (column: $0, values: constants.contains($0) ? [] : usual[$0])
        }
        guard candidates.contains(where: { !$0.values.isEmpty }) else { return [] }
        let least = leastWeight(of: rows)
        let (totals, shares) = overlaps(of: candidates, model, part, parallelism)
        let experts = 0..<model.expertCount
        let groups =
            totals.indices.filter { 4 * totals[$0] >= least }.map { [$0] }
            + experts.map { expert in experts.filter { $0 != expert }.map { GateSums.index(expert, $0) } }
        return candidates.indices.filter { index in
            groups.contains { group in
                let total = group.reduce(0) { $0 + totals[$1] }
                let own = shares[index].map { share in group.reduce(0) { $0 + share[$1] } }
                guard let best = own.max() else { return false }
                return isRare(others: 4 * (total - best), usual: 4 * best, least: least)
            }
        }
    }

    /// Σ w π_a π_b of each pair, and over the rows with each value: [column][value][pair].
    private func overlaps(
        of candidates: [(column: Int, values: [Double])], _ model: MixtureModel, _ rows: any RowSource,
        _ parallelism: Parallelism
    ) -> (totals: [Double], shares: [[[Double]]]) {
        let experts = model.expertCount
        let pairs = GateSums.pairCount(experts: experts)
        // In one array, the totals first: the loop runs over all rows.
        let starts = candidates.reduce(into: [pairs]) { $0.append($0[$0.count - 1] + $1.values.count * pairs) }
        let none = [Double](repeating: 0, count: starts[candidates.count])
        let sums = model.sum(over: rows, by: .gates, parallelism, from: none) { sums, block, gates, _, count in
            for row in 0..<count {
                let targets = candidates.indices.compactMap { index in
                    candidates[index].values.firstIndex(of: block.column(candidates[index].column + 1)[row])
                        .map { starts[index] + $0 * pairs }
                }
                var pair = 0
                for first in 0..<experts {
                    for second in 0..<first {
                        let overlap =
                            block.weights[row] * gates[first * RowBlock.capacity + row]
                            * gates[second * RowBlock.capacity + row]
                        sums[pair] += overlap
                        for target in targets { sums[target + pair] += overlap }
                        pair += 1
                    }
                }
            }
        } merge: {
            $0.add($1)
        }
        let shares = candidates.indices.map { index in
            candidates[index].values.indices.map { value in
                Array(sums[(starts[index] + value * pairs)..<(starts[index] + (value + 1) * pairs)])
            }
        }
        return (Array(sums[..<pairs]), shares)
    }
}
