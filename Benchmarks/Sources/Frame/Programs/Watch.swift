import Foundation
import Synchronization

/// Ends a child that takes longer than its limit.
struct Watch {
    private final class State: Sendable {
        enum Phase { case running, ended, killed }
        let phase = Mutex(Phase.running)
    }

    private let state = State()

    init(_ child: pid_t, limit: Double) {
        let state = state
        DispatchQueue.global().asyncAfter(deadline: .now() + limit) {
            state.phase.withLock { phase in
                guard phase == .running else { return }
                phase = .killed
                kill(child, SIGKILL)
            }
        }
    }

    /// - Returns: whether the child was ended for its time.
    func stop() -> Bool {
        state.phase.withLock { phase in
            if phase == .running { phase = .ended }
            return phase == .killed
        }
    }
}
