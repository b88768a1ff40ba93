import Foundation
import Messages

/// This run beside a saved one: ratios new / old of each entry that both have.
struct Comparison {
    var old: ResultFile
    var new: ResultFile

    func show() {
        print("\ncompared with \(old.date), \(old.machine.revision), \(old.machine.processor) (ratios new / old)")
        if old.machine.processor != new.machine.processor || old.machine.cores != new.machine.cores {
            print("another machine: \(new.machine.processor), \(new.machine.cores) cores; times do not compare")
        }
        let before = Dictionary(old.measurements.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        var ratios = [Double]()
        for measurement in new.measurements {
            guard let earlier = before[measurement.key] else { continue }
            ratios.append(measurement.seconds / earlier.seconds)
            print(line(measurement, earlier))
        }
        let missing = Set(before.keys).subtracting(new.measurements.map(\.key)).count
        let mean = exp(ratios.map(log).reduce(0, +) / Double(max(ratios.count, 1)))
        print(
            "\(ratios.count) entries in both, \(missing) in the old one alone; geometric mean of the times ",
            terminator: "")
        print(String(format: "%.3f", mean))
    }

    private func line(_ new: Measurement, _ old: Measurement) -> String {
        var text = "  " + Line.padded(new.key, 64) + String(format: "time %.3f", new.seconds / old.seconds)
        if let memory = new.peakMB, let earlier = old.peakMB {
            text += String(format: "  memory %.3f", memory / earlier)
        }
        if let score = new.score, let earlier = old.score, score.name == earlier.name {
            text += "  \(score.name) " + String(format: "%+.3g", score.value - earlier.value)
        }
        return text
    }
}
