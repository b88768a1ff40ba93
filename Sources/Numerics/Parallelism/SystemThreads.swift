import Foundation

/// Whether the system gives what the threads of Dispatch need, asked for once.
///
/// Without a descriptor of its own Dispatch ends the process by a signal; for a thread that it does not get it waits for ever. On
/// one thread the results are the same.
enum SystemThreads {
    static let areAvailable = hasDescriptors() && canStart(Parallelism.coreCount)

    /// Dispatch opens three when its threads start, and beside it these read files.
    private static let descriptorPairs = 8

    private static func hasDescriptors() -> Bool {
        var opened = [[Int32]]()
        while opened.count < descriptorPairs {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { break }
            opened.append(ends)
        }
        for end in opened.joined() { close(end) }
        return opened.count == descriptorPairs
    }

    #if canImport(Darwin)
        private typealias Handle = pthread_t?
    #else
        private typealias Handle = pthread_t
    #endif

    /// So many at the same time: each waits at a gate until all are there.
    private static func canStart(_ count: Int) -> Bool {
        let gate = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        let handles = UnsafeMutablePointer<Handle>.allocate(capacity: count)
        pthread_mutex_init(gate, nil)
        pthread_mutex_lock(gate)
        var started = 0
        while started < count, pthread_create(handles + started, nil, passGate, gate) == 0 { started += 1 }
        pthread_mutex_unlock(gate)
        for index in 0..<started { join(handles[index]) }
        pthread_mutex_destroy(gate)
        handles.deallocate()
        gate.deallocate()
        return started == count
    }

    private static func join(_ handle: Handle) {
        #if canImport(Darwin)
            if let handle { pthread_join(handle, nil) }
        #else
            pthread_join(handle, nil)
        #endif
    }
}

#if canImport(Darwin)
    private func passGate(_ gate: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        pass(gate.assumingMemoryBound(to: pthread_mutex_t.self))
    }
#else
    private func passGate(_ gate: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        gate.flatMap { pass($0.assumingMemoryBound(to: pthread_mutex_t.self)) }
    }
#endif

private func pass(_ gate: UnsafeMutablePointer<pthread_mutex_t>) -> UnsafeMutableRawPointer? {
    pthread_mutex_lock(gate)
    pthread_mutex_unlock(gate)
    return nil
}
