import Foundation

/// What the figures depend on besides the program. No name of a host or of a user is in it.
struct Machine: Codable, Sendable {
    var processor: String
    var cores: Int
    var memoryGB: Double
    var system: String
    var swift: String
    var blas: String
    var revision: String

    static func current() -> Machine {
        Machine(
            processor: processorName(), cores: ProcessInfo.processInfo.activeProcessorCount,
            memoryGB: (Double(ProcessInfo.processInfo.physicalMemory) / 1e8).rounded() / 10,
            system: ProcessInfo.processInfo.operatingSystemVersionString, swift: firstLine("swift", "--version"),
            blas: Dgemm.library, revision: firstLine("git", "describe", "--always", "--dirty"))
    }

    private static func processorName() -> String {
        #if canImport(Darwin)
            return firstLine("sysctl", "-n", "machdep.cpu.brand_string")
        #else
            let text = FileManager.default.contents(atPath: "/proc/cpuinfo").map { String(decoding: $0, as: UTF8.self) }
            let line = text?.split(separator: "\n").first { $0.hasPrefix("model name") }
            return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
        #endif
    }

    private static func firstLine(_ program: String, _ arguments: String...) -> String {
        let outcome = try? ChildProcess(program: program, arguments: arguments, timeLimit: 30).run()
        let line = outcome?.output.split(separator: "\n").first.map(String.init)
        return outcome?.exitCode == 0 ? line ?? "unknown" : "unknown"
    }
}
