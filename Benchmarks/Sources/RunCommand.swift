import ArgumentParser
import Foundation
import Messages
import Numerics

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the benchmarks (the default).",
        discussion: Benchmarks.all.map { "\($0.name): \($0.abstract)." }.joined(separator: "\n"))

    @Option(
        help: ArgumentHelp("Only these: \(Benchmarks.names.joined(separator: ", ")).", valueName: "a,b"),
        transform: { $0.split(separator: ",").map(String.init) })
    var only: [String] = Benchmarks.names
    @Flag(help: "Small sizes: whether it works, not how fast it is.")
    var quick = false
    @Option(help: ArgumentHelp("Write the results to this JSON file.", valueName: "file"))
    var save: String?
    @Option(help: ArgumentHelp("Compare with results saved before.", valueName: "file"))
    var compare: String?
    @Option(help: ArgumentHelp("Threads of what runs on several.", valueName: "n"))
    var threads = Parallelism.coreCount
    @Option(help: ArgumentHelp("Where made data are kept.", valueName: "directory"))
    var data = ".build/benchmark-data"
    @Option(help: ArgumentHelp("Where the programs of the peers are.", valueName: "directory"))
    var peers = "Benchmarks/peers"
    @Option(
        help: ArgumentHelp(
            "CSV files of the Beijing stations, target PM2.5 (or in DMOE_BEIJING).", valueName: "directory"))
    var beijing: String?
    @Option(help: ArgumentHelp("Give up a single measurement after so many seconds.", valueName: "s"))
    var timeLimit = 3600.0

    func validate() throws {
        if let unknown = only.first(where: { !Benchmarks.names.contains($0) }) {
            throw ValidationError("No benchmark '\(unknown)'; there are \(Benchmarks.names.joined(separator: ", ")).")
        }
        guard threads >= 1, timeLimit > 0 else { throw ValidationError("--threads and --time-limit must be positive.") }
    }

    mutating func run() throws {
        // Read first: a wrong name should be reported before an hour of work.
        let old = try compare.map(ResultFile.read)
        let machine = Machine.current()
        say(machine.text)
        let session = Session(
            quick: quick, threads: threads, dataFolder: data, peerFolder: peers,
            beijing: beijing ?? ProcessInfo.processInfo.environment["DMOE_BEIJING"], timeLimit: timeLimit)
        for benchmark in Benchmarks.all where only.contains(benchmark.name) { session.run(benchmark) }
        let result = ResultFile(
            date: ResultFile.today(), quick: quick, machine: machine, measurements: session.measurements,
            skipped: session.skipped)
        if let save {
            try result.write(save)
            say("\nsaved in \(save)")
        }
        if let old { Comparison(old: old, new: result).show() }
    }
}
