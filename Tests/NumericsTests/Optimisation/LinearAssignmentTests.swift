import Numerics
import TestSupport
import Testing

@Suite struct LinearAssignmentTests {
    /// The least cost over all ways to give each row from `row` on a free column.
    private func enumerated(_ costs: Matrix, from row: Int = 0, without used: Set<Int> = []) -> Double {
        guard row < costs.rowCount else { return 0 }
        return (0..<costs.columnCount).filter { !used.contains($0) }.reduce(.infinity) {
            min($0, costs[row, $1] + enumerated(costs, from: row + 1, without: used.union([$1])))
        }
    }

    /// Normal costs, or whole numbers from 0 to 3 with many ties.
    private func costs(_ rows: Int, _ columns: Int, ties: Bool, seed: UInt64) -> Matrix {
        var random = RandomNumbers(seed: seed)
        var costs = RandomData.matrix(rows, columns, using: &random)
        if ties { for index in costs.storage.indices { costs.storage[index] = Double(random.index(below: 4)) } }
        return costs
    }

    @Test(arguments: [(1, 1), (1, 4), (2, 2), (3, 5), (4, 4), (5, 6), (6, 6)], [false, true])
    func costIsTheLeastOfAll(size: (rows: Int, columns: Int), ties: Bool) {
        for seed in 1...20 as ClosedRange<UInt64> {
            let costs = costs(size.rows, size.columns, ties: ties, seed: seed)
            #expect(difference(LinearAssignment(costs).cost, enumerated(costs)) < 1e-14)
        }
    }

    /// Feasible potentials that are tight where rows have columns prove that no assignment costs less.
    @Test(arguments: [(3, 3), (20, 20), (20, 33), (80, 80), (1, 50)], [false, true])
    func potentialsProveOptimality(size: (rows: Int, columns: Int), ties: Bool) {
        let costs = costs(size.rows, size.columns, ties: ties, seed: 7)
        let assignment = LinearAssignment(costs)
        #expect(Set(assignment.columns).count == size.rows)
        for row in 0..<size.rows {
            for column in 0..<size.columns {
                let reduced =
                    costs[row, column] - assignment.rowPotentials[row] - assignment.columnPotentials[column]
                #expect(reduced > -1e-13)
                if assignment.columns[row] == column { #expect(abs(reduced) < 1e-13) }
            }
        }
        for column in 0..<size.columns {
            #expect(assignment.columnPotentials[column] <= 0)
            if !assignment.columns.contains(column) { #expect(assignment.columnPotentials[column] == 0) }
        }
    }

    @Test func constantsOfRowsAndColumnsChangeNothing() {
        let costs = costs(12, 12, ties: false, seed: 3)
        var moved = costs
        for row in 0..<12 {
            for column in 0..<12 { moved[row, column] += Double(row * row) - 3 * Double(column) }
        }
        #expect(LinearAssignment(moved).columns == LinearAssignment(costs).columns)
    }

    /// The example in the documentation of SciPy's `linear_sum_assignment`.
    @Test func publishedExample() {
        let assignment = LinearAssignment(Matrix(columns: [[4, 2, 3], [1, 0, 2], [3, 5, 2]]))
        #expect(assignment.columns == [1, 0, 2])
        #expect(assignment.cost == 5)
    }

    @Test func noRowsCostNothing() {
        #expect(LinearAssignment(Matrix(rowCount: 0, columnCount: 3)).cost == 0)
    }
}
