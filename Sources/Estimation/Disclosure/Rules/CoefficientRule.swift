import MixtureOfExperts
import Numerics

/// The threshold rule for scores and information of coefficients in a round.
///
/// A row has a part in them by its posterior times the derivatives of log φ, and who chooses the model chooses these: at a steep slope one row
/// may have nearly all of the information. So the rows behind each predictor, and those of them that differ from the usual value of a column, are
/// counted as effective rows, (Σ v)² / Σ v², of both v = w τ |∂ log φ/∂η| and v = -w τ ∂² log φ/∂η².
struct CoefficientRule {
    /// Behind a score, and behind the rows that differ from a usual value.
    let minimumRows: Double
    /// Behind an information, which is a matrix of products.
    let rowsOfProducts: Double

    struct Withheld: Equatable {
        /// Of all experts: predictor a of expert k is k · q + a.
        var predictors = Set<Int>()
        /// Of predictors that are not withheld whole: the covariates, by their numbers among the columns.
        var columns: [Int: Set<Int>] = [:]
    }

    private struct Sums {
        var sum = 0.0
        var squares = 0.0

        mutating func add(_ part: Double) {
            sum += part
            squares += part * part
        }

        var effectiveRows: Double { squares > 0 ? sum / squares * sum : .infinity }
    }

    /// - Parameters:
    ///   - usual: of each column the values that most rows may share, in the units of the rows.
    ///   - rows: at which the sums were taken.
    func withheld(
        _ model: MixtureModel, _ rows: any RowSource, usual: [[Double]], _ parallelism: Parallelism
    ) -> Withheld {
        let columns = model.design.expertCovariates.filter { !usual[$0].isEmpty }
        // Of each part all rows, then those of each value of each column.
        let starts = columns.reduce(into: [1]) { $0.append($0[$0.count - 1] + usual[$1].count) }
        let cells = starts[columns.count]
        let parts = 2 * model.expertCount * model.family.predictorCount
        let sums = sums(model, rows, columns.map { usual[$0] }, columns, starts, parts, parallelism)
        var result = Withheld()
        for part in 0..<parts {
            let own = sums[part * cells..<(part + 1) * cells]
            let predictor = part % (parts / 2)
            let needed = part < parts / 2 ? minimumRows : rowsOfProducts
            guard let all = own.first, all.effectiveRows >= needed * (1 - 1e-9) else {
                result.predictors.insert(predictor)
                continue
            }
            for (index, column) in columns.enumerated() {
                let values = own[(own.startIndex + starts[index])..<(own.startIndex + starts[index + 1])]
                if isRare(all, values) { result.columns[predictor, default: []].insert(column) }
            }
        }
        return result
    }

    private func isRare(_ all: Sums, _ values: ArraySlice<Sums>) -> Bool {
        guard let usual = values.max(by: { $0.sum < $1.sum }) else { return false }
        let others = Sums(sum: all.sum - usual.sum, squares: all.squares - usual.squares)
        // What is left of equal sums is their rounding.
        guard others.sum > 1e-12 * all.sum, others.sum < usual.sum else { return false }
        return others.effectiveRows < minimumRows * (1 - 1e-9)
    }

    private func sums(
        _ model: MixtureModel, _ rows: any RowSource, _ usual: [[Double]], _ columns: [Int], _ starts: [Int],
        _ parts: Int, _ parallelism: Parallelism
    ) -> [Sums] {
        let cells = starts[columns.count]
        let none = [Sums](repeating: Sums(), count: parts * cells)
        return model.sum(ofCoefficientsOver: rows, parallelism, from: none) { sums, block, values, count in
            for row in 0..<count {
                let targets = columns.indices.compactMap { index in
                    usual[index].firstIndex(of: block.column(columns[index] + 1)[row]).map { starts[index] + $0 }
                }
                for part in 0..<parts {
                    let value = values[part * RowBlock.capacity + row]
                    sums[part * cells].add(value)
                    for target in targets { sums[part * cells + target].add(value) }
                }
            }
        } merge: { total, part in
            for index in total.indices {
                total[index].sum += part[index].sum
                total[index].squares += part[index].squares
            }
        }
    }
}
