import Foundation
import Synchronization

/// How many threads share independent pieces of work.
///
/// Results come back in the order of the pieces, and which thread takes which piece never enters a result: the same
/// bits for any number of threads.
public struct Parallelism: Sendable {
    public let threads: Int

    /// - Parameter threads: at least 1; nil for all cores.
    public init(threads: Int? = nil) {
        self.threads = max(1, threads ?? Self.coreCount)
    }

    public static let serial = Parallelism(threads: 1)

    public static var coreCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

    /// `body(0), …, body(count - 1)`, in that order.
    public func map<Result: Sendable>(count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
        guard threads > 1, count > 1 else { return (0..<count).map(body) }
        let results = Mutex([Result?](repeating: nil, count: count))
        let next = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < count else { return }
                let result = body(index)
                results.withLock { $0[index] = result }
            }
        }
        return results.withLock { $0.map { $0! } }
    }
}
