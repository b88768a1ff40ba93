import Synchronization

/// The numbers of one column while threads write them, each to rows of its own.
final class CSVNumberStore: Sendable {
    private let numbers = Mutex<[Double]>([])

    /// - Parameter expected: about how many rows there are in all.
    func write(_ values: UnsafeBufferPointer<Double>, at row: Int, expected: Int) {
        guard !values.isEmpty else { return }
        numbers.withLock { stored in
            let needed = row + values.count
            // Not before there are numbers: the column may turn out to hold text from its first field.
            if stored.isEmpty {
                stored = [Double](repeating: 0, count: max(needed, expected))
            } else if stored.count < needed {
                stored += repeatElement(0, count: max(needed + needed / 8, expected) - stored.count)
            }
            stored.withUnsafeMutableBufferPointer {
                _ = UnsafeMutableBufferPointer(rebasing: $0[row..<row + values.count]).update(from: values)
            }
        }
    }

    /// The first of the rows that has a number.
    func firstNumber(in rows: Range<Int>) -> Int? {
        numbers.withLock { stored in rows.prefix { $0 < stored.count }.first { stored[$0].isFinite } }
    }

    /// Moves numbers to rows before them.
    func move(_ rows: Range<Int>, to row: Int) {
        numbers.withLock { stored in
            guard stored.count >= rows.upperBound else { return }
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
