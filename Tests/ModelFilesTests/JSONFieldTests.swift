import Foundation
import ModelFiles
import Numerics
import StudyData
import TestSupport
import Testing

/// Fields that two readers would understand differently, or that hold no number of theirs: refused by their names.
@Suite struct JSONFieldTests {
    private func modelText() throws -> String {
        var random = RandomNumbers(seed: 5)
        return try ModelFile(ModelFixture.local(&random)).text(path: "m.json")
    }

    private func refusal(ofModel text: String) -> ModelFileError? {
        do throws(ModelFileError) { _ = try ModelFile.decode(Data(text.utf8), source: "m.json") } catch { return error }
        return nil
    }

    private func refusal(ofStudy text: String) -> StudyError? {
        do throws(StudyError) { _ = try Study.decode(Data(text.utf8), source: "s.json") } catch { return error }
        return nil
    }

    /// Of the first place where a key has a number.
    private func replacing(_ key: String, in text: String, with value: String) throws -> String {
        let pattern = try Regex("\"\(key)\": ?-?[0-9][^,\\n}]*")
        let place = try #require(text.firstRange(of: pattern))
        return text.replacingCharacters(in: place, with: "\"\(key)\": \(value)")
    }

    @Test(arguments: ["1.5", "1e400", "1e30", "-1e400", "9223372036854775808", "4.0000001"])
    func countsThatAreNone(number: String) throws {
        for (key, field) in [
            ("rows", "rows"), ("formatVersion", "formatVersion"), ("iterations", "fit.iterations"),
            ("starts", "fit.options.starts"),
        ] {
            let text = try replacing(key, in: modelText(), with: number)
            #expect(
                refusal(ofModel: text) == .invalidValue(path: "m.json", field: field, reason: "cannot be \(number)"))
        }
    }

    @Test(arguments: ["-1", "-0.5", "1e30", "18446744073709551616"]) func seedsThatAreNone(number: String) throws {
        let model = try replacing("seed", in: modelText(), with: number)
        #expect(
            refusal(ofModel: model)
                == .invalidValue(path: "m.json", field: "fit.options.seed", reason: "cannot be \(number)"))
        var study = StudyFixture.study
        study.seed = 7
        let text = try replacing("seed", in: study.text(), with: number)
        #expect(
            refusal(ofStudy: text) == .invalidValue(path: "s.json", field: "seed", reason: "cannot be \(number)"))
    }

    /// In a list, in a nested object, and beside another that is wrong too: the first is named.
    @Test func numbersOfLists() throws {
        let text = try modelText()
        let list = try #require(text.firstRange(of: /"gate": \[\s*/))
        let first = text.replacingCharacters(in: list, with: text[list] + "1e999, ")
        #expect(
            refusal(ofModel: first)
                == .invalidValue(path: "m.json", field: "experts[0].gate[0]", reason: "cannot be 1e999"))
        let both = try replacing("seed", in: first, with: "-1")
        #expect(
            refusal(ofModel: both)
                == .invalidValue(path: "m.json", field: "experts[0].gate[0]", reason: "cannot be 1e999"))
    }

    /// Beside a wrong number fields that nobody reads, of more numbers than are looked through one by one, and with names of any length.
    @Test func numbersOfUnknownFields() throws {
        let wrong = try replacing("rows", in: modelText(), with: "1.5")
        let name = String(repeating: "k", count: 100_000)
        let long =
            "{ \"\(name)\": [" + [String](repeating: "-1", count: 5000).joined(separator: ",") + "],"
            + wrong.dropFirst()
        #expect(refusal(ofModel: long) == .invalidValue(path: "m.json", field: "rows", reason: "cannot be 1.5"))
        let many =
            "{ \"k\": [" + [String](repeating: "-1", count: 200_000).joined(separator: ",") + "]," + wrong.dropFirst()
        guard case .notAModel? = refusal(ofModel: many) else {
            Issue.record("\(String(describing: refusal(ofModel: many)))")
            return
        }
        let inLongField = "{ \"\(name)\": 1, \"\(name)\": 1," + (try modelText()).dropFirst()
        guard case .invalidValue(_, let field, "is duplicated") = refusal(ofModel: inLongField) else {
            Issue.record("no refusal of a key that is duplicated")
            return
        }
        #expect(field.count < 250)
    }

    // MARK: Keys

    @Test(arguments: [#"a\\b"#, #"a\"b"#, #"a\/b"#, #"\u00e9\ud83d\ude00"#, #"\b\f\n\r\t"#]) func keysAreUnescaped(
        key: String
    ) throws {
        let plain = try JSONDecoder().decode(String.self, from: Data("\"\(key)\"".utf8))
        let again = String(decoding: try JSONEncoder().encode(plain), as: UTF8.self)
        let text = "{ \"\(key)\": 1, \(again): 2," + (try modelText()).dropFirst()
        guard case .invalidValue(_, _, "is duplicated") = refusal(ofModel: text) else {
            Issue.record("\(key): \(String(describing: refusal(ofModel: text)))")
            return
        }
    }

    @Test(arguments: [#""rows": 4"#, #""\u0072ows": 4"#, #""experts": []"#, #""format": "dmoe-model""#])
    func keysOfAModel(again: String) throws {
        let text = "{ \(again)," + (try modelText()).dropFirst()
        let key = again.contains("rows") || again.contains("ows") ? "rows" : String(again.split(separator: "\"")[0])
        #expect(refusal(ofModel: text) == .invalidValue(path: "m.json", field: key, reason: "is duplicated"))
    }

    @Test func keysOfObjectsWithinAreNamed() throws {
        let text = try modelText()
        let nested = text.replacing("\"squaredWeight\":", with: "\"weight\": 1, \"squaredWeight\":", maxReplacements: 1)
        #expect(
            refusal(ofModel: nested)
                == .invalidValue(path: "m.json", field: "experts[0].statistics.weight", reason: "is duplicated"))
        let study = StudyFixture.study.text()
        let twice = "{ \"target\": \"other\"," + study.dropFirst()
        #expect(refusal(ofStudy: twice) == .invalidValue(path: "s.json", field: "target", reason: "is duplicated"))
    }

    /// The same key in two objects, as a value, and with a quotation mark in it.
    @Test func otherKeysAreTaken() throws {
        let text =
            "{ \"comment\": {\"rows\": \"rows\", \"a\\\"rows\": [\"rows\", \"rows\", {}], \"b\": {}},"
            + (try modelText()).dropFirst()
        #expect(refusal(ofModel: text) == nil)
    }

    /// Which a walk over bytes does not see.
    @Test func textOfWideCharactersIsRefused() throws {
        for encoding in [String.Encoding.utf16BigEndian, .utf16LittleEndian, .utf32BigEndian, .utf32LittleEndian] {
            let data = try #require(modelText().data(using: encoding))
            #expect(throws: ModelFileError.self) { try ModelFile.decode(data, source: "m.json") }
        }
    }

    // MARK: Numbers of experts

    @Test func moreExpertsThanRowsSupport() throws {
        var random = RandomNumbers(seed: 5)
        var file = ModelFile(ModelFixture.local(&random))
        file.rows = file.experts.count * (file.expertCovariates.count + 3) - 1
        #expect(throws: ModelFileError.self) { try file.validate(source: "m.json") }
        file.kind = .reference
        file.experts = [ModelFile.ExpertRecord](repeating: file.experts[0], count: ModelFile.mostExperts + 1)
        let error = #expect(throws: ModelFileError.self) { try file.validate(source: "m.json") }
        #expect(error?.description.contains("'experts'") == true)
    }
}
