import DistributedMoE
import Foundation
import Messages
// Not that of ArgumentParser.
import enum DistributedMoE.ExitCode

/// The system's limit of the stack, which a program meets by a signal and not by an error.
enum StackLimit {
    /// Threads get a stack of the limit, and passes over rows keep blocks of them there.
    private static let least = 256 << 10

    /// What to say where the limit is below what the program needs; nil where it is not.
    static var refusal: CommandFailure? {
        var limit = rlimit()
        #if canImport(Glibc)
            let code = getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit)
        #else
            let code = getrlimit(RLIMIT_STACK, &limit)
        #endif
        guard code == 0, limit.rlim_cur < rlim_t(least) else { return nil }
        return CommandFailure(
            "the limit of the stack is \(limit.rlim_cur >> 10) KB, and the program needs \(least >> 10) or more: raise it (ulimit -s 8192)",
            exitCode: .systemError)
    }
}
