import Foundation
import Numerics
import Tables

/// A way to read a CSV file; all give the same.
package struct CSVReading: Sendable, CustomStringConvertible {
    package var threads: Int
    package var partSize: Int
    /// Whether runs of plain numbers are read on a fast path.
    package var plainRuns: Bool

    package init(threads: Int, partSize: Int, plainRuns: Bool) {
        self.threads = threads
        self.partSize = partSize
        self.plainRuns = plainRuns
    }

    /// Byte by byte, from the first to the last: what the others are held beside.
    package static let slow = CSVReading(threads: 1, partSize: 1 << 20, plainRuns: false)

    package static func all(partSizes: [Int]) -> [CSVReading] {
        [CSVReading(threads: 1, partSize: 1 << 20, plainRuns: true)]
            + partSizes.flatMap { size in
                [true, false].map { CSVReading(threads: 3, partSize: size, plainRuns: $0) }
            }
    }

    package var description: String {
        "parts of \(partSize), threads \(threads), fast path \(plainRuns ? "on" : "off")"
    }

    /// What reading comes to.
    package enum Outcome: Equatable {
        /// Every bit of the columns, and the line of each row.
        case table(columns: [String], lines: [Int])
        case refusal(TableError)
    }

    package func outcome(_ bytes: Data, _ options: TableOptions) -> Outcome {
        do throws(TableError) {
            var options = options
            options.parallelism = Parallelism(threads: threads)
            var reader = try CSVReader(source: "t.csv", data: bytes, options: options)
            reader.partSize = partSize
            reader.plainRuns = plainRuns
            return Outcome(try reader.table())
        } catch {
            return .refusal(error)
        }
    }
}

extension CSVReading.Outcome {
    package init(_ table: DataTable) {
        let lines = (0..<table.rowCount).map(table.line(ofRow:))
        self = .table(columns: table.columns.map(Self.spelled), lines: lines)
    }

    private static func spelled(_ column: TableColumn) -> String {
        guard case .numbers(let values) = column.content else { return "\(column)" }
        return column.name + values.map { String($0.bitPattern, radix: 16) }.joined(separator: " ")
    }
}
