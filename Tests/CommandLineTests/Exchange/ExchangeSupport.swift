import Foundation
import Testing

/// A study of three sites on one machine: their rows in folders of their own, the exchange in `shared`.
struct Study3 {
    let work: Workspace
    static let names = ["a", "b", "c"]

    /// - Parameter options: of `init`.
    init(_ options: String...) throws {
        work = try Workspace()
        for (seed, name) in Self.names.enumerated() {
            try work.write(Sample.csv(seed: UInt64(seed + 1), rows: 120), to: "site-\(name)/\(name).csv")
        }
        try work.succeed(
            ["study", "new"] + Self.names.map(Self.data) + ["--target", "y", "--experts", "2", "-o", "study.json"])
        try begin("shared", options)
    }

    static func data(_ name: String) -> String { "site-\(name)/\(name).csv" }

    /// The public key, of a key that is made where there is none.
    func publicKey(_ name: String) throws -> String {
        try work.succeed("exchange", "key", "-o", "\(name).key").output.trimmingCharacters(in: .newlines)
    }

    func begin(_ folder: String, _ options: [String] = []) throws {
        _ = try publicKey("coordinator")
        let participants = try Self.names.flatMap { ["--participant", "\($0)=\(try publicKey($0))"] }
        try work.succeed(
            ["exchange", "init", folder, "--key", "coordinator.key", "--study", "study.json"] + participants + options)
    }

    // MARK: Commands

    func fit(_ name: String, in folder: String = "shared", _ options: String...) throws -> Workspace.Outcome {
        try work.run(fitArguments(name, in: folder) + options)
    }

    func fitArguments(_ name: String, in folder: String = "shared") -> [String] {
        [
            "exchange", "fit", folder, Self.data(name), "--key", "\(name).key", "--approve", "Dr \(name)", "--starts",
            "2",
        ]
    }

    /// Fits that must succeed.
    func fit(all names: [String] = Study3.names, in folder: String = "shared") throws {
        for name in names { try work.succeed(fitArguments(name, in: folder)) }
    }

    func round(all names: [String] = Study3.names) throws {
        for name in names { try work.succeed(roundArguments(name)) }
    }

    func roundArguments(_ name: String) -> [String] {
        ["exchange", "round", "shared", Self.data(name), "--key", "\(name).key", "--approve", "Dr \(name)"]
    }

    /// A command of the coordinator.
    func coordinator(_ command: String, _ options: String..., in folder: String = "shared") throws -> Workspace.Outcome
    {
        try work.run(["exchange", command, folder, "--key", "coordinator.key"] + options)
    }

    func status(_ folder: String = "shared") throws -> Workspace.Outcome {
        try work.run(["exchange", "status", folder])
    }

    // MARK: Files

    func path(_ name: String, _ file: String) -> String { "shared/participants/\(name)/\(file)" }

    func copy(_ from: String, to: String) throws {
        try? FileManager.default.removeItem(at: work.url(to))
        try FileManager.default.createDirectory(
            at: work.url(to).deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: work.url(from), to: work.url(to))
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(at: work.url(name)) }

    func edit(_ name: String, _ change: (String) -> String) throws {
        let (old, new) = (try work.text(name), change(try work.text(name)))
        try #require(old != new, "nothing was changed in \(name)")
        try work.write(new, to: name)
    }

    func lines(_ name: String, _ change: (inout [Substring]) -> Void) throws {
        try edit(name) { text in
            var lines = text.split(separator: "\n")
            change(&lines)
            return lines.map { $0 + "\n" }.joined()
        }
    }

    /// The last global model that the coordinator has signed.
    func globalModel() throws -> Data {
        let files = try work.files("shared/coordinator").filter { $0.hasPrefix("global-") }
        let last = try #require(files.max { Self.number($0) < Self.number($1) })
        return try work.data("shared/coordinator/" + last)
    }

    private static func number(_ file: String) -> Int { Int(file.filter(\.isNumber)) ?? 0 }

    /// The local model of each site as another file of its name, for the commands on files.
    func localFiles(_ names: [String], _ file: String = "local-1.json") throws -> [String] {
        try names.map { name in
            try copy(path(name, file), to: "by-hand/\(name).json")
            return "by-hand/\(name).json"
        }
    }
}
