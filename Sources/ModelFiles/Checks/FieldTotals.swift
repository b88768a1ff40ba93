/// The numbers of fields added up over files, which what is made of the files holds.
package struct FieldTotals {
    private struct Total<Number: Comparable> {
        var sum: Number
        /// The largest summand, and whose it is.
        var largest: (number: Number, path: String)
    }

    private var counts: [String: Total<Int>] = [:]
    private var weights: Total<Double>?

    package init() {}

    /// - Throws: ``ModelFileError/totalTooLarge(path:field:)`` beyond the range of a field, with the file that brings most of it.
    package mutating func add(_ file: ModelFile, path: String) throws(ModelFileError) {
        try add(file.rows, "rows", path)
        try add(weight: file.weight, path)
        try add(file.reading?.rowsLeftOut.known ?? 0, "reading.rowsLeftOut", path)
        for filled in file.reading?.filled ?? [] {
            try add(filled.missing.known, "reading.filled (\(filled.covariate))", path)
        }
    }

    package mutating func add(_ file: StatisticsFile, path: String) throws(ModelFileError) {
        try add(file.rows, "rows", path)
        try add(weight: file.weight, path)
    }

    private mutating func add(_ count: Int, _ field: String, _ path: String) throws(ModelFileError) {
        var total = counts[field] ?? Total(sum: 0, largest: (0, path))
        if count > total.largest.number { total.largest = (count, path) }
        // Each is at most 2^53, so that the sum of a total that was let pass and one more does not overflow.
        total.sum += count
        guard total.sum <= FieldBounds.largestCount else {
            throw .totalTooLarge(path: total.largest.path, field: field)
        }
        counts[field] = total
    }

    private mutating func add(weight: Double, _ path: String) throws(ModelFileError) {
        var total = weights ?? Total(sum: 0, largest: (0, path))
        if weight > total.largest.number { total.largest = (weight, path) }
        total.sum += weight
        guard FieldBounds.weight.contains(total.sum) else {
            throw .totalTooLarge(path: total.largest.path, field: "weight")
        }
        weights = total
    }
}
