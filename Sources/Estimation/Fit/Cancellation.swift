import Synchronization

/// Asks a running fit to stop. From any thread, once for all.
///
/// A fit looks here between iterations, never within one: sums over a part of the rows would be of no use to anybody.
package final class Cancellation: Sendable {
    private let requested = Atomic<Bool>(false)

    package init() {}

    package func request() { requested.store(true, ordering: .relaxed) }

    package var isRequested: Bool { requested.load(ordering: .relaxed) }
}
