import Foundation
import Numerics
import Tables
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
