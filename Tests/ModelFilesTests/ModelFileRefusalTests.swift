import Foundation
import Messages
import ModelFiles
import Numerics
import Testing

@Suite struct ModelFileRefusalTests {
    /// A wrong thing done to a good file, and what must be said of it.
    struct Damage: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var error: ModelFileError
        var change: @Sendable (inout [String: Any]) -> Void

        static func expert(
            _ description: String, _ error: ModelFileError, _ change: @escaping @Sendable (inout [String: Any]) -> Void
        ) -> Damage {
            Damage(testDescription: description, error: error) { file in
                guard var experts = file["experts"] as? [[String: Any]] else { return }
                change(&experts[1])
                file["experts"] = experts
            }
        }

        static func statistics(
            _ description: String, _ error: ModelFileError, _ change: @escaping @Sendable (inout [String: Any]) -> Void
        ) -> Damage {
            expert(description, error) { expert in
                guard var statistics = expert["statistics"] as? [String: Any] else { return }
                change(&statistics)
                expert["statistics"] = statistics
            }
        }
    }

    private static func invalid(_ field: String, _ reason: String) -> ModelFileError {
        .invalidValue(path: "m.json", field: field, reason: reason)
    }

    static let damages: [Damage] = [
        Damage(testDescription: "another format", error: .notAModel(path: "m.json")) { $0["format"] = "other" },
        Damage(testDescription: "newer format", error: .newerFormat(path: "m.json", version: 4, known: 3)) {
            $0["formatVersion"] = 4
        },
        Damage(testDescription: "outdated format", error: .outdatedFormat(path: "m.json", version: 1)) {
            $0["formatVersion"] = 1
        },
        Damage(testDescription: "format version 0", error: invalid("formatVersion", "must be 1 or more")) {
            $0["formatVersion"] = 0
        },
        Damage(testDescription: "unknown family", error: invalid("family", "'cauchy' is not known here")) {
            $0["family"] = "cauchy"
        },
        Damage(testDescription: "unknown kind", error: .wrongType(path: "m.json", field: "kind")) {
            $0["kind"] = "regional"
        },
        Damage(testDescription: "no target", error: .missingField(path: "m.json", field: "target")) {
            $0["target"] = nil
        },
        Damage(testDescription: "text for a number", error: .wrongType(path: "m.json", field: "rows")) {
            $0["rows"] = "many"
        },
        Damage(testDescription: "negative rows", error: invalid("rows", "must be from 0 to 2^53")) { $0["rows"] = -1 },
        Damage(testDescription: "no weight", error: invalid("weight", "must be positive")) { $0["weight"] = 0 },
        Damage(testDescription: "no experts", error: invalid("experts", "there are none")) {
            $0["experts"] = [[String: Any]]()
        },
        Damage(testDescription: "a covariate twice", error: invalid("covariates", "a name is duplicated")) {
            $0["covariates"] = ["a", "a", "ö,b"]
        },
        Damage(testDescription: "a covariate not listed", error: invalid("covariates", "'z' is used but not listed")) {
            $0["gateCovariates"] = ["ö,b", "z"]
        },
        Damage(
            testDescription: "covariates out of order",
            error: invalid(
                "covariates", "expertCovariates and gateCovariates must keep the order of covariates")
        ) { $0["gateCovariates"] = ["c\\d", "ö,b"] },
        .expert("negative variance", invalid("experts[1].dispersion", "must be positive")) { $0["dispersion"] = -1 },
        .expert("variance zero", invalid("experts[1].dispersion", "must be positive")) { $0["dispersion"] = 0 },
        .expert("short coefficients", invalid("experts[1].coefficients", "has 2 numbers, not 3")) {
            $0["coefficients"] = [1, 2]
        },
        .expert("long gate", invalid("experts[1].gate", "has 4 numbers, not 3")) { $0["gate"] = [1, 2, 3, 4] },
        .expert("no gate", .missingField(path: "m.json", field: "experts[1].gate")) { $0["gate"] = nil },
        .expert("a null coefficient", .missingField(path: "m.json", field: "experts[1].coefficients[1]")) {
            $0["coefficients"] = [1, NSNull(), 2]
        },
        .expert("no statistics", .missingField(path: "m.json", field: "experts[…].statistics")) {
            $0["statistics"] = nil
        },
        .statistics("short mean", invalid("experts[1].statistics.mean", "has 3 numbers, not 4")) {
            $0["mean"] = [1, 2, 3]
        },
        .statistics("short scatter", invalid("experts[1].statistics.scatter", "has 2 numbers, not 10")) {
            $0["scatter"] = [1, 2]
        },
        .statistics("negative weight", invalid("experts[1].statistics.weight", "must not be negative")) {
            $0["weight"] = -2
        },
        .statistics(
            "negative variance in the scatter", invalid("experts[1].statistics.scatter", "has a negative variance")
        ) { $0["scatter"] = [1, 0, -1, 0, 0, 1, 0, 0, 0, 1] },
    ]

    private func goodText() throws -> String {
        var random = RandomNumbers(seed: 5)
        return try ModelFile(ModelFixture.local(&random)).text(path: "m.json")
    }

    @Test(arguments: damages) func damagedFilesAreRefused(_ damage: Damage) throws {
        let good = Data(try goodText().utf8)
        var object = try #require(try JSONSerialization.jsonObject(with: good) as? [String: Any])
        damage.change(&object)
        let bad = try JSONSerialization.data(withJSONObject: object)
        let error = #expect(throws: ModelFileError.self) { try ModelFile.decode(bad, source: "m.json") }
        #expect(error == damage.error)
        let message = try #require(error).description
        #expect(message.hasPrefix("m.json: "))
        #expect(!message.contains("\n"))
    }

    @Test func filesCutShortAreRefused() throws {
        let text = Data(try goodText().utf8)
        for length in stride(from: 0, to: text.count - 2, by: 97) {
            #expect(throws: ModelFileError.notAModel(path: "m.json")) {
                try ModelFile.decode(text.prefix(length), source: "m.json")
            }
        }
    }

    @Test(arguments: ["a,b\n1,2\n", "\n\n  x;y\n", "\"a\",\"b\"\n", "[1, 2]", "PK\u{3}\u{4}"])
    func tablesAreNamedAsSuch(content: String) throws {
        #expect(throws: ModelFileError.otherContent(path: "m.json")) {
            try ModelFile.decode(Data(content.utf8), source: "m.json")
        }
    }

    @Test func numbersBeyondDoubleAreRefused() throws {
        let text = try goodText().replacing(/"weight": [^,]+,/, with: "\"weight\": 1e999,")
        #expect(throws: ModelFileError.self) { try ModelFile.decode(Data(text.utf8), source: "m.json") }
    }

    /// A later minor addition must not lock older programs out.
    @Test func unknownFieldsAreIgnored() throws {
        let text = try goodText()
        let extended = "{ \"comment\": [1, {\"x\": null}]," + text.dropFirst()
        let read = try ModelFile.decode(Data(extended.utf8), source: "m.json")
        #expect(try read.text(path: "m.json") == text)
    }

    @Test func unreadableFilesAreDistinguished() throws {
        #expect(throws: ModelFileError.fileNotFound(path: "/none/m.json")) { try ModelFile.read(path: "/none/m.json") }
        let folder = FileManager.default.temporaryDirectory.path
        #expect(throws: ModelFileError.cannotRead(path: folder, reason: "it is a directory")) {
            try ModelFile.read(path: folder)
        }
    }
}
