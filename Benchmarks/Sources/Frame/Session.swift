import Foundation
import Messages

/// One run of the benchmarks: sizes and places, and what was measured so far.
final class Session {
    let quick: Bool
    let threads: Int
    let data: DataFolder
    let peerFolder: String
    /// Where the CSV files of the stations are.
    let beijing: String?
    let timeLimit: Double
    private(set) var measurements = [Measurement]()
    private(set) var skipped = [Skipped]()
    private var benchmark = ""

    init(
        quick: Bool, threads: Int, dataFolder: String, peerFolder: String, beijing: String?, timeLimit: Double
    ) {
        self.quick = quick
        self.threads = threads
        self.timeLimit = timeLimit
        data = DataFolder(path: dataFolder)
        self.peerFolder = peerFolder
        self.beijing = beijing
    }

    /// Small sizes with `--quick`.
    func size<Size>(_ full: Size, quick small: Size) -> Size { quick ? small : full }

    func run(_ benchmark: any Benchmark) {
        self.benchmark = benchmark.name
        say("\n\(benchmark.name): \(benchmark.abstract)")
        do { try benchmark.run(self) } catch { skip("the rest", because: "\(error)") }
    }

    // MARK: Results

    func record(_ measurement: Measurement) {
        var measurement = measurement
        measurement.benchmark = benchmark
        measurements.append(measurement)
        say(Line.text(measurement))
    }

    func skip(_ what: String, because reason: String) {
        skipped.append(Skipped(benchmark: benchmark, what: what, reason: reason))
        say("  \(what): skipped: \(reason)")
    }

    // MARK: Children

    /// Work of the library in a child; its measurements get the memory of that child where they have none and `isAlone`.
    func measure(
        _ what: String, _ order: WorkOrder, isAlone: Bool = true, environment: [String: String] = [:]
    ) throws {
        for measurement in try measurements(what, order, isAlone: isAlone, environment: environment) {
            record(measurement)
        }
    }

    /// The same, not recorded.
    func measurements(
        _ what: String, _ order: WorkOrder, isAlone: Bool = true, environment: [String: String] = [:]
    ) throws -> [Measurement] {
        guard let (done, outcome) = try perform(what, order, environment) else { return [] }
        return done.map {
            var measurement = $0
            if isAlone { measurement.peakMB = outcome.peakMB }
            return measurement
        }
    }

    /// Work that nobody measures: files to be made.
    func prepare(_ order: WorkOrder) throws -> Bool { try perform("data", order) != nil }

    private func perform(
        _ what: String, _ order: WorkOrder, _ environment: [String: String] = [:]
    ) throws -> ([Measurement], ChildProcess.Outcome)? {
        let text = String(decoding: try JSONEncoder().encode(order), as: UTF8.self)
        guard let outcome = try child(what, Programs.own, ["work", text], environment) else { return nil }
        return (try JSONDecoder().decode([Measurement].self, from: Data(outcome.output.utf8)), outcome)
    }

    /// `dmoe`, or nil where it failed, which is noted.
    func dmoe(_ what: String, _ arguments: [String]) throws -> ChildProcess.Outcome? {
        try child(what, Programs.dmoe, arguments)
    }

    private func child(
        _ what: String, _ program: String, _ arguments: [String], _ environment: [String: String] = [:]
    ) throws -> ChildProcess.Outcome? {
        let outcome = try ChildProcess(
            program: program, arguments: arguments, environment: environment, timeLimit: timeLimit
        ).run()
        if outcome.timedOut {
            skip(what, because: "longer than \(Int(timeLimit)) s")
        } else if outcome.exitCode != 0 {
            skip(what, because: "exit code \(outcome.exitCode): \(outcome.complaint)")
        } else {
            return outcome
        }
        return nil
    }
}
