import MixtureOfExperts
import Numerics

/// Lloyd's algorithm from k-means++ centres (Arthur & Vassilvitskii 2007).
enum KMeans {
    /// - Parameter points: rows x dimensions, in comparable units.
    /// - Returns: a label 0 ..< count for each row.
    static func labels(_ points: Matrix, count: Int, iterations: Int = 12, using random: inout RandomNumbers) -> [Int] {
        let rows = ShardRows(covariates: points, responses: [Double](repeating: 0, count: points.rowCount))
        var centres = seeds(rows, count: count, using: &random)
        var labels = [Int](repeating: 0, count: points.rowCount)
        for _ in 0..<iterations {
            let step = step(rows, centres, previous: labels)
            labels = step.labels
            if !step.changed { break }
            centres = step.means
        }
        return labels
    }

    private static func seeds(_ rows: ShardRows, count: Int, using random: inout RandomNumbers) -> [[Double]] {
        let points = rows.covariates
        var centres = [points.row(random.index(below: points.rowCount))]
        var nearest = [Double](repeating: .infinity, count: points.rowCount)
        while centres.count < count {
            let distances = squaredDistances(points, centres[centres.count - 1])
            for row in nearest.indices { nearest[row] = min(nearest[row], distances[row]) }
            centres.append(points.row(random.index(weights: nearest)))
        }
        return centres
    }

    private static func squaredDistances(_ points: Matrix, _ centre: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: points.rowCount)
        for (column, middle) in centre.enumerated() {
            for (row, value) in points.column(column).enumerated() {
                result[row] += (value - middle) * (value - middle)
            }
        }
        return result
    }

    /// Rows to the nearest centre, the one of largest c'x - ½|c|², and the means of the rows of each centre.
    private static func step(
        _ rows: ShardRows, _ centres: [[Double]], previous: [Int]
    ) -> (labels: [Int], changed: Bool, means: [[Double]]) {
        let lanes = RowBlock.capacity
        let block = RowBlock(momentCount: rows.momentCount)
        let sums = BlockSums(.linear, factorCount: centres.count, momentCount: rows.momentCount)
        let coefficients = centres.flatMap { (centre: [Double]) -> [Double] in
            [-0.5 * dot(centre, centre)] + centre + [0]
        }
        var labels = previous
        var changed = false
        var scores = [Double](repeating: 0, count: centres.count * lanes)
        var factors = scores
        rows.forEachBlock(in: 0..<rows.rowCount, block) { start, count in
            block.linearPredictors(coefficients: coefficients, count: centres.count, into: &scores)
            for index in factors.indices { factors[index] = 0 }
            for lane in 0..<count {
                var best = 0
                for centre in 1..<max(centres.count, 1)
                where scores[centre * lanes + lane] > scores[best * lanes + lane] { best = centre }
                factors[best * lanes + lane] = 1
                changed = changed || best != labels[start + lane]
                labels[start + lane] = best
            }
            sums.add(block, factors: factors, responseFactors: centres.count)
        }
        return (labels, changed, means(sums.collected(responseFactors: centres.count), centres))
    }

    /// - Parameter sums: Σ (1, x, y) of the rows of each centre.
    private static func means(_ sums: [Double], _ previous: [[Double]]) -> [[Double]] {
        previous.enumerated().map { index, centre in
            let start = index * (centre.count + 2)
            // A centre that lost all its points stays.
            guard sums[start] > 0 else { return centre }
            return centre.indices.map { sums[start + 1 + $0] / sums[start] }
        }
    }
}
