import Foundation

/// Seconds of pieces of work.
enum Stopwatch {
    /// That this process has had of all processors: what others do on the machine changes it little.
    static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }

    static func seconds<Result>(_ work: () throws -> Result) rethrows -> (Double, Result) {
        let clock = ContinuousClock()
        let start = clock.now
        let result = try work()
        return ((clock.now - start).inSeconds, result)
    }

    /// Processor seconds of each of `repeats` after one that does not count.
    static func processorTimes(_ repeats: Int, _ work: () -> Void) -> [Double] {
        work()
        return (0..<max(repeats, 1)).map { _ in
            let start = processorSeconds
            work()
            return processorSeconds - start
        }
    }

    /// Each time of `repeats` after one that does not count; no result is held while the next is made.
    static func repeated<Result>(_ repeats: Int, _ work: () throws -> Result) rethrows -> (times: [Double], Result) {
        _ = try work()
        var times = [Double]()
        for _ in 1..<max(repeats, 1) { times.append(try seconds(work).0) }
        let (time, result) = try seconds(work)
        return (times + [time], result)
    }
}

extension [Double] {
    var median: Double {
        let sorted = sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}

extension Duration {
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
