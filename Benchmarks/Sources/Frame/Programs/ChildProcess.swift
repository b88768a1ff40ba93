import Foundation
import Messages

/// A program run to its end, with the time and memory that were its own.
///
/// The memory is that of `wait4` for this one child. Linux counts what the parent held when the child was started, so
/// the process that starts children must itself stay small: all work of the library is done in children.
struct ChildProcess {
    var program: String
    var arguments: [String]
    var environment: [String: String] = [:]
    /// Ended after so many seconds.
    var timeLimit = 3600.0

    struct Outcome {
        /// 128 + the signal where one ended it.
        var exitCode: Int32
        var seconds: Double
        var peakMB: Double
        var timedOut: Bool
        var output: String
        var errors: String

        /// The line that says what is wrong; the last one where none says so.
        var complaint: String {
            let lines = errors.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }
            let line = lines.first { $0.localizedCaseInsensitiveContains("error") } ?? lines.last
            return line.map(String.init) ?? ""
        }
    }

    /// Files rather than pipes: nobody has to empty them while the program runs.
    func run() throws -> Outcome {
        let base = FileManager.default.temporaryDirectory.appendingPathComponent("dmoe-\(UUID().uuidString)").path
        let (out, err) = (base + ".out", base + ".err")
        defer { for path in [out, err] { try? FileManager.default.removeItem(atPath: path) } }
        let clock = ContinuousClock()
        let start = clock.now
        let child = try spawn(output: out, errors: err)
        let watch = Watch(child, limit: timeLimit)
        let (status, usage) = try wait(for: child)
        let seconds = (clock.now - start).inSeconds
        let timedOut = watch.stop()
        return Outcome(
            exitCode: status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + status & 0x7f, seconds: seconds,
            peakMB: Self.megabytes(usage), timedOut: timedOut, output: Self.text(out), errors: Self.text(err))
    }

    private func spawn(output: String, errors: String) throws -> pid_t {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
        #else
            var actions = posix_spawn_file_actions_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT, 0o600)
        let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var settings = all.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in words + settings { free(word) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, program, &actions, nil, &words, &settings)
        guard code == 0 else { throw BenchmarkFailure(description: "\(program): \(String(cString: strerror(code)))") }
        return child
    }

    private func wait(for child: pid_t) throws -> (status: Int32, rusage) {
        var status: Int32 = 0
        var usage = rusage()
        while wait4(child, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw BenchmarkFailure(description: "\(program): lost") }
        }
        return (status, usage)
    }

    private static func megabytes(_ usage: rusage) -> Double {
        #if canImport(Darwin)
            Double(usage.ru_maxrss) / 1e6
        #else
            Double(usage.ru_maxrss) * 1024 / 1e6
        #endif
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}
