import Foundation
import Messages
import Numerics
import Testing

/// Texts of files and names of files: none moves the cursor, hides a part of a line or makes a line of its own.
@Suite struct ForeignTextTests {
    /// A line of output of our own, as a name would forge it, and characters that steer a terminal or the order of letters.
    private static let forged = [
        "x\nwarning: all is well", "x\r\u{1B}[2Kok", "x\u{9B}2Jy", "x\u{202E}y", "x\u{2066}y", "x\u{85}y", "x\u{2028}y",
        "x\u{7}y",
    ]

    private func expectOneVisibleLine(_ text: String, count: Int = 1, sourceLocation: SourceLocation = #_sourceLocation)
    {
        #expect(text.split(separator: "\n").count == count, "\(text.debugDescription)", sourceLocation: sourceLocation)
        #expect(!text.contains("\nwarning: all"), sourceLocation: sourceLocation)
        expectVisible(text, sourceLocation: sourceLocation)
    }

    private func expectVisible(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let hidden = text.unicodeScalars.filter { scalar in
            scalar != "\n"
                && [.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
        }
        #expect(hidden.isEmpty, "\(text.debugDescription)", sourceLocation: sourceLocation)
    }

    private static func quoted(_ name: String) -> String { "\"" + name + "\"" }

    /// A program gets such an argument repaired, as the name of another file.
    @Test func argumentsThatAreNoTextAreRefused() throws {
        let work = try Workspace()
        try work.write(Sample.csv(seed: 1), to: "s.csv")
        for line in [
            "cp s.csv \"$(printf 'in\\203.csv')\"; \"$DMOE\" fit \"$(printf 'in\\203.csv')\" --target y --experts 1 -o m.json",
            "\"$DMOE\" fit s.csv --target y --experts 1 --draft -o \"$(printf 'out\\202.json')\"",
            "\"$DMOE\" fit s.csv --target \"$(printf 'caf\\351')\" --experts 1 -o m.json",
        ] {
            let outcome = try work.shell(line)
            #expect(outcome.exitCode == 64)
            #expect(outcome.errors.contains("is no text in UTF-8"))
            expectOneVisibleLine(outcome.errors)
        }
        #expect(try work.files(".").filter { $0.hasPrefix("out") || $0.hasPrefix("m") }.isEmpty)
    }

    @Test(arguments: forged) func inNamesOfFiles(name: String) throws {
        let work = try Workspace()
        let missing = try work.run(["fit", name + ".csv", "--target", "y", "--experts", "1", "-o", "m.json"])
        #expect(missing.exitCode == 66)
        expectOneVisibleLine(missing.errors)
        try work.write(Sample.csv(seed: 1, line: 5, column: 1, ""), to: name + ".csv")
        let fit = try work.run(
            ["fit", name + ".csv", "--target", "y", "--experts", "1", "--missing", "drop", "-o", name + ".json"])
        #expect(fit.exitCode == 0)
        expectOneVisibleLine(fit.errors)
        expectVisible(fit.output)
        #expect(!fit.output.contains("\nwarning: all"))
        let inspect = try work.run(["inspect", name + ".json"])
        #expect(inspect.exitCode == 0 && !inspect.output.contains("\nwarning: all"))
        expectVisible(inspect.output)
        let learn = try work.run(
            ["learn", name + ".csv", "--shards", "2", "--target", "y", "--experts", "1", "--missing", "drop", "--json"])
        expectVisible(learn.output + learn.errors)
    }

    @Test(arguments: forged) func inNamesOfColumns(name: String) throws {
        let work = try Workspace()
        let lines = Sample.csv(seed: 1).split(separator: "\n").dropFirst().enumerated().map { "z\($0 % 3),4,\($1)" }
        let header = Self.quoted(name) + "," + Self.quoted("constant " + name) + ",a,b,c," + Self.quoted("y" + name)
        try work.write(header + "\n" + lines.joined(separator: "\n"), to: "d.csv")
        let fit = try work.run(["fit", "d.csv", "--target", "y" + name, "--experts", "1", "-o", "m.json"])
        #expect(fit.exitCode == 0, "\(fit.errors)")
        expectOneVisibleLine(fit.errors, count: 2)
        expectVisible(fit.output)
        for arguments in [["inspect", "m.json"], ["inspect", "m.json", "--json"]] {
            let outcome = try work.run(arguments)
            #expect(outcome.exitCode == 0 && !outcome.output.contains("\nwarning: all"))
            expectVisible(outcome.output)
        }
        let study = try work.run(["study", "new", "d.csv", "--target", "y" + name, "-o", "s.json"])
        #expect(study.exitCode == 0 && !study.output.contains("\nwarning: all"), "\(study.errors)")
        expectVisible(study.output)
        let json = try work.run(["study", "new", "d.csv", "--target", "y" + name, "--json", "-o", "s.json"])
        expectVisible(json.output)
        #expect(try work.json(json.output)["output"] as? String == "s.json")
        let absent = try work.run(["fit", "d.csv", "--target", name + "?", "--experts", "1", "-o", "m.json"])
        #expect(absent.exitCode == 65)
        expectOneVisibleLine(absent.errors)
    }

    @Test(arguments: forged) func inCells(cell: String) throws {
        let work = try Workspace()
        try work.write(Sample.csv(seed: 1, line: 5, column: 1, Self.quoted(cell)), to: "d.csv")
        for arguments in [
            ["fit", "d.csv", "--target", "y", "--experts", "1"], ["study", "new", "d.csv", "--target", "y"],
        ] {
            let outcome = try work.run(arguments + ["-o", "m.json"])
            #expect(outcome.exitCode == 65)
            expectOneVisibleLine(outcome.errors)
        }
    }

    /// What the parser of the command line says of its arguments.
    @Test(arguments: forged) func inArguments(text: String) throws {
        let work = try Workspace()
        let fit = ["fit", "d.csv", "--target", "y", "--experts", "1", "-o", "m.json"]
        for more in [
            ["--seed=" + text], ["--" + text], ["--features", "\"" + text], ["--family", text], ["--missing", text],
        ] {
            let outcome = try work.run(fit + more)
            #expect(outcome.exitCode == 64)
            #expect(!outcome.errors.contains("\nwarning: all"), "\(outcome.errors)")
            expectVisible(outcome.errors)
        }
        let command = try work.run([text])
        #expect(command.exitCode == 64 && !command.errors.contains("\nwarning: all"))
        expectVisible(command.errors)
    }

    /// Escapes of JSON say the same.
    @Test func escapesInJSONAreRead() throws {
        var random = RandomNumbers(seed: 4)
        for _ in 0..<300 {
            let scalars = (0..<8).compactMap { _ in
                Unicode.Scalar(
                    UInt32(
                        [0x20, 0x7F, 0x80, 0x2028, 0x202A, 0x2066, 0xFEFF, 0xE0001, 0x61, 0xE9, 0x1F600][
                            random.index(below: 11)]))
            }
            let text = String(String.UnicodeScalarView(scalars))
            let document = String(decoding: try JSONEncoder().encode([text]), as: UTF8.self).escapedInJSON
            #expect(try JSONDecoder().decode([String].self, from: Data(document.utf8)) == [text])
            expectVisible(document)
            #expect(text.visible.visible == text.visible)
        }
    }
}
