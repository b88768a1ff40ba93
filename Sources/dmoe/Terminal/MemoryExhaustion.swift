import Foundation

/// Memory that the system does not give ends a Swift program by an abort, which no caller can catch: what is left is to say so and to
/// exit with the code of an error of the system.
enum MemoryExhaustion {
    private static let exitCode: Int32 = 71

    static func report() {
        // Only what is safe in a handler of signals: no memory may be asked for.
        signal(SIGABRT) { _ in
            let message: StaticString =
                """
                dmoe: aborted, most likely since the system gave no more memory: raise the limit, take fewer --threads, or fit with --out-of-core

                """
            _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
            _exit(MemoryExhaustion.exitCode)
        }
    }
}
