import Foundation
import Numerics
import Tables
import TestSupport
import Testing

@Suite struct CSVWriterTests {
    @Test func quotesOnlyWhereNeeded() {
        let writer = CSVWriter(header: ["plain", "a,b", "say \"x\"", "two\nlines", "r\rn", "with space", ""])
        #expect(writer.contents == "plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\"r\rn\",with space,\n")
    }

    @Test func missingValuesAreEmptyAndWholeNumbersHaveNoPoint() {
        var writer = CSVWriter(columnCount: 5)
        writer.append([1, nil, -2.5, 1e300, 0.1])
        writer.append([nil, 123_456, 1e18, -0.0, nil])
        #expect(writer.contents == "1,,-2.5,1e+300,0.1\n,123456,1e+18,0,\n")
    }

    @Test func numbersAndNamesReadBackExactly() throws {
        var random = RandomNumbers(seed: 7)
        let names = ["x", "a,b", "say \"x\"", "ö"]
        let special = [5e-324, 2.2250738585072014e-308, 1e300, -1e-300, 1e15, 1e15 - 1, -123_456_789_012_345, 0.1]
        let columns = names.map { _ in
            special + (0..<100).map { _ in random.normal() * pow(10, Double(random.index(below: 40) - 20)) }
        }
        var writer = CSVWriter(header: names)
        for row in columns[0].indices { writer.append(columns.map { $0[row] }) }
        try TableFixture.withFile(Data(writer.contents.utf8)) { path in
            let table = try DataTable.read(path: path)
            #expect(table.columnNames == names)
            for (name, column) in zip(names, columns) { #expect(try table.numbers(name) == column) }
        }
    }
}
