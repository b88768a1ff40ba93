import ArgumentParser
import Numerics

/// How much a command says, and on how many threads it works.
struct CommonOptions: ParsableArguments {
    @Flag(help: "No progress and no summary; warnings and errors are still shown.")
    var quiet = false

    @Flag(help: "Print one JSON object on standard output instead of text.")
    var json = false

    @Option(help: ArgumentHelp("Threads to work on; the result is the same for any number.", valueName: "n"))
    var threads: Int?

    func validate() throws {
        if let threads, !(1...4096).contains(threads) { throw ValidationError("--threads must be from 1 to 4096.") }
    }

    var parallelism: Parallelism { Parallelism(threads: threads) }

    /// The summary of a command: `object` with --json, else `text` unless --quiet.
    func report(_ object: @autoclosure () -> some Encodable, text: @autoclosure () -> String) throws {
        if json {
            try Terminal.printJSON(object())
        } else if !quiet {
            try Terminal.print(text())
        }
    }
}
