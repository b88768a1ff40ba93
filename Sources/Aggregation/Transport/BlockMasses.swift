import MixtureOfExperts
import Numerics

/// Masses of components at points, by blocks of points: [component][lane] in each, lanes beyond the last point 0.
///
/// With ten thousand local models this is the one thing of size points x components that is kept.
package struct BlockMasses: Sendable {
    let pointCount: Int
    let componentCount: Int
    let blocks: [[Double]]

    private static let lanes = RowBlock.capacity

    init(pointCount: Int, componentCount: Int, blocks: [[Double]]) {
        self.pointCount = pointCount
        self.componentCount = componentCount
        self.blocks = blocks
    }

    /// - Parameter masses: points x components.
    init(_ masses: Matrix) {
        self.init(pointCount: masses.rowCount, componentCount: masses.columnCount) { masses[$0, $1] }
    }

    private init(pointCount: Int, componentCount: Int, _ mass: (_ point: Int, _ component: Int) -> Double) {
        self.init(
            pointCount: pointCount, componentCount: componentCount,
            blocks: stride(from: 0, to: pointCount, by: Self.lanes).map { start in
                var block = [Double](repeating: 0, count: componentCount * Self.lanes)
                for component in 0..<componentCount {
                    for lane in 0..<min(Self.lanes, pointCount - start) {
                        block[component * Self.lanes + lane] = mass(start + lane, component)
                    }
                }
                return block
            })
    }

    subscript(point: Int, component: Int) -> Double {
        blocks[point / Self.lanes][component * Self.lanes + point % Self.lanes]
    }

    /// Points x components.
    var matrix: Matrix {
        var result = Matrix(rowCount: pointCount, columnCount: componentCount)
        for component in 0..<componentCount {
            for point in 0..<pointCount { result[point, component] = self[point, component] }
        }
        return result
    }

    /// The masses of some components at some points, their sum 1 again; nil where they have none.
    func part(points: [Int], components: [Int]) -> BlockMasses? {
        let part = BlockMasses(pointCount: points.count, componentCount: components.count) {
            self[points[$0], components[$1]]
        }
        let total = part.blocks.reduce(0) { $1.reduce($0, +) }
        guard total > 0 else { return nil }
        return BlockMasses(
            pointCount: points.count, componentCount: components.count,
            blocks: part.blocks.map { $0.map { $0 / total } })
    }

    /// The masses of the components of each label; points x `count`.
    func sums(byLabel labels: [Int], count: Int, _ parallelism: Parallelism) -> Matrix {
        let lanes = Self.lanes
        let sums = parallelism.map(count: blocks.count) { index in
            var sums = [Double](repeating: 0, count: count * lanes)
            for (component, label) in labels.enumerated() {
                for lane in 0..<lanes { sums[label * lanes + lane] += blocks[index][component * lanes + lane] }
            }
            return sums
        }
        var result = Matrix(rowCount: pointCount, columnCount: count)
        for point in 0..<pointCount {
            for label in 0..<count { result[point, label] = sums[point / lanes][label * lanes + point % lanes] }
        }
        return result
    }
}
