import Foundation
import Tables

/// Reads one file several times.
///
/// It is in the system's cache after the first: the disk is not measured.
struct ReadingWork: Work {
    var path: String
    var what: String
    var repeats: Int

    func perform() throws -> [Measurement] {
        let bytes = (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        let (times, table) = try Stopwatch.repeated(repeats) { try DataTable.read(path: path) }
        let seconds = times.median
        // A reader that loses digits is not fast: the sum of all numbers is the same for every one that does not.
        let sum = try table.columnNames.reduce(0) { try $0 + table.numbers($1).reduce(0, +) }
        return [
            Measurement(
                what: what, sizes: ["rows": table.rowCount, "columns": table.columns.count], seconds: seconds,
                repeats: repeats, score: .init(name: "sum", value: sum),
                figures: ["MB/s": Double(bytes) / 1e6 / seconds, "ns/row": 1e9 * seconds / Double(table.rowCount)])
        ]
    }
}
