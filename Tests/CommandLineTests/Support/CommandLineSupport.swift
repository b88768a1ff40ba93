import Foundation
import Messages
import ModelFiles
import Numerics
import Tables
import Testing

/// A folder of a test's own, where it runs the built program; removed with the last reference.
final class Workspace {
    struct Outcome {
        var exitCode: Int32
        var output: String
        var errors: String

        var errorLines: [Substring] { errors.split(separator: "\n") }
    }

    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("dmoe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The program lies beside the bundle of the tests.
    static let program: URL = {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
        return (bundle ?? URL(fileURLWithPath: CommandLine.arguments[0]))
            .deletingLastPathComponent().appendingPathComponent("dmoe")
    }()

    // MARK: Files

    func url(_ name: String) -> URL { folder.appendingPathComponent(name) }
    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: url(name).path) }
    func text(_ name: String) throws -> String { try String(contentsOf: url(name), encoding: .utf8) }
    func data(_ name: String) throws -> Data { try Data(contentsOf: url(name)) }
    func write(_ text: String, to name: String) throws { try write(Data(text.utf8), to: name) }

    func write(_ data: Data, to name: String) throws {
        try FileManager.default.createDirectory(
            at: url(name).deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: url(name))
    }

    func files(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: url(name).path).sorted()
    }

    func model(_ name: String) throws -> ModelFile { try ModelFile.read(path: url(name).path) }

    // MARK: Running

    /// Runs the program in the folder; releases keep a ledger where the arguments name one.
    func run(
        _ arguments: [String], input: Data = Data(), environment: [String: String] = [:], mayBeKilled: Bool = false
    ) throws -> Outcome {
        try runAsItIs(
            Self.withoutLedger(arguments), input: input, environment: environment, mayBeKilled: mayBeKilled)
    }

    /// What tests do to their tables between two fits, the ledger that is kept by default would refuse.
    private static func withoutLedger(_ arguments: [String]) -> [String] {
        let isRelease = ["fit", "statistics"].contains(arguments.first) && arguments.contains("-o")
        let says = ["--draft", "--ledger", "--no-ledger"].contains { arguments.contains($0) }
        return isRelease && !says ? arguments + ["--no-ledger"] : arguments
    }

    /// The same with the program's own default.
    func runAsItIs(
        _ arguments: [String], input: Data = Data(), environment: [String: String] = [:], mayBeKilled: Bool = false
    ) throws -> Outcome {
        try run(Self.program, arguments, input: input, environment: environment, mayBeKilled: mayBeKilled)
    }

    /// Runs the program, which must succeed.
    @discardableResult
    func succeed(
        _ arguments: String..., input: Data = Data(), sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Outcome {
        try succeed(arguments, input: input, sourceLocation: sourceLocation)
    }

    @discardableResult
    func succeed(
        _ arguments: [String], input: Data = Data(), sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Outcome {
        let outcome = try run(arguments, input: input)
        try #require(outcome.exitCode == 0, "\(arguments): \(outcome.errors)", sourceLocation: sourceLocation)
        return outcome
    }

    /// Starts the program in the folder; what it says is not kept.
    func start(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = Self.program
        process.arguments = Self.withoutLedger(arguments)
        process.currentDirectoryURL = folder
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Runs a line of the shell in which $DMOE is the program.
    func shell(_ line: String) throws -> Outcome {
        try run(
            URL(fileURLWithPath: "/bin/sh"), ["-c", line], environment: ["DMOE": Self.program.path])
    }

    func run(
        _ program: URL, _ arguments: [String], input: Data = Data(), environment: [String: String] = [:],
        mayBeKilled: Bool = false
    ) throws -> Outcome {
        // Files rather than pipes: nobody has to empty them while the program runs.
        let name = ".run-\(UUID().uuidString)"
        try write(input, to: name + "/in")
        defer { try? FileManager.default.removeItem(at: url(name)) }
        for stream in ["out", "err"] { try write(Data(), to: "\(name)/\(stream)") }
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: url(name + "/in"))
        process.standardOutput = try FileHandle(forWritingTo: url(name + "/out"))
        process.standardError = try FileHandle(forWritingTo: url(name + "/err"))
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationReason == .exit || mayBeKilled, "ended by a signal: \(arguments)")
        return Outcome(
            exitCode: process.terminationStatus, output: try text(name + "/out"), errors: try text(name + "/err"))
    }
}

/// The numbers of a CSV text by column.
struct NumberTable {
    private let columns: [String: [Double?]]

    init(_ text: String) throws {
        let lines = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let header = try #require(lines.first)
        columns = Dictionary(
            uniqueKeysWithValues: header.enumerated().map { index, name in
                (String(name), lines.dropFirst().map { Double($0[index]) })
            })
    }

    /// nil for an empty field.
    func column(_ name: String) throws -> [Double?] { try #require(columns[name], "no column \(name)") }

    /// A column without empty fields.
    func numbers(_ name: String) throws -> [Double] { try column(name).map { try #require($0) } }
}

/// Small data of two groups with a regression each.
enum Sample {
    static let names = ["a", "b", "c", "y"]

    static func columns(seed: UInt64, rows: Int = 300) -> [[Double]] {
        var random = RandomNumbers(seed: seed)
        let values = (0..<rows).map { _ -> [Double] in
            let isFirst = random.uniform() < 0.5
            let a = (isFirst ? -1.5 : 1.5) + random.normal()
            let b = random.normal()
            let c = 2 + random.normal()
            let mean = isFirst ? 3 + 2 * a - b + 0.5 * c : -2 - 3 * a + b
            return [a, b, c, mean + 0.5 * random.normal()]
        }
        return names.indices.map { column in values.map { $0[column] } }
    }

    /// CSV of named columns.
    static func csv(_ columns: [(name: String, values: [Double])]) -> String {
        var writer = CSVWriter(header: columns.map(\.name))
        for row in columns[0].values.indices { writer.append(columns.map { $0.values[row] }) }
        return writer.contents
    }

    static func csv(seed: UInt64, rows: Int = 300) -> String {
        csv(Array(zip(names, columns(seed: seed, rows: rows))).map { (name: $0.0, values: $0.1) })
    }

    /// The CSV with field `column` of line `line` (from 1, the header) replaced.
    static func csv(seed: UInt64, rows: Int = 300, line: Int, column: Int, _ field: String) -> String {
        var lines = csv(seed: seed, rows: rows).split(separator: "\n").map(String.init)
        var fields = lines[line - 1].split(separator: ",").map(String.init)
        fields[column] = field
        lines[line - 1] = fields.joined(separator: ",")
        return lines.joined(separator: "\n") + "\n"
    }
}

extension Workspace {
    /// Files s0.csv, s1.csv, … of different rows.
    @discardableResult
    func writeSites(_ count: Int, rows: Int = 300) throws -> [String] {
        let names = (0..<count).map { "s\($0).csv" }
        for (seed, name) in names.enumerated() {
            try write(Sample.csv(seed: UInt64(seed + 1), rows: rows), to: name)
        }
        return names
    }

    /// Fits two experts quickly.
    @discardableResult
    func fit(
        _ data: String, to output: String, _ more: String..., input: Data = Data(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Outcome {
        let arguments = ["fit", data, "--target", "y", "--experts", "2", "--starts", "4", "-o", output] + more
        let outcome = try run(arguments, input: input)
        try #require(outcome.exitCode == 0, "\(arguments): \(outcome.errors)", sourceLocation: sourceLocation)
        return outcome
    }

    /// Local models l0.json, l1.json, … of different sites.
    func writeLocalModels(_ count: Int) throws -> [String] {
        for name in try writeSites(count) { try fit(name, to: "l" + name.dropFirst().dropLast(3) + "json") }
        return (0..<count).map { "l\($0).json" }
    }

    func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }
}
