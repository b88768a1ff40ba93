import Foundation
import MixtureOfExperts
import Numerics

extension Disclosure {
    /// The classes that an expert must withhold, and those among them that it suppresses: others have not half a row there,
    /// and that a class is absent may be released.
    struct WithheldClasses {
        var expert: Int
        var withheld: Set<Int>
        var suppressed: Set<Int>
    }

    /// Of each expert the classes of the site that too few of its rows have, other than those that are held already.
    func withheldClasses(
        of model: MixtureModel, _ rows: StandardisedRows, besides held: [[Int]], _ parallelism: Parallelism
    ) -> (weights: [[Double]], found: [WithheldClasses]) {
        guard let classes = model.family.response.classes else { return ([], []) }
        let weights = classWeights(classes.count, of: model, rows, parallelism)
        let present = classes.indices.filter { code in weights.reduce(0) { $0 + $1[code] } > 0 }
        let least = leastWeight(of: rows)
        let found = weights.indices.compactMap { expert -> WithheldClasses? in
            let rare = present.filter { weights[expert][$0] < least && !held[expert].contains($0) }
            guard !rare.isEmpty else { return nil }
            let halfARow = least / (2 * minRows)
            return WithheldClasses(
                expert: expert, withheld: Set(rare), suppressed: Set(rare.filter { weights[expert][$0] >= halfARow }))
        }
        return (weights, found)
    }

    /// Σ w τ over the rows of each class: [expert][class].
    func classWeights(
        _ count: Int, of model: MixtureModel, _ rows: StandardisedRows, _ parallelism: Parallelism
    ) -> [[Double]] {
        let none = [Double](repeating: 0, count: count * model.expertCount)
        let sums = model.sum(over: rows, by: .posteriors, parallelism, from: none) {
            sums, block, posteriors, _, rowCount in
            for expert in 0..<model.expertCount {
                for row in 0..<rowCount {
                    sums[expert * count + Int(block.responses[row])] +=
                        block.weights[row] * posteriors[expert * RowBlock.capacity + row]
                }
            }
        } merge: {
            $0.add($1)
        }
        return (0..<model.expertCount).map { Array(sums[$0 * count..<($0 + 1) * count]) }
    }
}

extension MixtureModel {
    /// Of a class that an expert does not show, against another.
    private static let absentLogOdds = log(1e-8)

    /// With an expert that does not show some classes, and which of its coefficients must be held for that.
    ///
    /// The odds between the other classes stay. Without the reference another class has fixed odds against it.
    ///
    /// - Parameter weights: of the rows of each class, the expert's.
    mutating func suppress(_ classes: Set<Int>, of expert: Int, weights: [Double]) -> Set<Int> {
        let layout = design.expertLayout
        func positions(_ code: Int) -> Range<Int> { layout.coefficients(of: code - 1) }
        func set(_ code: Int, _ intercept: Double) {
            for position in positions(code) { experts[expert].coefficients[position] = 0 }
            experts[expert].coefficients[positions(code).lowerBound] = intercept
        }
        let held = classes.filter { $0 > 0 }
        guard classes.contains(0) else {
            for code in held { set(code, Self.absentLogOdds) }
            return Set(held.flatMap(positions))
        }
        let shown = weights.indices.dropFirst().filter { !classes.contains($0) }
        guard let first = shown.max(by: { weights[$0] < weights[$1] }) else {
            for code in held { set(code, 0) }
            return Set(held.flatMap(positions))
        }
        let base = Array(experts[expert].coefficients[positions(first)])
        for code in shown {
            for (index, position) in positions(code).enumerated() {
                experts[expert].coefficients[position] -= base[index]
            }
            experts[expert].coefficients[positions(code).lowerBound] -= Self.absentLogOdds
        }
        for code in held { set(code, 0) }
        return Set((Array(held) + [first]).flatMap(positions))
    }
}
