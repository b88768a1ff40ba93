import Foundation
import Numerics
import StudyData
import Testing

/// Tables with categories and gaps, and the study that reads them.
enum StudySample {
    static let header = "origin,month,temp,night,y,w"

    /// Two groups with a regression each; `origin` and `night` are text, `temp` has gaps.
    static func csv(
        seed: UInt64, rows: Int = 300, origins: [String] = ["EWR", "JFK", "LGA"], gaps: Bool = true
    ) -> String {
        var random = RandomNumbers(seed: seed)
        let effects = ["EWR": 0.0, "JFK": 2, "LGA": -3]
        let lines = (0..<rows).map { _ in
            let origin = origins[random.index(below: origins.count)]
            let month = random.index(below: 3) + 1
            let temp = 10 + 3 * random.normal()
            let isNight = random.uniform() < 0.4
            let isFirst = random.uniform() < 0.5
            let mean =
                isFirst
                ? 3 + (effects[origin] ?? 0) + 0.5 * temp + (isNight ? 1 : 0) : -20 + Double(month) - temp
            let y = mean + 0.5 * random.normal()
            let shown = gaps && random.uniform() < 0.1 ? "" : "\(temp)"
            return "\(origin),\(month),\(shown),\(isNight ? "yes" : "no"),\(y),\(random.index(below: 3) + 1)"
        }
        return ([header] + lines).joined(separator: "\n") + "\n"
    }

    static let study = Study(
        target: "y",
        covariates: [
            .category("origin", levels: ["EWR", "JFK", "LGA"], reference: "JFK"),
            .category("month", levels: ["1", "2", "3"], reference: "1"), .number("temp", missing: .mean),
            .yesNo("night", yes: "yes", no: "no"),
        ], experts: 2, seed: 5)

    /// Another study of the same tables.
    static func study(_ change: (inout Study) -> Void) -> String {
        var study = study
        change(&study)
        return study.text()
    }
}
