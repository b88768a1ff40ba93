import DistributedMoE
import Estimation
import ModelFiles
import Tables
import Testing

/// The numbers that the command line ends with and other languages get.
@Suite struct ExitCodeTests {
    @Test func errorsHaveTheirKind() {
        #expect(ExitCode(TableError.noRows(path: "t")) == .data)
        #expect(ExitCode(EstimationError.constantResponse(target: "y", value: 1)) == .data)
        #expect(ExitCode(EstimationError.cancelled) == .cancelled)
        #expect(ExitCode(JobFailure.noShardFitted(name: nil, nil)) == .data)
        #expect(ExitCode(ModelFileError.noStatistics(path: "m")) == .data)
    }

    @Test func errorsOfOthersHaveNone() {
        struct Foreign: Error {}
        #expect(ExitCode(Foreign()) == nil)
        #expect(ExitCode(CancellationError()) == nil)
    }
}
