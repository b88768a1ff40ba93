import ArgumentParser
import DistributedMoE
import Messages
import Numerics

/// How much a command says, and on how many threads it works.
struct CommonOptions: ParsableArguments {
    @Flag(help: "No progress and no summary; warnings and errors are still shown.")
    var quiet = false

    @Flag(help: "Every warning of every shard, where else the first of a kind stands for many.")
    var verbose = false

    @Flag(help: "Print one JSON object on standard output instead of text.")
    var json = false

    @Option(help: ArgumentHelp("Threads to work on; the result is the same for any number.", valueName: "n"))
    var threads: Int?

    func validate() throws { try refusing { () throws(RequestRefusal) in try RequestOption.threads.check(threads) } }

    var parallelism: Parallelism { Parallelism(threads: threads) }

    /// The summary of a command: `object` with --json, else `text` unless --quiet.
    func report(_ object: @autoclosure () -> some Encodable, text: @autoclosure () -> String) throws {
        if json {
            try Terminal.printJSON(object())
        } else if !quiet {
            try Terminal.print(text())
        }
    }

    /// Says how rows were read; warnings also where --quiet is given.
    func show(_ notice: ReadingNotice) {
        if notice.isWarning {
            Terminal.warn(notice.text(.commandLine))
        } else if !quiet {
            Terminal.printError(notice.text(.commandLine))
        }
    }
}

/// What a job refuses before a file is looked at, in the words of the command line: exit code 64, with the usage.
func refusing(_ check: () throws(RequestRefusal) -> Void) throws {
    do throws(RequestRefusal) { try check() } catch {
        throw ValidationError(error.text(.commandLine) + ".")
    }
}
