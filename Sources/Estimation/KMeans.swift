import LinearAlgebra

/// Lloyd's algorithm from k-means++ centres (Arthur & Vassilvitskii 2007).
enum KMeans {
    /// - Parameter points: rows x dimensions, in comparable units.
    /// - Returns: a label 0 ..< count for each row.
    static func labels(_ points: Matrix, count: Int, iterations: Int = 12, using random: inout RandomNumbers) -> [Int] {
        var centres = seeds(points, count: count, using: &random)
        var labels = [Int](repeating: 0, count: points.rowCount)
        for _ in 0..<iterations {
            let distances = squaredDistances(points, centres)
            var changed = false
            for row in labels.indices {
                var best = 0
                for centre in 1..<max(count, 1) where distances[row, centre] < distances[row, best] { best = centre }
                changed = changed || best != labels[row]
                labels[row] = best
            }
            if !changed { break }
            centres = means(points, labels: labels, previous: centres)
        }
        return labels
    }

    private static func seeds(_ points: Matrix, count: Int, using random: inout RandomNumbers) -> [[Double]] {
        var centres = [points.row(random.index(below: points.rowCount))]
        var nearest = [Double](repeating: .infinity, count: points.rowCount)
        while centres.count < count {
            let distances = squaredDistances(points, [centres[centres.count - 1]])
            for row in nearest.indices { nearest[row] = min(nearest[row], distances[row, 0]) }
            centres.append(points.row(random.index(weights: nearest)))
        }
        return centres
    }

    private static func squaredDistances(_ points: Matrix, _ centres: [[Double]]) -> Matrix {
        var result = Matrix(rowCount: points.rowCount, columnCount: centres.count)
        for (index, centre) in centres.enumerated() {
            let target = index * points.rowCount
            for column in 0..<points.columnCount {
                let source = column * points.rowCount
                for row in 0..<points.rowCount {
                    let difference = points.storage[source + row] - centre[column]
                    result.storage[target + row] += difference * difference
                }
            }
        }
        return result
    }

    private static func means(_ points: Matrix, labels: [Int], previous: [[Double]]) -> [[Double]] {
        var sums = previous.map { $0.map { _ in 0.0 } }
        var counts = [Double](repeating: 0, count: previous.count)
        for (row, label) in labels.enumerated() {
            counts[label] += 1
            for column in 0..<points.columnCount { sums[label][column] += points[row, column] }
        }
        // A centre that lost all its points stays.
        return sums.indices.map { index in
            counts[index] > 0 ? sums[index].map { $0 / counts[index] } : previous[index]
        }
    }
}
