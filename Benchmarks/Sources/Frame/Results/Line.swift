import Foundation
import Messages

/// A measurement in one line.
enum Line {
    static func text(_ measurement: Measurement) -> String {
        var parts = ["  " + padded(measurement.what, 27) + padded(measurement.sizeWords.joined(separator: " "), 38)]
        parts.append(leftPadded(seconds(measurement.seconds), 11))
        parts.append(leftPadded(measurement.peakMB.map { String(format: "%.0f MB", $0) } ?? "", 9))
        if let score = measurement.score { parts.append("  \(score.name) " + self.score(score.value)) }
        for (name, value) in measurement.figures.sorted(by: { $0.key < $1.key }) {
            parts.append("  " + String(format: "%.4g ", value) + name)
        }
        if let note = measurement.note { parts.append("  (\(note))") }
        return parts.joined()
    }

    private static func seconds(_ value: Double) -> String {
        value < 0.1 ? String(format: "%.3f ms", 1000 * value) : String(format: "%.3f s", value)
    }

    /// Log-likelihoods are compared in their last digits.
    private static func score(_ value: Double) -> String {
        String(format: abs(value) >= 1000 ? "%.3f" : "%.6f", value)
    }

    static func padded(_ text: String, _ width: Int) -> String {
        text.padding(toLength: max(width, text.count + 1), withPad: " ", startingAt: 0)
    }

    private static func leftPadded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
