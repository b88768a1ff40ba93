import Foundation
import Testing

/// Every call on the way of a result to the disk fails once, for every command that writes: the old file or the new one is there,
/// nothing else is, and the exit code says which.
@Suite struct OutputFaultTests {
    let work: Workspace

    init() throws {
        work = try Workspace()
        let sites = try work.writeSites(2, rows: 60)
        for (index, site) in sites.enumerated() {
            try work.fit(site, to: "l\(index).json")
        }
        try work.succeed("aggregate", "l0.json", "l1.json", "-o", "g.json")
        try work.succeed("statistics", "g.json", "s0.csv", "-o", "t0.json")
    }

    private static let fit = ["--target", "y", "--experts", "2", "--starts", "2"]

    /// Each with where it writes to.
    private static let commands: [[String]] = [
        ["fit", "s0.csv"] + fit, ["aggregate", "l0.json", "l1.json"], ["statistics", "g.json", "s0.csv"],
        ["update", "g.json", "t0.json"], ["learn", "s0.csv", "s1.csv"] + fit, ["predict", "g.json", "s0.csv"],
        ["study", "new", "s0.csv", "--target", "y"], ["adapt", "g.json", "s0.csv"],
        ["aggregate", "l0.json", "l1.json", "--method", "mixture"],
    ]

    /// Those that write several files, into `out`.
    private static let ofSeveralFiles: [[String]] = [
        ["learn", "s0.csv", "s1.csv"] + fit + ["--local-models", "out", "-o", "out/global.json"],
        ["learn", "s0.csv", "s1.csv"] + fit + ["--adapt", "--adapted-models", "out", "-o", "out/global.json"],
        ["simulate", "--rows", "60", "--shards", "2", "--test-rows", "20", "-o", "out"],
    ]

    /// Each is whole or not there, and the exit code says that one is missing.
    @Test(arguments: ofSeveralFiles) func eachOfSeveralFilesIsWholeOrNotThere(_ arguments: [String]) throws {
        let preload = try work.faultLibrary()
        try FileManager.default.createDirectory(at: work.url("out"), withIntermediateDirectories: false)
        try work.succeed(arguments)
        let names = try FileManager.default.subpathsOfDirectory(atPath: work.url("out").path)
        let texts = try names.reduce(into: [String: String]()) { texts, name in
            texts[name] = try? work.text("out/" + name)
        }
        #expect(texts.count >= 3)
        for name in ["open", "write", "fsync", "rename"] {
            for number in 1... {
                try FileManager.default.removeItem(at: work.url("out"))
                try FileManager.default.createDirectory(at: work.url("out"), withIntermediateDirectories: false)
                try? FileManager.default.removeItem(at: work.url("fired"))
                let environment = preload.merging(
                    ["FAULT": "\(name):\(number):\(EIO)", "FAULT_FIRED": work.url("fired").path]) { $1 }
                let outcome = try work.run(arguments, environment: environment)
                guard work.exists("fired") else {
                    #expect(number > texts.count, "\(arguments[0]) makes \(number - 1) calls of \(name)")
                    break
                }
                #expect([73, 74].contains(outcome.exitCode), "\(arguments[0]), \(name) \(number)")
                for path in try FileManager.default.subpathsOfDirectory(atPath: work.url("out").path) {
                    let isWhole = (try? work.text("out/" + path)).map { $0 == texts[path] } ?? true
                    #expect(isWhole && names.contains(path), "\(arguments[0]), \(name) \(number): \(path)")
                }
            }
        }
    }

    private static let old = "what was there"

    /// The faults in a row, from the first call of the name to the first number that is not reached.
    private func forEachCall(
        _ name: String, _ what: String, _ arguments: [String], preload: [String: String],
        _ check: (Workspace.Outcome, _ subject: String) throws -> Void
    ) throws {
        for number in 1... {
            try work.write(Self.old, to: "out/f")
            chmod(work.url("out/f").path, 0o640)
            try? FileManager.default.removeItem(at: work.url("fired"))
            let environment = preload.merging(
                ["FAULT": "\(name):\(number):\(what)", "FAULT_FIRED": work.url("fired").path]) { $1 }
            let outcome = try work.run(
                arguments + ["-o", "out/f"], environment: environment, mayBeKilled: what == "kill")
            guard work.exists("fired") else {
                #expect(number > 1, "\(arguments[0]) makes no call of \(name)")
                return
            }
            try check(outcome, "\(arguments.prefix(2)), \(name) \(number): \(what)")
        }
    }

    @Test(arguments: commands) func aFailingCallLeavesTheOldFileOrTheNewOne(_ arguments: [String]) throws {
        let preload = try work.faultLibrary()
        try work.succeed(arguments + ["-o", "new"])
        let new = try work.text("new")
        for name in ["open", "write", "fsync", "fchmod", "rename"] {
            for number in [EIO, ENOSPC] {
                try forEachCall(name, "\(number)", arguments, preload: preload) { outcome, subject in
                    #expect([73, 74].contains(outcome.exitCode), "\(subject)")
                    let line = outcome.errorLines.last ?? ""
                    #expect(line.hasPrefix("dmoe: out/f: cannot be written: "), "\(subject)")
                    // After the renaming only the sync of the folder is left to fail.
                    let isNew = outcome.errors.contains("the file is there")
                    let (text, files) = (try work.text("out/f"), try work.files("out"))
                    #expect(text == (isNew ? new : Self.old), "\(subject)")
                    #expect(files == ["f"], "\(subject)")
                }
            }
        }
        try forEachCall("write", "short", arguments, preload: preload) { outcome, subject in
            let text = try work.text("out/f")
            #expect(outcome.exitCode == 0 && text == new, "\(subject)")
        }
    }

    @Test func whatAKilledProcessLeftIsGoneAfterTheNext() throws {
        let preload = try work.faultLibrary()
        let arguments = Self.commands[1]
        try work.succeed(arguments + ["-o", "new"])
        let new = try work.text("new")
        var strays = 0
        for name in ["open", "write", "fsync", "fchmod", "rename"] {
            try forEachCall(name, "kill", arguments, preload: preload) { _, subject in
                let text = try work.text("out/f")
                #expect(text == Self.old || text == new, "\(subject)")
                strays += try work.files("out").count - 1
                try work.succeed(arguments + ["-o", "out/f"])
                let (next, files) = (try work.text("out/f"), try work.files("out"))
                #expect(next == new && files == ["f"], "\(subject)")
            }
        }
        #expect(strays > 0, "no kill came between making and renaming")
    }

    /// The file of a process that is still writing is not taken for one that was left behind.
    @Test func twoWritersLeaveOneOfTheirFiles() throws {
        try work.write(Self.old, to: "out/f")
        for _ in 1...5 {
            let writers = try [["l0.json", "l1.json"], ["l1.json"]].map {
                try work.start(["aggregate"] + $0 + ["--quiet", "-o", "out/f"])
            }
            for writer in writers {
                writer.waitUntilExit()
                #expect(writer.terminationStatus == 0)
            }
        }
        #expect(try work.files("out") == ["f"])
        #expect(try work.model("out/f").aggregation != nil)
    }

    /// While it waits for more rows from a pipe.
    @Test(arguments: [SIGINT, SIGTERM]) func aStoppedFitLeavesTheOldFile(_ signal: Int32) throws {
        try work.write(Self.old, to: "out/f")
        let pipe = work.url("data").path
        try #require(mkfifo(pipe, 0o600) == 0)
        // Open for both, so that it neither waits for a reader nor ends.
        let descriptor = open(pipe, O_RDWR)
        try #require(descriptor >= 0)
        let writer = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let process = try work.start(["fit", "data"] + Self.fit + ["-o", "out/f"])
        try writer.write(contentsOf: Data("a,b,c,y\n1,2,3,4\n".utf8))
        usleep(300_000)
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == signal)
        #expect(try work.text("out/f") == Self.old)
        #expect(try work.files("out") == ["f"])
    }
}

extension Workspace {
    /// Environment in which the calls of `faults.c` can be made to fail.
    func faultLibrary() throws -> [String: String] {
        let source = try #require(
            Bundle.module.url(forResource: "faults", withExtension: "c", subdirectory: "Resources"))
        #if os(macOS)
            let (flags, variable) = (["-dynamiclib"], "DYLD_INSERT_LIBRARIES")
        #else
            let (flags, variable) = (["-shared", "-fPIC", "-ldl"], "LD_PRELOAD")
        #endif
        let library = url("faults.so").path
        // The compiler that came with the one of Swift.
        let outcome = try run(
            URL(fileURLWithPath: "/usr/bin/env"), ["clang", "-o", library, source.path] + flags)
        try #require(outcome.exitCode == 0, "clang, which comes with Swift: \(outcome.errors)")
        return [variable: library]
    }
}
