import Foundation
import Messages
import ModelFiles
import Numerics
import Testing

@Suite struct OrderedJSONEncoderTests {
    private struct Named: Encodable {
        var zebra = 1
        var apple: String? = "x"
        var missing: Int?
        var mango = true
        var inner = Inner()
        var list = [Inner(), Inner()]

        struct Inner: Encodable {
            var second = 2.5
            var first = [1, 2]
        }
    }

    private func parsed(_ text: String) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    }

    @Test func keysKeepTheOrderOfTheType() throws {
        let expected = """
            {
              "zebra": 1,
              "apple": "x",
              "mango": true,
              "inner": {
                "second": 2.5,
                "first": [1, 2]
              },
              "list": [
                {
                  "second": 2.5,
                  "first": [1, 2]
                },
                {
                  "second": 2.5,
                  "first": [1, 2]
                }
              ]
            }

            """
        #expect(try OrderedJSONEncoder().encode(Named()) == expected)
    }

    @Test func textSurvivesEscaping() throws {
        let control = String(String.UnicodeScalarView((0..<0x20).compactMap(Unicode.Scalar.init)))
        let texts = [
            "", "plain", "\"quoted\" \\ back/slash", control, "\u{7F}\u{85}\u{2028}\u{2029}\u{FEFF}", "é 日本 🧬 e\u{301}",
            "\r\n",
        ]
        let text = try OrderedJSONEncoder().encode(texts)
        let read = try #require(try parsed(text) as? [String])
        #expect(read.map { Array($0.unicodeScalars) } == texts.map { Array($0.unicodeScalars) })
        #expect(!text.dropLast().unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }

    @Test func keysAreEscapedToo() throws {
        let text = try OrderedJSONEncoder().encode(["a \"b\"\n": 1])
        #expect((try parsed(text) as? [String: Int]) == ["a \"b\"\n": 1])
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func numbersThatAreNotFiniteAreRefused(_ number: Double) {
        struct Deep: Encodable { var values: [[String: Double]] }
        #expect(throws: EncodingError.self) { try OrderedJSONEncoder().encode(number) }
        let deep = Deep(values: [["k": 1], ["k": number]])
        #expect(throws: EncodingError.self) { try OrderedJSONEncoder().encode(deep) }
        #expect(throws: EncodingError.self) { try OrderedJSONEncoder().encode([Float(number)]) }
    }

    @Test func theRefusalNamesTheField() throws {
        struct Outer: Encodable { var inner = ["depth": Double.nan] }
        let error = #expect(throws: EncodingError.self) { try OrderedJSONEncoder().encode(Outer()) }
        guard case .invalidValue(_, let context) = try #require(error) else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == ["inner", "depth"])
    }

    /// Numbers of many lengths, under keys of many lengths: no line beyond 120 columns, nothing lost.
    @Test func arraysAreWrapped() throws {
        var random = RandomNumbers(seed: 12)
        for count in [0, 1, 2, 5, 6, 7, 8, 40, 200] {
            for key in ["k", "squaredWeightOfTheExpert"] {
                let numbers = (0..<count).map { _ in random.normal() * pow(10, Double(random.index(below: 30) - 15)) }
                let text = try OrderedJSONEncoder().encode([key: ["deep": [numbers, numbers]], "z": ["deep": []]])
                #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count <= 120 })
                // JSONSerialization reads numbers less exactly than JSONDecoder.
                let read = try JSONDecoder().decode([String: [String: [[Double]]]].self, from: Data(text.utf8))
                #expect(read[key]?["deep"] == [numbers, numbers])
                let flat = try OrderedJSONEncoder().encode([key: numbers, "last": [1]])
                #expect(flat.split(separator: "\n").allSatisfy { $0.utf8.count <= 120 })
                #expect(try JSONDecoder().decode([String: [Double]].self, from: Data(flat.utf8))[key] == numbers)
            }
        }
    }

    @Test func longArraysFillTheirLines() throws {
        let text = try OrderedJSONEncoder().encode([Double](repeating: 1.25, count: 300))
        let lines = text.split(separator: "\n").dropFirst().dropLast(2)
        #expect(!lines.isEmpty)
        #expect(lines.allSatisfy { $0.utf8.count > 120 - "1.25, ".utf8.count })
    }

    @Test func scalarsAndEmptyValues() throws {
        #expect(try OrderedJSONEncoder().encode([Int]()) == "[]\n")
        #expect(try OrderedJSONEncoder().encode([String: Int]()) == "{}\n")
        #expect(try OrderedJSONEncoder().encode(UInt64.max) == "18446744073709551615\n")
        #expect(try OrderedJSONEncoder().encode([1.5, nil]) == "[1.5, null]\n")
        #expect(try OrderedJSONEncoder().encode(Float(0.1)) == "0.1\n")
        #expect(try OrderedJSONEncoder().encode(-0.0) == "-0.0\n")
    }
}
