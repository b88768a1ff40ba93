import Foundation
import Messages
import Numerics
import Tables
import TestSupport
import Testing

/// However a file is cut, and by whichever way its fields are read, the table or the error is the same.
@Suite struct CSVPartsTests {
    private static let options = TableOptions(textColumns: ["t"])

    private func expectSame(_ text: String) {
        let bytes = Data(text.utf8)
        let expected = CSVReading.slow.outcome(bytes, Self.options)
        for reading in CSVReading.all(partSizes: [1, 7, 150, 400, 1000]) {
            #expect(reading.outcome(bytes, Self.options) == expected, "\(reading)")
        }
    }

    private func field(_ random: inout RandomNumbers, oddity: Int) -> String {
        guard random.index(below: 1000) < oddity else {
            return (random.normal() * pow(10, Double(random.index(below: 9) - 4))).description
        }
        let odd = [
            "", "NA", " 1.5 ", "\t", "1e5", "-inf", "12345678901234567890123", "x", "5.", "-.5", "+7", "1,2", "-", ".",
        ]
        return odd[random.index(below: odd.count)]
    }

    private func text(rows: Int, oddity: Int, _ random: inout RandomNumbers) -> String {
        let ends = [["\n"], ["\r\n"], ["\n", "\r\n", "\n\n", "\r\n\r\n", "\n \n", "\r"]][random.index(below: 3)]
        var text = "a,b,t,d" + ends[0]
        for _ in 0..<rows {
            let fields = (0..<4).map { $0 == 2 ? "s\(random.index(below: 9))" : field(&random, oddity: oddity) }
            text += fields.joined(separator: ",") + ends[random.index(below: ends.count)]
        }
        return text
    }

    @Test func cutsDoNotShow() {
        var random = RandomNumbers(seed: 5)
        for round in 0..<120 {
            expectSame(text(rows: 1 + random.index(below: 60), oddity: [0, 0, 2, 20, 200][round % 5], &random))
        }
    }

    /// Quotes that open a field, that stand in one, doubled ones, and line ends within.
    @Test func cutsDoNotShowBesideQuotes() {
        var random = RandomNumbers(seed: 6)
        let odd = [
            "\"1.5\"", "\"a\nb\"", "\"a,\r\nb\"", "a\"b", "\"a\"\"b\"", "\"a\"b\"c", " \"x\" ", "\"\"", "\"\"\"\"",
            "\t\"7\"", "\"\n\"\"\n\"",
            "\"", "1", "-2.25", "NA", "",
        ]
        let ends = ["\n", "\r\n", "\r", "\n\n"]
        for round in 0..<120 {
            let end = ends[random.index(below: ends.count)]
            var text = "a,b,t" + end
            for _ in 0..<random.index(below: 60) {
                // An opening quote without its partner is rare: it ends everything.
                let count = round % 3 == 0 ? odd.count : 11
                let fields = (0..<3).map { _ in
                    random.index(below: 3) == 0 ? odd[random.index(below: count)] : "\(random.index(below: 999))"
                }
                text += fields.joined(separator: ",") + end
            }
            expectSame(text)
        }
    }

    /// From the file itself, of which each part is read when it is looked at.
    @Test func filesAreReadAsMemoryIs() throws {
        var random = RandomNumbers(seed: 7)
        for round in 0..<20 {
            var text = text(rows: 1 + random.index(below: 200), oddity: [0, 20][round % 2], &random)
            if round % 4 > 1 { text += "1,2,\"s\n\"\"\",3\n4,5,s,6" }
            let expected = CSVReading.slow.outcome(Data(text.utf8), Self.options)
            try TableFixture.withFile(Data(text.utf8)) { path in
                for size in [1, 33, 500, 1 << 20] {
                    let input = try TableInput(path: path)
                    var options = Self.options
                    options.parallelism = Parallelism(threads: 3)
                    let outcome = Result { () throws(TableError) in
                        var reader = try CSVReader(source: "t.csv", bytes: input.bytes, options: options)
                        reader.partSize = size
                        return try reader.table()
                    }
                    switch outcome {
                    case .success(let table): #expect(CSVReading.Outcome.table(table) == expected)
                    case .failure(let error): #expect(CSVReading.Outcome.refusal(error) == expected)
                    }
                    #expect(input.change == nil)
                }
            }
        }
    }

    /// Longer than what is read of a file at first, with a name across that border.
    @Test(arguments: [9000, 30_000]) func longHeadersAreReadFromFiles(columns: Int) throws {
        let names = (0..<columns).map { "column é \($0)" }
        let text = names.joined(separator: ",") + "\n" + names.indices.map(String.init).joined(separator: ",")
        try TableFixture.withFile(Data(text.utf8)) { path in
            let table = try DataTable.read(path: path)
            #expect(table.columnNames == names)
            #expect(try table.numbers(names[columns - 1]) == [Double(columns - 1)])
        }
    }

    /// The first number of a column of text, in whichever part it is.
    @Test func theFirstNumberOfAColumnOfTextIsFound() throws {
        for (first, text) in [(0, 250), (250, 0), (7, 3), (120, 119)] {
            var rows = (0..<300).map { _ in "NA,x" }
            rows[first] = "5,x"
            rows[text] = "oops,x"
            expectSame("a,t\n" + rows.joined(separator: "\n"))
            let table = try TableFixture.table("a,t\n" + rows.joined(separator: "\n"))
            #expect(
                table.columns[0].content
                    == .notNumeric(line: text + 2, column: 1, field: "oops", numberLine: first + 2))
            #expect(table.columns[1].content == .notNumeric(line: 2, column: 2, field: "x"))
        }
    }

    /// A column says the same of itself whether its first text is in the part of a number or before it.
    @Test(arguments: [
        "5", "\"5\"", "\" 5\"", " \"5\"", "-.5e1 ", "\"-.5e1\" ", "\"5\" ", "\"5.\"", "\t\"5\"\t",
    ])
    func aNumberIsOneInEverySpelling(number: String) throws {
        for first in [3, 30, 59] {
            var rows = (0..<60).map { _ in "oops" }
            rows[first] = number
            for end in ["\n", "\r\n", "\n\r", "\r"] {
                let text = "a" + end + rows.joined(separator: end) + end
                expectSame(text)
                let line = (end == "\n\r" ? 2 : 1) * (first + 1) + 1
                #expect(
                    try TableFixture.table(text).columns[0].content
                        == .notNumeric(
                            line: end == "\n\r" ? 3 : 2, column: 1, field: "oops", numberLine: line))
            }
        }
    }

    @Test func quotesKeepTheFileWhole() {
        let rows = (0..<200).map { "\($0).5,\"two\n\nlines\"" }
        expectSame("\"a\",\"t\"\n" + rows.joined(separator: "\n"))
        expectSame("\"a\",\"t\"\n" + rows.joined(separator: "\n") + ",\"x")
    }

    @Test func theFirstErrorOfTheFileIsReported() {
        var rows = (0..<300).map { "\($0).25,-1.5,2\r\n" }
        rows[250] = "1,2\r\n"
        rows[120] = "\r\n1,2,3,4\r\n"
        rows[60] = "1,x,2\r\n"
        expectSame("a,b,c\r\n" + rows.joined())
        rows[120] = "1,2,x\r\n"
        rows[250] = "y,2,x\r\n"
        expectSame("a,b,c\r\n" + rows.joined())
        let error = TableError.raggedRow(source: "t.csv", line: 123, found: 4, expected: 3)
        rows[120] = "\r\n1,2,3,4\r\n"
        let reading = CSVReading(threads: 4, partSize: 100, plainRuns: true)
        #expect(reading.outcome(Data(("a,b,c\r\n" + rows.joined()).utf8), Self.options) == .refusal(error))
    }

    @Test func plainRowsAreReadUpToTheLastByte() {
        let rows = (0..<3000).map { "\($0),-\($0).125,1.2345678901234567\n" }.joined()
        expectSame("a,b,c\n" + rows)
        expectSame("a,b,c\n" + rows.dropLast())
        expectSame("a,b,c\n" + rows + "7,8,")
        expectSame("a,b,c\n" + rows + "7,8")
    }
}
