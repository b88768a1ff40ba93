import Messages
import Numerics

extension Parallelism {
    /// - Throws: ``RequestRefusal/outOfBounds(_:_:)`` for a number of threads that no machine has, or none.
    func check() throws(RequestRefusal) { try RequestOption.threads.check(requested) }
}
