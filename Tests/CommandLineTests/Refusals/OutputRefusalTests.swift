import Foundation
import Messages
import Testing

/// Outputs that cannot be written, and files that must not be lost.
@Suite struct OutputRefusalTests {
    let work: Workspace

    init() throws {
        work = try Workspace()
        _ = try work.writeLocalModels(2)
    }

    private static let fit = ["--target", "y", "--experts", "2", "--starts", "2"]

    /// Every command that writes a file, less the output.
    private static let writers = [
        ["fit", "s0.csv"] + fit, ["aggregate", "l0.json", "l1.json"], ["learn", "s0.csv", "s1.csv"] + fit,
        ["predict", "l0.json", "s0.csv"], ["adapt", "l0.json", "s1.csv"],
    ]

    private func expectRefusal(
        _ arguments: [String], says: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let outcome = try work.run(arguments)
        #expect(outcome.exitCode == 73, sourceLocation: sourceLocation)
        #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
        #expect(outcome.errors.contains(/^dmoe: [^\n]*cannot be written[^\n]*\n$/), sourceLocation: sourceLocation)
        for part in says {
            #expect(outcome.errors.contains(part), "\(outcome.errors)", sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: writers) func aDirectoryThatIsNotThere(_ arguments: [String]) throws {
        try expectRefusal(arguments + ["-o", "none/out"], says: ["none/out", "does not exist"])
        #expect(!work.exists("none"))
    }

    @Test(arguments: writers) func aDirectoryInPlaceOfAFile(_ arguments: [String]) throws {
        try work.write("kept", to: "taken/inside")
        try expectRefusal(arguments + ["-o", "taken"], says: ["dmoe: taken: ", "directory"])
        #expect(try work.files("taken") == ["inside"])
    }

    @Test(arguments: writers) func anInputInPlaceOfTheOutput(_ arguments: [String]) throws {
        for input in arguments.dropFirst().prefix(2) where !input.hasPrefix("-") {
            let before = try work.text(input)
            try expectRefusal(arguments + ["-o", input], says: [input, "one of the inputs"])
            try expectRefusal(arguments + ["-o", "./\(input)"], says: [input, "one of the inputs"])
            #expect(try work.text(input) == before)
        }
    }

    /// A wrong output is refused before any work: the data are not even looked for.
    @Test func theOutputIsCheckedFirst() throws {
        try expectRefusal(["fit", "none.csv", "-o", "none/out"] + Self.fit, says: ["none/out"])
    }

    @Test func directoriesThatCannotBeMade() throws {
        try work.write(Workspace.kept, to: "file")
        try expectRefusal(["simulate", "--rows", "4", "--shards", "2", "-o", "file"], says: ["file", "directory"])
        try work.expect(
            Refusal(
                "local models", ["learn", "s0.csv", "s1.csv", "--local-models", "file"] + Self.fit, code: 73,
                says: ["file", "directory"]))
        #expect(try work.text("file") == Workspace.kept)
    }

    /// The disk is full when the model is written: a limit on the size of files stands in for it.
    @Test func aFullDiskLeavesTheOldFile() throws {
        try work.write(Workspace.kept, to: "kept.json")
        let before = try work.files(".")
        let outcome = try work.shell(
            "ulimit -f 1; exec \"$DMOE\" fit s0.csv \(Self.fit.joined(separator: " ")) --no-ledger -o kept.json")
        #expect(outcome.exitCode == 74)
        #expect(outcome.errors.contains(/^dmoe: kept\.json: cannot be written[^\n]*\n$/))
        #expect(try work.text("kept.json") == Workspace.kept)
        #expect(try work.files(".") == before)
        // Nothing goes out that cannot be entered, and no half of an entry stays.
        let entering = try work.shell(
            "ulimit -f 1; exec \"$DMOE\" fit s0.csv \(Self.fit.joined(separator: " ")) -o kept.json")
        #expect(entering.exitCode == 73)
        #expect(entering.errors.contains("the ledger cannot be written, and nothing was released"))
        #expect(try work.text("kept.json") == Workspace.kept)
        #expect(try Set(work.files(".")) == Set(before).union(["dmoe.ledger"]))
        let list = try work.run(["ledger", "dmoe.ledger"])
        #expect(list.exitCode == 0 && list.errors.isEmpty && list.output.contains("0 answers"))
    }

    @Test func aPipeGetsTheFileAndStaysAPipe() throws {
        let outcome = try work.shell(
            """
            mkfifo pipe && { cat pipe > through.json & } && \
            "$DMOE" fit s0.csv \(Self.fit.joined(separator: " ")) --no-ledger --quiet -o pipe && wait && test -p pipe
            """)
        #expect(outcome.exitCode == 0)
        try work.succeed("fit", "s0.csv", "--target", "y", "--experts", "2", "--starts", "2", "-o", "file.json")
        #expect(try work.text("through.json") == work.text("file.json"))
    }

    /// Before the rows are read, not after the fit.
    @Test func aNameLongerThanFileSystemsTake() throws {
        let name = String(repeating: "n", count: 300) + ".json"
        let outcome = try work.run(["fit", "s0.csv", "--target", "y", "--experts", "2", "-o", name])
        #expect(outcome.exitCode == 73)
        #expect(outcome.errors.contains("its name is longer than"))
        #expect(!outcome.errors.contains("rows"))
    }
}
