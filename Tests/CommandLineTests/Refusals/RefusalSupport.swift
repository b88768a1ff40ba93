import Foundation
import Testing

/// A run that must fail: what is given and what must be said.
struct Refusal: Sendable, CustomTestStringConvertible {
    var name: String
    /// Files to write first.
    var files: [String: String]
    /// Without the output.
    var arguments: [String]
    var exitCode: Int32
    /// Parts of the message.
    var says: [String]

    init(
        _ name: String, files: [String: String] = [:], _ arguments: [String], code: Int32 = 65, says: [String]
    ) {
        self.name = name
        self.files = files
        self.arguments = arguments
        exitCode = code
        self.says = says
    }

    var testDescription: String { name }

    /// Fits `d.csv` with the given text.
    static func fit(
        _ name: String, _ text: String, _ more: String..., code: Int32 = 65, says: [String]
    ) -> Refusal {
        Refusal(
            name, files: ["d.csv": text],
            ["fit", "d.csv", "--target", "y", "--experts", "2", "--starts", "2"] + more, code: code, says: says)
    }
}

extension Workspace {
    static let kept = "kept as it was\n"

    /// Runs the arguments with an output file that holds something: the program must end with the exit code, print
    /// nothing, and leave the output as it is.
    private func refused(
        _ arguments: [String], code: Int32, output: String, sourceLocation: SourceLocation
    ) throws -> Outcome {
        try write(Self.kept, to: output)
        let before = try files(".")
        let outcome = try run(arguments + ["-o", output])
        #expect(outcome.exitCode == code, "\(outcome.errors)", sourceLocation: sourceLocation)
        #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
        #expect(try text(output) == Self.kept, sourceLocation: sourceLocation)
        #expect(try files(".") == before, sourceLocation: sourceLocation)
        return outcome
    }

    /// A refusal of data or files: one line of error, that names what is wrong.
    func expect(_ refusal: Refusal, sourceLocation: SourceLocation = #_sourceLocation) throws {
        for (name, text) in refusal.files { try write(text, to: name) }
        let outcome = try refused(
            refusal.arguments, code: refusal.exitCode, output: "kept", sourceLocation: sourceLocation)
        // What was left out on the way may be reported before.
        let errors = outcome.errorLines.filter { !$0.hasSuffix("left out for missing values") }
        #expect(errors.count == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
        #expect(outcome.errors.hasSuffix("\n"), sourceLocation: sourceLocation)
        let message = String(errors.first ?? "")
        #expect(message.hasPrefix("dmoe: "), sourceLocation: sourceLocation)
        for part in refusal.says {
            #expect(message.contains(part), "\(message)", sourceLocation: sourceLocation)
        }
    }

    /// A refusal of the command line itself.
    func expectUsageError(_ refusal: Refusal, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let outcome = try refused(refusal.arguments, code: 64, output: "kept", sourceLocation: sourceLocation)
        #expect(outcome.errors.hasPrefix("Error: "), sourceLocation: sourceLocation)
        #expect(outcome.errors.contains("\nUsage: dmoe "), sourceLocation: sourceLocation)
        for part in refusal.says {
            #expect(outcome.errors.contains(part), "\(outcome.errors)", sourceLocation: sourceLocation)
        }
    }
}
