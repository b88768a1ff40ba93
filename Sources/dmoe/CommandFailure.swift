import ArgumentParser
import DistributedMoE
import Estimation
import Exchange
import Messages
import Numerics
// Not that of ArgumentParser.
import enum DistributedMoE.ExitCode

/// What a command says, and the exit code, when it cannot go on.
struct CommandFailure: Error {
    var message: String
    var exitCode: Int32

    init(_ message: String, exitCode: ExitCode = .data) {
        self.message = message
        self.exitCode = exitCode.rawValue
    }

    /// nil for errors of the command line itself, which the argument parser reports (exit code 64).
    init?(_ error: any Error) {
        if let failure = error as? CommandFailure {
            self = failure
        } else if let code = (error as? ExchangeError)?.exitCode ?? ExitCode(error) {
            self.init(text(of: error, .commandLine), exitCode: code)
        } else {
            return nil
        }
    }

    /// An argument whose bytes are no text.
    init(argument position: Int, text: String) {
        self.init(
            "argument \(position), \(text.visible.quoted), is no text in UTF-8: rename the file, or set the encoding of the terminal",
            exitCode: .usage)
    }

    /// An instruction set that this processor does not have, or nobody knows.
    init(unavailable name: String) {
        let known = InstructionSet.available.map(\.rawValue).joined(separator: ", ")
        self.init("\(InstructionSet.environmentVariable)=\(name): this processor has \(known)", exitCode: .usage)
    }
}
