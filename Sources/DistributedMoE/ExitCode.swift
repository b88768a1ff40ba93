import Aggregation
import Estimation
import ModelFiles
import StudyData
import Tables

/// What kind of failure an error is, by the numbers of sysexits; the command line ends with them.
package enum ExitCode: Int32, Sendable {
    case usage = 64
    case data = 65
    case noInput = 66
    case ourFault = 70
    /// An error of the system, which has no more memory.
    case systemError = 71
    case cannotCreate = 73
    case outputError = 74
    /// As shells report an interrupt.
    case cancelled = 130

    /// nil for errors of no module of ours.
    package init?(_ error: any Error) {
        switch error {
        case is RequestRefusal: self = .usage
        case is JobFailure: self = .data
        case let error as TableError where error.isMemoryFailure: self = .systemError
        case let error as TableError:
            self =
                error.isOutputFailure
                ? .cannotCreate : error.isWriteFailure ? .outputError : error.isMissingInput ? .noInput : .data
        case let error as ModelFileError: self = error.isMissingInput ? .noInput : .data
        case let error as StudyError: self = error.isMissingInput ? .noInput : .data
        case LedgerError.cannotWrite, LedgerError.isBusy: self = .cannotCreate
        case let error as LedgerError: self = error.isMissingInput ? .noInput : .data
        case let error as PolicyError: self = error.isMissingInput ? .noInput : .data
        case RoundingSecretError.cannotWrite: self = .cannotCreate
        case RoundingSecretError.cannotRead: self = .noInput
        case is RoundingSecretError: self = .data
        case EstimationError.cancelled: self = .cancelled
        case is EstimationError, is AggregationError: self = .data
        default: return nil
        }
    }
}
