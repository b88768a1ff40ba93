import Foundation
import Messages
import Testing

/// Files of the wrong kind, and text of another encoding: what they are is said.
@Suite struct ForeignFileTests {
    private static let study = StudySample.study.text()
    private static let fit = ["fit", "d.csv", "--target", "y", "--experts", "1"]

    static let refusals: [Refusal] = [
        Refusal(
            "a study to predict with", files: ["s.json": study, "d.csv": "a\n1\n"], ["predict", "s.json", "d.csv"],
            says: ["s.json: a study", "(dmoe fit, --study)"]),
        Refusal(
            "a study to aggregate", files: ["s.json": study], ["aggregate", "s.json", "s.json"],
            says: ["s.json: a study"]),
        Refusal("JSON as a table", files: ["d.csv": study], fit, says: ["d.csv: this is JSON text"]),
        Refusal(
            "an array of JSON", files: ["d.csv": "\n [ {\"a\": 1, \"y\": 2} ]"], fit, says: ["d.csv: this is JSON text"]
        ),
        Refusal(
            "JSON out of core", files: ["d.csv": study], fit + ["--out-of-core"], says: ["d.csv: this is JSON text"]),
    ]

    @Test(arguments: refusals) func isRefused(_ refusal: Refusal) throws { try Workspace().expect(refusal) }

    @Test func aStudyIsNoModelToInspect() throws {
        let place = try Workspace()
        try place.write(Self.study, to: "s.json")
        let outcome = try place.run(["inspect", "s.json"])
        #expect(outcome.exitCode == 65)
        #expect(outcome.errorLines.count == 1 && outcome.errors.contains("s.json: a study"))
    }

    /// Latin-1 in a level, in a class, in a name, in a field that should be a number.
    @Test(arguments: [
        ("a,ort,y\n1,M\u{fc}nchen,2\n", 2), ("a,ort,y\n1,x,2\n2,Z\u{fc}rich,3\n", 3),
        ("a,gr\u{f6}\u{df}e,y\n1,2,2\n", 1),
    ]) func otherEncodingsAreNamed(text: String, line: Int) throws {
        let place = try Workspace()
        try place.write(try #require(text.data(using: .isoLatin1)), to: "d.csv")
        let outcome = try place.run(["study", "new", "d.csv", "--target", "y", "-o", "s.json"])
        #expect(outcome.exitCode == 65)
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.contains("d.csv, line \(line): "), "\(outcome.errors)")
        #expect(outcome.errors.contains("no UTF-8 text") && outcome.errors.contains("iconv"))
    }

    @Test func aNumberOfAnotherEncodingIsNamed() throws {
        let place = try Workspace()
        try place.write(try #require("a,y\n1,2\n\u{bd},2\n".data(using: .isoLatin1)), to: "d.csv")
        let outcome = try place.run(Self.fit + ["--features", "a", "-o", "m.json"])
        #expect(outcome.exitCode == 65)
        #expect(outcome.errors.contains("d.csv, line 3: ") && outcome.errors.contains("no UTF-8 text"))
    }

    @Test func rowsOfArraysAreNoLines() throws {
        let place = try Workspace()
        let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }"
        let padded = header + String(repeating: " ", count: 117 - header.count) + "\n"
        var data = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, 118, 0]) + Data(padded.utf8)
        for value in [1.0, 2, 3, .nan, 5, 6] {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        }
        try place.write(data, to: "d.npy")
        for more in [[], ["--out-of-core"]] {
            let outcome = try place.run(["fit", "d.npy", "--target", "c1", "--experts", "1", "-o", "m.json"] + more)
            #expect(outcome.exitCode == 65)
            #expect(outcome.errors.contains("d.npy, row 2: column \"c1\" is missing"), "\(outcome.errors)")
        }
    }
}
