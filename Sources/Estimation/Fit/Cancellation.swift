import Synchronization

/// A request that a running fit stop, from any thread and once for all; the fit then throws ``EstimationError/cancelled``.
///
/// A fit looks here between iterations, never within one: sums over a part of the rows have no use.
public final class Cancellation: Sendable {
    private let requested = Atomic<Bool>(false)

    /// Nothing is requested yet.
    public init() {}

    /// Asks the fit to stop after the running iteration.
    public func request() { requested.store(true, ordering: .relaxed) }

    package var isRequested: Bool { requested.load(ordering: .relaxed) }
}
