import Foundation
import FuzzTargets
import Testing

/// The corpora of `make fuzz`, with everything that ever broke a law.
@Suite struct FuzzReplayTests {
    @Test(arguments: FuzzTarget.allCases) func everyLawHolds(_ target: FuzzTarget) throws {
        let folder = try #require(
            Bundle.module.url(forResource: target.rawValue, withExtension: nil, subdirectory: "Resources"))
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        try #require(!files.isEmpty)
        for file in files {
            let violation = target.violation(try Data(contentsOf: file))
            #expect(violation == nil, "\(target.rawValue)/\(file.lastPathComponent): \(violation ?? "")")
        }
    }
}
