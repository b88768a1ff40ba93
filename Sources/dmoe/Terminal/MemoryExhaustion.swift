import Foundation

/// Memory that the system does not give ends a Swift program by an abort or a trap, which no caller can catch: what is left is to say so
/// and to exit with the code of an error of the system.
enum MemoryExhaustion {
    private static let exitCode: Int32 = 71

    static func report() {
        signal(SIGABRT) { _ in MemoryExhaustion.end() }
        // The runtime traps where it has no memory for itself; a trap for another reason stays one.
        for number in [SIGILL, SIGTRAP] {
            signal(number) { number in
                if MemoryExhaustion.isNearLimit { MemoryExhaustion.end() }
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    /// Only what is safe in a handler of signals: no memory may be asked for.
    private static func end() -> Never {
        let message: StaticString =
            """
            dmoe: aborted, most likely since the system gave no more memory: raise the limit, take fewer --threads, or fit with --out-of-core

            """
        _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
        _exit(exitCode)
    }

    /// What the system's allocator asks for at once, for a thread of its own.
    private static let largestStep = 128 << 20

    /// Whether the address space of the process is nearly all that it may have.
    private static var isNearLimit: Bool {
        var limit = rlimit()
        #if canImport(Glibc)
            let code = getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        #else
            let code = getrlimit(RLIMIT_AS, &limit)
        #endif
        guard code == 0, limit.rlim_cur < UInt(Int.max) else { return false }
        let file = open("/proc/self/statm", O_RDONLY)
        guard file >= 0 else { return false }
        var pages = 0
        var digit: UInt8 = 0
        while read(file, &digit, 1) == 1, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) {
            pages = pages &* 10 &+ Int(digit - UInt8(ascii: "0"))
        }
        return pages &* Int(getpagesize()) &+ largestStep >= Int(limit.rlim_cur)
    }
}
