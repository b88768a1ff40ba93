import Numerics

/// How often the labels of two labellings of the same rows meet.
struct Contingency {
    let rowCount: Int
    /// Rows of each label of the first and the second labelling, in the order in which labels appear.
    let firstCounts: [Int]
    let secondCounts: [Int]
    /// Rows with both labels, where there are any, by label of the first * labels of the second + label of the second.
    private let cells: [Int: Int]

    init(_ first: [Int], _ second: [Int]) {
        precondition(first.count == second.count, "one label per row in each labelling")
        let (rows, columns) = (Self.numbered(first), Self.numbered(second))
        rowCount = first.count
        firstCounts = rows.counts
        secondCounts = columns.counts
        var cells = [Int: Int]()
        for (row, column) in zip(rows.labels, columns.labels) {
            cells[row * columns.counts.count + column, default: 0] += 1
        }
        self.cells = cells
    }

    /// The labels as numbers from 0, and the rows of each.
    private static func numbered(_ labels: [Int]) -> (labels: [Int], counts: [Int]) {
        var numbers = [Int: Int]()
        var counts = [Int]()
        let numbered = labels.map { label in
            let number = numbers[label] ?? counts.count
            if number == counts.count {
                numbers[label] = number
                counts.append(0)
            }
            counts[number] += 1
            return number
        }
        return (numbered, counts)
    }

    /// Labels of the first x labels of the second labelling.
    var table: Matrix {
        var result = Matrix(rowCount: firstCounts.count, columnCount: secondCounts.count)
        for (cell, count) in cells { result[cell / secondCounts.count, cell % secondCounts.count] = Double(count) }
        return result
    }

    // MARK: Pairs of rows

    var pairs: Double { Self.pairs(rowCount) }
    /// Pairs with one label in the first labelling.
    var pairsInFirst: Double { firstCounts.reduce(0) { $0 + Self.pairs($1) } }
    var pairsInSecond: Double { secondCounts.reduce(0) { $0 + Self.pairs($1) } }
    /// Pairs with one label in both.
    var pairsInBoth: Double { cells.values.reduce(0) { $0 + Self.pairs($1) } }

    private static func pairs(_ count: Int) -> Double { 0.5 * Double(count) * Double(count - 1) }
}
