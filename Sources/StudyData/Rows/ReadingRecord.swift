import Numerics

/// What became of missing values while rows were read.
package struct ReadingRecord: Codable, Sendable, Equatable {
    /// The missing values of one covariate.
    package struct Filled: Codable, Sendable, Equatable {
        package var covariate: String
        /// Rows that miss it.
        package var missing: ReleasedCount
        /// What was put in their place; nil where missing is a level of its own.
        package var value: Double?
    }

    /// Integers up to here are exact as numbers of JSON.
    package static let largestCount = 1 << 53

    package var rowsLeftOut: ReleasedCount = 0
    /// For each covariate whose gaps are filled in or are a level of their own, also where there was none.
    package var filled: [Filled]

    /// Of no row yet.
    package init(_ selection: RowSelection) {
        filled = selection.indicatorColumns.map {
            Filled(covariate: $0.covariate, missing: 0, value: selection.fill[$0.covariate])
        }
    }

    package mutating func add(_ selected: RowSelection.Selected, _ selection: RowSelection) {
        rowsLeftOut += selected.dropped
        addGaps(in: selected.rows.covariates, selection)
    }

    /// - Parameter covariates: of the rows that stay.
    package mutating func addGaps(in covariates: Matrix, _ selection: RowSelection) {
        for (index, entry) in selection.indicatorColumns.enumerated() {
            filled[index].missing += covariates.column(entry.column).count { $0 == 1 }
        }
    }

    /// Values found after rows were added.
    package mutating func note(_ values: [String: Double]) {
        for index in filled.indices {
            filled[index].value = values[filled[index].covariate] ?? filled[index].value
        }
    }

    /// With small counts suppressed, as a release has it.
    package func released(minimum: Int) -> ReadingRecord {
        var result = self
        result.rowsLeftOut = rowsLeftOut.released(minimum: minimum)
        for index in filled.indices { result.filled[index].missing = filled[index].missing.released(minimum: minimum) }
        return result
    }

    /// What makes the record unusable, in words.
    package var problem: String? {
        guard rowsLeftOut.isValid, filled.allSatisfy({ $0.missing.isValid }) else {
            return "counts must be from 0 to 2^53"
        }
        guard filled.allSatisfy({ abs($0.value ?? 0) <= RowSelection.largestValue }) else {
            return "a value that fills gaps is too large"
        }
        return Set(filled.map(\.covariate)).count == filled.count ? nil : "a covariate is duplicated"
    }

    /// The values by covariate.
    package var fill: [String: Double] { filled.reduce(into: [:]) { $0[$1.covariate] = $1.value } }

    /// The records of several sites as one: counts add up, values are averaged by the weight of the sites.
    package static func merged(_ records: [(record: ReadingRecord, weight: Double)]) -> ReadingRecord? {
        guard var merged = records.first?.record else { return nil }
        merged.rowsLeftOut = records.reduce(0) { $0 + $1.record.rowsLeftOut }
        for index in merged.filled.indices {
            let entries = records.compactMap { site in
                site.record.filled.first { $0.covariate == merged.filled[index].covariate }.map { ($0, site.weight) }
            }
            merged.filled[index].missing = entries.reduce(0) { $0 + $1.0.missing }
            // Sorted: sums in another order have other bits.
            let known = entries.compactMap { entry in entry.0.value.map { (value: $0, weight: entry.1) } }
                .sorted { ($0.value, $0.weight) < ($1.value, $1.weight) }
            guard let first = known.first else { continue }
            // As a difference from the first, a value that all sites share keeps its bits.
            let weight = known.reduce(0) { $0 + $1.weight }
            let shift = known.reduce(0) { $0 + $1.weight * ($1.value - first.value) }
            merged.filled[index].value = first.value + (weight > 0 ? shift / weight : 0)
        }
        return merged
    }
}
