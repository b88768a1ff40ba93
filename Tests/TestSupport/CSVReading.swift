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

    /// What reading comes to; equal where every bit of the columns is, and the line of each row.
    package enum Outcome {
        case table(DataTable)
        case refusal(TableError)
    }

    package func outcome(_ bytes: Data, _ options: TableOptions) -> Outcome {
        do throws(TableError) {
            var options = options
            options.parallelism = Parallelism(threads: threads)
            var reader = try CSVReader(source: "t.csv", data: bytes, options: options)
            reader.partSize = partSize
            reader.plainRuns = plainRuns
            return .table(try reader.table())
        } catch {
            return .refusal(error)
        }
    }
}

extension CSVReading.Outcome: Equatable {
    package static func == (one: Self, other: Self) -> Bool {
        switch (one, other) {
        case (.table(let one), .table(let other)): areEqual(one, other)
        case (.refusal(let one), .refusal(let other)): one == other
        default: false
        }
    }

    private static func areEqual(_ one: DataTable, _ other: DataTable) -> Bool {
        one.rowCount == other.rowCount && one.columns.count == other.columns.count
            && zip(one.columns, other.columns).allSatisfy(areEqual)
            && (0..<one.rowCount).allSatisfy { one.line(ofRow: $0) == other.line(ofRow: $0) }
    }

    private static func areEqual(_ one: TableColumn, _ other: TableColumn) -> Bool {
        guard case .numbers(let values) = one.content, case .numbers(let others) = other.content else {
            return one == other
        }
        return one.name == other.name && values.map(\.bitPattern) == others.map(\.bitPattern)
    }
}
