import Foundation
import Synchronization

/// How many threads share independent pieces of work.
///
/// Results come back in the order of the pieces, and which thread takes which piece never enters a result: results
/// are bit-identical for any number of threads.
public struct Parallelism: Sendable {
    /// Number of threads, at least 1.
    public let threads: Int
    /// What was asked for, in range or not; nil for all cores.
    package let requested: Int?

    /// As many threads as given.
    ///
    /// - Parameter threads: from 1 to 4096; jobs refuse other numbers. nil for all cores.
    public init(threads: Int? = nil) {
        requested = threads
        self.threads = max(1, threads ?? Self.coreCount)
    }

    /// One thread.
    public static let serial = Parallelism(threads: 1)

    package static var coreCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

    /// `body(0), …, body(count - 1)`, in that order.
    package func map<Result: Sendable>(count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
        guard threads > 1, count > 1, SystemThreads.areAvailable else { return (0..<count).map(body) }
        let results = Mutex([Result?](repeating: nil, count: count))
        forEach(count) { index in
            let result = body(index)
            results.withLock { $0[index] = result }
        }
        return results.withLock { $0.map { $0! } }
    }

    /// Merges `body(0), …, body(count - 1)` into `first`, in that order, each as soon as those before it are in, so that few
    /// results wait unless one takes much longer than the others.
    package func reduce<Result: Sendable>(
        count: Int, into first: Result, _ body: @Sendable (Int) -> Result,
        merge: @Sendable (inout Result, Result) -> Void
    ) -> Result {
        guard threads > 1, count > 1, SystemThreads.areAvailable else {
            var result = first
            for index in 0..<count { merge(&result, body(index)) }
            return result
        }
        let state = Mutex(Reduction(value: first))
        forEach(count) { index in
            let result = body(index)
            state.withLock { $0.take(result, at: index, merge) }
        }
        return state.withLock { $0.value }
    }

    /// Every number once, each thread taking the next.
    private func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
        let next = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < count else { return }
                body(index)
            }
        }
    }

    private struct Reduction<Result: Sendable>: Sendable {
        var value: Result
        var merged = 0
        /// Results that came before one with a lower number.
        var waiting: [Int: Result] = [:]

        mutating func take(_ result: Result, at index: Int, _ merge: (inout Result, Result) -> Void) {
            waiting[index] = result
            while let following = waiting.removeValue(forKey: merged) {
                merge(&value, following)
                merged += 1
            }
        }
    }
}
