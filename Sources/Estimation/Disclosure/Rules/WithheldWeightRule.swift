import MixtureOfExperts
import Numerics

/// Complementary suppression in a round: what is withheld must itself be of rows enough.
///
/// Posteriors sum to 1, so that the sums of the experts that are released, less those of all rows, which an earlier answer has, are those
/// of the experts that are withheld. At a model with a slab of a few rows between two experts these rows would be disclosed by their being
/// withheld. So the smallest of the other experts is withheld with them, until the weight that is left out, v_i = Σ of their
/// posteriors, has (Σ v)² / Σ v² of at least the threshold: the site answers for the experts that remain, and nothing of it is biased.
struct WithheldWeightRule {
    let minimumRows: Double

    /// In rows: experts that a site has no rows of have such weights, and what is left out with them is no more than a hundredth of a row.
    private static let negligible = 0.01

    /// - Parameters:
    ///   - small: experts that are withheld for themselves.
    ///   - effectiveRows: of each expert.
    /// - Returns: these and what must be withheld with them, in order; these alone where nothing would be left to release, as of two experts:
    ///   a site with few rows of one of them is no reason to leave it out of the rounds.
    func withheld(
        _ small: [Int], _ model: MixtureModel, _ rows: any RowSource, _ effectiveRows: [Double],
        _ parallelism: Parallelism
    ) -> [Int] {
        var withheld = small
        while !withheld.isEmpty, withheld.count < model.expertCount {
            let (sum, squares) = weight(of: withheld, model, rows, parallelism)
            guard sum > Self.negligible, sum * sum < minimumRows * (1 - 1e-9) * squares else { break }
            let others = model.experts.indices.filter { !withheld.contains($0) }
            guard let smallest = others.min(by: { effectiveRows[$0] < effectiveRows[$1] }) else { break }
            withheld.append(smallest)
        }
        return withheld.count < model.expertCount ? withheld.sorted() : small
    }

    /// Σ w v and Σ w² v² over the rows.
    private func weight(
        of experts: [Int], _ model: MixtureModel, _ rows: any RowSource, _ parallelism: Parallelism
    ) -> (sum: Double, squares: Double) {
        let sums = model.sum(over: rows, by: .posteriors, parallelism, from: [0.0, 0.0]) {
            sums, block, posteriors, _, count in
            for row in 0..<count {
                var share = 0.0
                for expert in experts { share += posteriors[expert * RowBlock.capacity + row] }
                share *= block.weights[row]
                sums[0] += share
                sums[1] += share * share
            }
        } merge: { total, part in
            for index in total.indices { total[index] += part[index] }
        }
        return (sums[0], sums[1])
    }
}
