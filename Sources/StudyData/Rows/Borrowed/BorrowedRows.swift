import Messages
import MixtureOfExperts
import Numerics
import Tables

/// Rows whose covariates lie in memory that another program owns: no copy is made of them.
struct BorrowedRows: RowSource {
    let table: BorrowedTable
    /// Columns of the table.
    let covariates: [Int]
    let responses: Responses
    let weights: Int?

    enum Responses: Sendable {
        /// A column of the table, as it is.
        case column(Int)
        /// Codes of classes, and numbers that were checked.
        case values([Double])
        /// There are none.
        case absent
    }

    var rowCount: Int { table.rowCount }
    var covariateCount: Int { covariates.count }
    var isWeighted: Bool { weights != nil }

    func forEachBlock(in range: Range<Int>, _ block: borrowing RowBlock, _ body: (_ start: Int, _ count: Int) -> Void) {
        guard !range.isEmpty else { return }
        var first = batch(of: range.lowerBound)
        for start in stride(from: range.lowerBound, to: range.upperBound, by: RowBlock.capacity) {
            let count = min(RowBlock.capacity, range.upperBound - start)
            while start >= table.batches[first].end { first += 1 }
            for (index, column) in covariates.enumerated() {
                pack(column, start, count, first, into: block.column(index + 1)) {
                    block.pack($0, isFloat: $1, stride: $2, count: count, at: index + 1)
                }
            }
            packResponses(start, count, first, block)
            if let weights {
                pack(weights, start, count, first, into: block.weights) {
                    block.packWeights($0, isFloat: $1, stride: $2, count: count)
                }
            } else {
                block.setWeights(count: count) { _ in 1 }
            }
            body(start, count)
        }
    }

    private func packResponses(_ start: Int, _ count: Int, _ first: Int, _ block: borrowing RowBlock) {
        let position = momentCount - 1
        switch responses {
        case .column(let column):
            pack(column, start, count, first, into: block.responses) {
                block.pack($0, isFloat: $1, stride: $2, count: count, at: position)
            }
        case .absent:
            for lane in 0..<RowBlock.capacity { block.responses[lane] = 0 }
        case .values(let values):
            values.withUnsafeBufferPointer {
                block.pack($0.baseAddress! + start, count: count, at: position)
            }
        }
    }

    /// By the kernel where the rows lie in one batch, else one by one.
    private func pack(
        _ column: Int, _ start: Int, _ count: Int, _ first: Int, into lanes: UnsafeMutablePointer<Double>,
        byKernel: (_ start: UnsafeRawPointer, _ isFloat: Bool, _ stride: Int) -> Void
    ) {
        let element = table.element(column)
        let batch = table.batches[first]
        if start + count <= batch.end {
            let part = batch.parts[column]
            let place = part.start + (start - batch.firstRow) * part.stride * element.size
            return byKernel(place, element == .float32, part.stride)
        }
        var current = first
        for lane in 0..<RowBlock.capacity {
            guard lane < count else {
                lanes[lane] = 0
                continue
            }
            while start + lane >= table.batches[current].end { current += 1 }
            let batch = table.batches[current]
            lanes[lane] = batch.number(start + lane - batch.firstRow, column, element)
        }
    }

    /// The batch that holds a row.
    private func batch(of row: Int) -> Int {
        var (low, high) = (0, table.batches.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if row < table.batches[middle].end { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension BorrowedTable.Batch {
    var end: Int { firstRow + rowCount }
}

extension BorrowedTable {
    /// The rows for a fit: in place where the columns are what the design wants, else coded in a copy.
    ///
    /// - Parameters:
    ///   - leastKnown: values that a mean must stand for where it fills gaps.
    ///   - report: hears of rows that were left out.
    /// - Throws: as ``RowSelection/rows(of:)``, `unusableClasses`, `tooFewToFill`.
    package func rows(
        _ selection: RowSelection, leastKnown: Int, parallelism: Parallelism,
        report: @escaping (_ dropped: Int, _ total: Int, _ source: String) -> Void = { _, _, _ in }
    ) throws -> RowReader.Rows {
        guard rowCount > 0 else { throw TableError.noRows(path: source) }
        var selection = selection
        if selection.findsClasses { try selection.findClasses(in: [table([selection.design.target])], source: source) }
        if let rows = try rowsInPlace(selection, withResponses: true), rows.isClean(parallelism) {
            return RowReader.Rows(source: rows, selection: selection, record: ReadingRecord(selection)) { nil }
        }
        let reader = RowReader(
            files: [source], options: TableOptions(parallelism: parallelism), parallelism: parallelism,
            leastKnown: leastKnown, select: { _ in selection }, report: report)
        return try reader.rows(of: table(selection.tableColumns))
    }

    /// Rows of covariates, with responses where they are wanted and none is missing; nil where they must be coded or refused.
    package func rowsToPredict(
        _ selection: RowSelection, withResponses: Bool, _ parallelism: Parallelism
    ) throws(TableError) -> (any RowSource)? {
        guard rowCount > 0 else { throw .noRows(path: source) }
        var selection = selection
        selection.weights = nil
        let rows = try rowsInPlace(selection, withResponses: withResponses)
        return rows.flatMap { $0.isClean(parallelism) ? $0 : nil }
    }

    private func rowsInPlace(
        _ selection: RowSelection, withResponses: Bool
    ) throws(TableError) -> BorrowedRows? {
        guard selection.covariatesAreColumns else { return nil }
        let positions = ColumnPositions(columnNames, source: source)
        let covariates = try positions.positions(selection.design.covariates)
        let weights = try selection.weights.map(positions.position)
        guard (covariates + [weights].compactMap { $0 }).allSatisfy({ element($0) != .text }) else { return nil }
        guard withResponses else {
            return BorrowedRows(table: self, covariates: covariates, responses: .absent, weights: weights)
        }
        let target = try positions.position(selection.design.target)
        if selection.response == .number {
            guard element(target) != .text else { return nil }
            return BorrowedRows(table: self, covariates: covariates, responses: .column(target), weights: weights)
        }
        var coding = TableCoding(table([selection.design.target]), selection)
        let responses = try coding.responses(mayBeMissing: true)
        return BorrowedRows(table: self, covariates: covariates, responses: .values(responses), weights: weights)
    }
}
