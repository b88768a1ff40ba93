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

    /// - Throws: `beyondMemory` where so many bytes more are not to be had.
    static func check(_ bytes: Int, source: String) throws(TableError) {
        if bytes > min(available, leftOfLimit) { throw .beyondMemory(source: source) }
    }

    /// Of the address space that this process may have, what it has not yet; `Int.max` where there is no limit.
    ///
    /// Asks for no memory: a handler of signals may call it.
    package static var leftOfLimit: Int {
        var limit = rlimit()
        #if canImport(Glibc)
            let code = getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        #else
            let code = getrlimit(RLIMIT_AS, &limit)
        #endif
        guard code == 0, limit.rlim_cur < UInt(Int.max) else { return .max }
        return max(0, Int(limit.rlim_cur) - pagesInUse * Int(getpagesize()))
    }

    /// 0 where the system does not say.
    private static var pagesInUse: Int {
        let file = open("/proc/self/statm", O_RDONLY)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        var (pages, digit) = (0, UInt8(0))
        while read(file, &digit, 1) == 1, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) {
            pages = pages &* 10 &+ Int(digit - UInt8(ascii: "0"))
        }
        return pages
    }
}
