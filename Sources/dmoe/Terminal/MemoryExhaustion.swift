import Foundation
import Tables

/// Memory that the system does not give ends a Swift program by an abort or a trap, which no caller can catch: what is left is to say so
/// and to exit with the code of an error of the system.
enum MemoryExhaustion {
    private static let exitCode: Int32 = 71

    static func report() {
        signal(SIGABRT) { _ in MemoryExhaustion.end() }
        // The runtime traps where it has no memory for itself; a trap for another reason stays one.
        for number in [SIGILL, SIGTRAP] {
            signal(number) { number in
                if Memory.leftOfLimit <= MemoryExhaustion.largestStep { MemoryExhaustion.end() }
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
}
