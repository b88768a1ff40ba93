/// The linear assignment problem: every row to a column of its own, at the least total cost.
///
/// minimise Σ_i c(i, π(i)) over injective π from the rows to the columns; n x m with n ≤ m. Shortest augmenting paths with
/// potentials, in O(n² m) (Jonker & Volgenant 1987): rows enter one by one, each by the cheapest chain of changes.
package struct LinearAssignment: Sendable, Equatable {
    /// The column of each row.
    package let columns: [Int]
    /// u of the dual: u_i + v_j ≤ c_ij, with equality where row i has column j.
    package let rowPotentials: [Double]
    /// v of the dual: never positive, 0 for columns that no row has.
    package let columnPotentials: [Double]
    package let cost: Double

    /// - Parameter costs: finite; not more rows than columns.
    package init(_ costs: Matrix) {
        precondition(costs.rowCount <= costs.columnCount, "a column for every row")
        precondition(costs.storage.allSatisfy(\.isFinite), "costs must be finite")
        var search = AssignmentSearch(costs)
        for row in 0..<costs.rowCount { search.assign(row) }
        var columns = [Int](repeating: 0, count: costs.rowCount)
        for (column, row) in search.rowOfColumn.enumerated() {
            if let row { columns[row] = column }
        }
        self.columns = columns
        rowPotentials = search.rowPotentials
        columnPotentials = search.columnPotentials
        cost = columns.enumerated().reduce(0) { $0 + costs[$1.offset, $1.element] }
    }
}

/// An assignment of the first rows, optimal for them.
private struct AssignmentSearch {
    let costs: Matrix
    var rowPotentials: [Double]
    var columnPotentials: [Double]
    var rowOfColumn: [Int?]

    init(_ costs: Matrix) {
        self.costs = costs
        rowPotentials = [Double](repeating: 0, count: costs.rowCount)
        columnPotentials = [Double](repeating: 0, count: costs.columnCount)
        rowOfColumn = [Int?](repeating: nil, count: costs.columnCount)
    }

    /// Dijkstra's search over the columns, from a row that has none to a column that is free.
    mutating func assign(_ row: Int) {
        let count = costs.columnCount
        var distances = [Double](repeating: .infinity, count: count)
        var previous = [Int?](repeating: nil, count: count)
        var isVisited = [Bool](repeating: false, count: count)
        var current = (row: row, column: Int?.none, distance: 0.0)
        while true {
            var nearest: Int?
            for column in 0..<count where !isVisited[column] {
                let reduced = costs[current.row, column] - rowPotentials[current.row] - columnPotentials[column]
                if current.distance + reduced < distances[column] {
                    distances[column] = current.distance + reduced
                    previous[column] = current.column
                }
                if nearest.map({ distances[column] < distances[$0] }) ?? true { nearest = column }
            }
            guard let column = nearest else { return }
            isVisited[column] = true
            guard let owner = rowOfColumn[column] else {
                raisePotentials(row, isVisited, distances, by: distances[column])
                return change(to: column, from: row, previous)
            }
            current = (owner, column, distances[column])
        }
    }

    /// Keeps the potentials feasible, and tight along the path.
    private mutating func raisePotentials(_ row: Int, _ isVisited: [Bool], _ distances: [Double], by length: Double) {
        rowPotentials[row] += length
        for column in isVisited.indices where isVisited[column] {
            guard let owner = rowOfColumn[column] else { continue }
            rowPotentials[owner] += length - distances[column]
            columnPotentials[column] -= length - distances[column]
        }
    }

    /// Every row on the path moves on by one column.
    private mutating func change(to end: Int, from row: Int, _ previous: [Int?]) {
        var column = end
        while let before = previous[column] {
            rowOfColumn[column] = rowOfColumn[before]
            column = before
        }
        rowOfColumn[column] = row
    }
}
