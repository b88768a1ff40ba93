import Synchronization

/// The numbers of one column while threads write them, each to rows of its own.
final class CSVNumberStore: Sendable {
    private let capacity: Int
    private let numbers = Mutex<[Double]>([])

    /// - Parameter capacity: no row beyond it is written.
    init(capacity: Int) {
        self.capacity = capacity
    }

    func write(_ values: UnsafeBufferPointer<Double>, at row: Int) {
        numbers.withLock { stored in
            // Not before there are numbers: the column may turn out to hold text from its first field.
            if stored.isEmpty { stored = [Double](repeating: 0, count: capacity) }
            stored.withUnsafeMutableBufferPointer {
                _ = UnsafeMutableBufferPointer(rebasing: $0[row..<row + values.count]).update(from: values)
            }
        }
    }

    /// Moves numbers to rows before them.
    func move(_ rows: Range<Int>, to row: Int) {
        numbers.withLock { stored in
            guard !stored.isEmpty else { return }
            stored.withUnsafeMutableBufferPointer {
                guard let base = $0.baseAddress else { return }
                (base + row).update(from: base + rows.lowerBound, count: rows.count)
            }
        }
    }

    /// The numbers of the first `rowCount` rows, which are no longer kept here.
    func take(rowCount: Int) -> [Double] {
        numbers.withLock { stored in
            var result: [Double] = []
            swap(&result, &stored)
            result.removeLast(max(0, result.count - rowCount))
            return result
        }
    }
}
