import Foundation
import Messages

/// What the figures depend on besides the program.
///
/// No name of a host or of a user is in it.
struct Machine: Codable, Sendable {
    var processor: String
    /// Of those that kernels ask for.
    var instructions: [String]
    var cores: Int
    var memoryGB: Double
    var system: String
    /// Processes that wanted to run in the last minute: a busy machine measures its neighbours too.
    var load: Double
    var swift: String
    var revision: String

    var text: String {
        """
        \(processor) (\(instructions.joined(separator: " "))), \(cores) cores, \(memoryGB) GB, \(system), load \(load)
        \(swift); revision \(revision)
        """
    }

    static func current() -> Machine {
        Machine(
            processor: cpuLine("model name") ?? "unknown", instructions: instructions(),
            cores: ProcessInfo.processInfo.activeProcessorCount,
            memoryGB: (Double(ProcessInfo.processInfo.physicalMemory) / 1e8).rounded() / 10,
            system: ProcessInfo.processInfo.operatingSystemVersionString, load: currentLoad(),
            swift: firstLine("swift", "--version"), revision: firstLine("git", "describe", "--always", "--dirty"))
    }

    private static func currentLoad() -> Double {
        var averages = [0.0]
        return getloadavg(&averages, 1) == 1 ? (100 * averages[0]).rounded() / 100 : 0
    }

    static func instructions() -> [String] {
        let known = Set((cpuLine("flags") ?? "").split(separator: " ").map(String.init))
        return ["avx2", "fma", "avx512f", "avx512dq"].filter(known.contains)
    }

    private static func cpuLine(_ field: String) -> String? {
        #if canImport(Darwin)
            return field == "model name" ? firstLine("sysctl", "-n", "machdep.cpu.brand_string") : nil
        #else
            let text = FileManager.default.contents(atPath: "/proc/cpuinfo").map { String(decoding: $0, as: UTF8.self) }
            let line = text?.split(separator: "\n").first { $0.hasPrefix(field) }
            return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
        #endif
    }

    private static func firstLine(_ program: String, _ arguments: String...) -> String {
        let outcome = try? ChildProcess(program: program, arguments: arguments, timeLimit: 30).run()
        let line = outcome?.output.split(separator: "\n").first.map(String.init)
        return outcome?.exitCode == 0 ? line ?? "unknown" : "unknown"
    }
}
