import ArgumentParser
import DistributedMoE
import Foundation
import Messages
import Numerics

@main
struct DMoE: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dmoe",
        abstract: "One model from data in many places, without moving the rows.",
        discussion: """
            Every site fits a mixture of experts to its own rows and sends a file of a few kilobytes:

              dmoe fit clinic-a.csv --target stay --experts 3 -o clinic-a.json

            Where tables have categories or gaps, the sites first share a study file (dmoe study new) and fit with \
            --study study.json in place of --target.

            A coordinator turns these files into one model of the same form; it never sees a row:

              dmoe aggregate clinic-*.json -o global.json

            Where sites may answer more than once, rounds bring it nearer to a fit of the pooled rows:

              dmoe statistics global.json clinic-a.csv -o clinic-a.round1.json
              dmoe update global.json clinic-*.round1.json -o global-1.json

            A site may fit the gate of the global model to its own rows, for itself alone:

              dmoe adapt global.json clinic-a.csv -o clinic-a.adapted.json

            Where sites and coordinator share a folder, all of this goes through it, signed: dmoe exchange.

            Anyone with the model can predict and check:

              dmoe predict global.json new.csv -o predictions.csv
              dmoe evaluate global.json test.csv

            dmoe report global.json -o report.html makes one page with pictures of it (in the Python package: pip install \
            'dmoe[report]'). Any dmoe-NAME on the PATH is run as dmoe NAME.

            To try all of it on one machine: dmoe learn. DATA is CSV with a header (also gzipped, - for standard \
            input) or a NumPy .npy file.
            """,
        version: Version.current,
        subcommands: [
            StudyCommand.self, FitCommand.self, AggregateCommand.self, StatisticsCommand.self, UpdateCommand.self,
            AdaptCommand.self, LearnCommand.self, CompareCommand.self, PredictCommand.self, EvaluateCommand.self,
            InspectCommand.self, SimulateCommand.self, LedgerCommand.self, ExchangeCommand.self,
        ])

    static func main() {
        if let refusal = ArgumentText.refusal { Terminal.end(refusal) }
        // Before signals are set, which the other program would inherit.
        do { try ExternalCommand.replaceProcess(Array(CommandLine.arguments.dropFirst())) } catch {
            Terminal.end(error)
        }
        setSignals()
        if let refusal = StackLimit.refusal { Terminal.end(refusal) }
        MemoryExhaustion.report()
        let arguments = UsageMessage.joiningNegativeNumbers(Array(CommandLine.arguments.dropFirst()))
        if let name = InstructionSet.refusedRequest { Terminal.end(CommandFailure(unavailable: name)) }
        var command: any ParsableCommand
        do {
            try UsageMessage.checkHelp(arguments)
            command = try parseAsRoot(arguments)
        } catch { UsageMessage.end(error, arguments) }
        do { try command.run() } catch {
            if let refusal = error as? RequestRefusal { UsageMessage.end(refusal, by: type(of: command)) }
            guard CommandFailure(error) == nil else { Terminal.end(error) }
            UsageMessage.end(error, arguments)
        }
    }

    private static func setSignals() {
        // A limit on the size of files is an error of the write that meets it, as a full disk is.
        signal(SIGXFSZ, SIG_IGN)
        // Of this the runtime makes a look at the stack, after which the program runs on.
        signal(SIGQUIT, SIG_DFL)
        // Threads of some libraries block these, and what they start would run on when it is to stop.
        var stopping = sigset_t()
        sigemptyset(&stopping)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { sigaddset(&stopping, signal) }
        sigprocmask(SIG_UNBLOCK, &stopping, nil)
    }
}
