import Estimation
import Messages
import MixtureOfExperts
import Numerics
import StudyData
import Tables
import Testing

/// Tables in the memory of another program: whatever way they lie, the rows are the same to the last bit.
@Suite struct BorrowedTableTests {
    private static let design = Design(target: "y", covariates: ["a", "b"])

    /// 1,500 rows of a, b, y and weights from 1 to 3; single precision holds them exactly.
    private static let columns: [[Double]] = {
        var random = RandomNumbers(seed: 4)
        var columns = [[Double]](repeating: [], count: 4)
        for row in 0..<1500 {
            let (a, b) = (Double(Float(random.normal())), Double(Float(random.normal())))
            let y = (row.isMultiple(of: 2) ? 3 + 2 * a : -3 - b) + 0.5 * random.normal()
            for (index, value) in [a, b, Double(Float(y)), Double(row % 3 + 1)].enumerated() {
                columns[index].append(value)
            }
        }
        return columns
    }()

    /// Fits the rows of a table, and says whether they were used in place.
    private static func fit(_ table: BorrowedTable, weighted: Bool) throws -> (LocalModel, inPlace: Bool) {
        let selection = RowSelection(design: design, weights: weighted ? "w" : nil, missing: .drop)
        let rows = try table.rows(selection, leastKnown: 1, parallelism: Parallelism(threads: 2))
        let options = FitOptions(expertCount: 2, starts: 3)
        return (try LocalFit(design: design, options: options).fit(rows.source), !(rows.source is ShardRows))
    }

    /// The rows as one program might keep them.
    private static func withTable<Value: BinaryFloatingPoint, Result>(
        _ columns: [[Double]], of type: Value.Type, element: BorrowedTable.Element, edges: [Int], stride: Int = 1,
        _ body: (BorrowedTable) throws -> Result
    ) rethrows -> Result {
        let rowCount = columns[0].count
        let memory = UnsafeMutablePointer<Value>.allocate(capacity: columns.count * rowCount * stride)
        defer { memory.deallocate() }
        memory.initialize(repeating: .nan, count: columns.count * rowCount * stride)
        for (index, column) in columns.enumerated() {
            for (row, value) in column.enumerated() { memory[(index * rowCount + row) * stride] = Value(value) }
        }
        let names = ["a", "b", "y", "w"]
        var table = BorrowedTable(source: "t", columns: columns.indices.map { (names[$0], element) })
        for (first, end) in zip(edges, edges.dropFirst()) {
            table.append(
                rowCount: end - first,
                parts: columns.indices.map {
                    BorrowedTable.Part(
                        start: UnsafeRawPointer(memory + ($0 * rowCount + first) * stride), stride: stride, bytes: nil)
                })
        }
        return try body(table)
    }

    private static func inMemory(weighted: Bool) throws -> LocalModel {
        let rows = ShardRows(
            covariates: Matrix(columns: [columns[0], columns[1]]), responses: columns[2],
            weights: weighted ? columns[3] : nil)
        return try LocalFit(design: design, options: FitOptions(expertCount: 2, starts: 3)).fit(rows)
    }

    /// Batches that end within a block, at its end, hold one row, or none.
    @Test(arguments: [[0, 1500], [0, 1, 8, 9, 700, 700, 1499, 1500], Array(stride(from: 0, through: 1500, by: 3))])
    func batchesAreOneTable(edges: [Int]) throws {
        for weighted in [false, true] {
            let expected = try Self.inMemory(weighted: weighted)
            for stride in [1, 4] {
                let (model, inPlace) = try Self.withTable(
                    Self.columns, of: Double.self, element: .float64, edges: edges, stride: stride
                ) { try Self.fit($0, weighted: weighted) }
                #expect(inPlace)
                #expect(model == expected)
            }
            let (single, inPlace) = try Self.withTable(
                Self.columns, of: Float.self, element: .float32, edges: edges
            ) { try Self.fit($0, weighted: weighted) }
            #expect(inPlace)
            #expect(single == expected)
        }
    }

    @Test func missingValuesAndWeightlessRowsAreLeftOut() throws {
        var columns = Self.columns
        for row in stride(from: 5, to: 1500, by: 100) { columns[1][row] = .nan }
        for row in stride(from: 7, to: 1500, by: 100) { columns[3][row] = 0 }
        let kept = columns[0].indices.filter { !columns[1][$0].isNaN && columns[3][$0] > 0 }
        let chosen = columns.map { column in kept.map { column[$0] } }
        let expected = try LocalFit(design: Self.design, options: FitOptions(expertCount: 2, starts: 3)).fit(
            ShardRows(
                covariates: Matrix(columns: [chosen[0], chosen[1]]), responses: chosen[2], weights: chosen[3]))
        let (model, inPlace) = try Self.withTable(columns, of: Double.self, element: .float64, edges: [0, 13, 1500]) {
            try Self.fit($0, weighted: true)
        }
        #expect(!inPlace)
        #expect(model == expected)
    }

    @Test func aMissingValueIsNamedByItsLine() throws {
        var columns = Self.columns
        columns[0][6] = .nan
        let error = Self.withTable(columns, of: Double.self, element: .float64, edges: [0, 4, 1500]) { table in
            #expect(throws: TableError.self) {
                try table.rows(
                    RowSelection(design: Self.design, missing: .error), leastKnown: 1, parallelism: .serial)
            }
        }
        #expect(error?.description.contains("t, line 8") == true, "\(String(describing: error))")
    }

    /// Offsets count from the first byte of the whole column, in every batch; an empty text is a missing value.
    @Test func textsOfSeveralBatches() throws {
        let texts = ["blue", "", "gr\u{fc}n", "red", "x"]
        let bytes = texts.flatMap { Array($0.utf8) }
        let offsets = texts.reduce(into: [Int64(0)]) { $0.append($0[$0.count - 1] + Int64($1.utf8.count)) }
        let table = bytes.withUnsafeBytes { bytes in
            offsets.withUnsafeBufferPointer { offsets in
                var table = BorrowedTable(source: "t", columns: [("colour", .text)])
                for (first, end) in [(0, 2), (2, 5)] {
                    table.append(
                        rowCount: end - first,
                        parts: [
                            BorrowedTable.Part(
                                start: UnsafeRawPointer(offsets.baseAddress! + first), stride: 1,
                                bytes: bytes.baseAddress)
                        ])
                }
                return table.table()
            }
        }
        #expect(try table.text("colour") == texts)
        #expect(table.rowCount == 5)
    }

    @Test func aColumnThatIsNotThere() {
        let error = Self.withTable(Self.columns, of: Double.self, element: .float64, edges: [0, 1500]) { table in
            #expect(throws: TableError.self) {
                try table.rows(
                    RowSelection(design: Design(target: "y", covariates: ["a", "c"]), missing: .error), leastKnown: 1,
                    parallelism: .serial)
            }
        }
        #expect(error?.description.contains("no column \"c\"") == true)
    }
}
