import ArgumentParser
import DistributedMoE

/// What a command says, and the exit code (sysexits), when it cannot go on.
struct CommandFailure: Error {
    var message: String
    var exitCode: Int32

    /// EX_DATAERR, EX_NOINPUT, EX_CANTCREAT, EX_IOERR.
    static let dataError: Int32 = 65
    static let noInput: Int32 = 66
    static let cannotCreate: Int32 = 73
    static let outputError: Int32 = 74

    init(_ message: String, exitCode: Int32 = dataError) {
        self.message = message
        self.exitCode = exitCode
    }

    /// nil for errors of the command line itself, which the argument parser reports (exit code 64).
    init?(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as ShardDataError:
            let code = error.isMissingInput ? Self.noInput : Self.dataError
            self.init(error.description, exitCode: error.isWriteFailure ? Self.outputError : code)
        case let error as ModelFileError:
            self.init(error.description, exitCode: error.isMissingInput ? Self.noInput : Self.dataError)
        case let error as StudyError:
            self.init(error.description, exitCode: error.isMissingInput ? Self.noInput : Self.dataError)
        case let error as OutputFile.Failure: self.init(error.description, exitCode: Self.cannotCreate)
        case let error as EstimationError: self.init(error.description)
        case let error as AggregationError: self.init(error.description)
        case let error as DistributedLearning.Failure: self.init(error.description)
        default: return nil
        }
    }

    /// The same, with the file or shard that it is about in front.
    func about(_ subject: String) -> CommandFailure { CommandFailure("\(subject): \(message)", exitCode: exitCode) }
}
