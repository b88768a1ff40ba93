import Foundation

/// Softmax over the first index of values[row][lane].
package enum Softmax {
    package static func normalise(
        _ values: UnsafeMutablePointer<Double>, rows: Int, lanes: Int, logSums: UnsafeMutablePointer<Double>
    ) {
        for lane in 0..<lanes {
            var largest = values[lane]
            for row in 1..<max(rows, 1) { largest = max(largest, values[row * lanes + lane]) }
            var sum = 0.0
            for row in 0..<rows {
                let value = exp(values[row * lanes + lane] - largest)
                values[row * lanes + lane] = value
                sum += value
            }
            let inverse = 1 / sum
            for row in 0..<rows { values[row * lanes + lane] *= inverse }
            logSums[lane] = largest + log(sum)
        }
    }
}
