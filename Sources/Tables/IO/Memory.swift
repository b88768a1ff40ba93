import Foundation

/// The memory of this machine.
package enum Memory {
    /// Bytes that can be had without taking them from other programs; where the system does not say, half of all.
    package static var available: Int {
        let table = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
        let line = table.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        let kilobytes = line.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) }
        return kilobytes.map { $0 * 1024 } ?? Int(ProcessInfo.processInfo.physicalMemory / 2)
    }
}
