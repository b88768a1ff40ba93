import Messages
import Numerics
import Tables
import Testing

@Suite struct CSVNamesTests {
    @Test(
        arguments: [
            ("a,b,c", ["a", "b", "c"]), (" a , b\tc ", ["a", "b\tc"]), ("\"a,b\",c", ["a,b", "c"]),
            ("\"a \"\"x\"\"\",\" b \"", ["a \"x\"", " b "]), ("a\nb\n", ["a", "b"]), ("5\" pipe,b", ["5\" pipe", "b"]),
            ("", [""]), ("a,,b", ["a", "", "b"]), ("a,", ["a", ""]), ("größe,年齢", ["größe", "年齢"]),
        ] as [(String, [String])])
    func namesAreQuotedAsFieldsAre(text: String, names: [String]) throws {
        #expect(try CSVNames.split(text) == names)
    }

    @Test func anOpenQuoteIsRefused() {
        #expect(throws: TableError.unterminatedQuote(source: "list of names", line: 1)) {
            try CSVNames.split("a,\"b,c")
        }
    }

    /// An entry of a list is read back as the name that it was.
    @Test func entriesAreReadBack() throws {
        var random = RandomNumbers(seed: 3)
        let letters = Array("ab,\"\n\r é\t")
        for _ in 0..<500 {
            let names = (0..<3).map { _ in
                "x" + String((0..<random.index(below: 6)).map { _ in letters[random.index(below: letters.count)] })
            }
            #expect(try CSVNames.split(names.map(CSVNames.entry).joined(separator: ",")) == names)
        }
    }
}
