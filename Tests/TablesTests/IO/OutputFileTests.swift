import Foundation
import Messages
import Tables
import Testing

@Suite struct OutputFileTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("output-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test func replacesTheOldFileAndLeavesNothingElse() throws {
        try withFolder { folder in
            try OutputFile.write("old, and longer", to: folder + "/f.json")
            try OutputFile.write("new", to: folder + "/f.json")
            #expect(try text(folder + "/f.json") == "new")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["f.json"])
        }
    }

    @Test func missingFolderIsNamedAndNotMade() throws {
        try withFolder { folder in
            let error = #expect(throws: TableError.self) {
                try OutputFile.write("x", to: folder + "/none/f.json")
            }
            guard case .cannotWrite(let path, let reason) = try #require(error) else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(path == folder + "/none/f.json")
            #expect(reason.hasPrefix("the directory \(folder)/none does not exist"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test func aDirectoryIsNoOutput() throws {
        try withFolder { folder in
            try OutputFile.makeDirectory(folder + "/d")
            try OutputFile.write("kept", to: folder + "/d/inside")
            #expect(throws: TableError.self) { try OutputFile.check(folder + "/d") }
            #expect(throws: TableError.self) { try OutputFile.write("x", to: folder + "/d") }
            #expect(try text(folder + "/d/inside") == "kept")
        }
    }

    @Test func aFileIsNoFolder() throws {
        try withFolder { folder in
            try OutputFile.write("kept", to: folder + "/f")
            #expect(throws: TableError.self) { try OutputFile.write("x", to: folder + "/f/g") }
            #expect(throws: TableError.self) { try OutputFile.makeDirectory(folder + "/f") }
            #expect(try text(folder + "/f") == "kept")
        }
    }

    @Test func aLinkStaysALink() throws {
        try withFolder { folder in
            try OutputFile.write("old", to: folder + "/real")
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/link", withDestinationPath: folder + "/real")
            try OutputFile.write("new", to: folder + "/link")
            #expect(try text(folder + "/real") == "new")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link") == folder + "/real")
        }
    }

    /// By absolute and relative links, through several, and where nothing is at their end.
    @Test func linksAreFollowedToTheirEnd() throws {
        try withFolder { folder in
            try OutputFile.makeDirectory(folder + "/d")
            for (link, target) in [
                ("relative", "d/new"), ("d/up", "../second"), ("chain", "d/up"), ("absolute", folder + "/third"),
            ] {
                try FileManager.default.createSymbolicLink(atPath: folder + "/" + link, withDestinationPath: target)
            }
            for (link, end) in [("relative", "d/new"), ("chain", "second"), ("absolute", "third")] {
                try OutputFile.write(link, to: folder + "/" + link)
                #expect(try text(folder + "/" + end) == link)
                #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + link)) != nil)
            }
            try FileManager.default.createSymbolicLink(atPath: folder + "/x", withDestinationPath: "y")
            try FileManager.default.createSymbolicLink(atPath: folder + "/y", withDestinationPath: "x")
            try FileManager.default.createSymbolicLink(atPath: folder + "/nowhere", withDestinationPath: "none/f")
            for path in ["/x", "/nowhere"] {
                #expect(throws: TableError.self) { try OutputFile.write("x", to: folder + path) }
            }
        }
    }

    /// A file that others must not read stays so, also while it is written.
    @Test(arguments: [0o600, 0o640, 0o644, 0o755] as [mode_t]) func theModeOfTheOldFileStays(_ mode: mode_t) throws {
        try withFolder { folder in
            let path = folder + "/f"
            try OutputFile.write("old", to: path)
            chmod(path, mode)
            try OutputFile.write("new", to: path)
            var status = stat()
            try #require(stat(path, &status) == 0)
            #expect(status.st_mode & 0o7777 == mode)
            #expect(try text(path) == "new")
        }
    }

    /// Its mode stays where the user may write it nevertheless; else it is not replaced.
    @Test func aFileThatIsOnlyRead() throws {
        try withFolder { folder in
            let path = folder + "/f"
            try OutputFile.write("old", to: path)
            chmod(path, 0o400)
            let isWritable = access(path, W_OK) == 0
            if isWritable {
                try OutputFile.write("new", to: path)
            } else {
                #expect(throws: TableError.self) { try OutputFile.write("new", to: path) }
            }
            var status = stat()
            try #require(stat(path, &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o400)
            #expect(try text(path) == (isWritable ? "new" : "old"))
        }
    }

    @Test func aNewFileHasTheModeThatTheUserWants() throws {
        try withFolder { folder in
            try OutputFile.write("new", to: folder + "/f")
            let mask = umask(0)
            umask(mask)
            var status = stat()
            try #require(stat(folder + "/f", &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o666 & ~mask)
        }
    }

    @Test func theLongestNameIsAName() throws {
        try withFolder { folder in
            for name in [String(repeating: "n", count: 255), String(repeating: "ä", count: 127)] {
                try OutputFile.write("x", to: folder + "/" + name)
                #expect(try text(folder + "/" + name) == "x")
            }
            #expect(throws: TableError.self) {
                try OutputFile.write("x", to: folder + "/" + String(repeating: "n", count: 256))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
        }
    }

    @Test func anInputIsNeverWrittenOver() throws {
        try withFolder { folder in
            try OutputFile.write("data", to: folder + "/in.csv")
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/link", withDestinationPath: folder + "/in.csv")
            try OutputFile.makeDirectory(folder + "/d")
            for path in ["/in.csv", "/d/../in.csv", "/link"] {
                #expect(throws: TableError.self) {
                    try OutputFile.check(folder + path, inputs: ["-", folder + "/none", folder + "/in.csv"])
                }
            }
            try OutputFile.check(folder + "/out.csv", inputs: [folder + "/in.csv"])
        }
    }

    @Test func aPipeIsWrittenToAndNotReplaced() throws {
        try withFolder { folder in
            let path = folder + "/pipe"
            try #require(mkfifo(path, 0o600) == 0)
            // Open for both, so that nothing waits for the other end.
            let descriptor = open(path, O_RDWR | O_NONBLOCK)
            try #require(descriptor >= 0)
            let reader = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try OutputFile.check(path)
            try OutputFile.write("through", to: path)
            #expect(try reader.read(upToCount: 7) == Data("through".utf8))
            let kind = try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
            #expect(kind != .typeRegular)
        }
    }

    @Test func messagesAreOneLine() throws {
        let error = #expect(throws: TableError.self) { try OutputFile.check("/no\nsuch/folder\n/f") }
        let message = try #require(error).description
        #expect(message.contains("folder"))
        #expect(!message.contains("\n"))
    }
}
