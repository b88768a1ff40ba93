import Foundation
import Testing

/// `dmoe NAME` is `dmoe-NAME` where the PATH has that, and nothing else.
@Suite struct ExternalCommandTests {
    private func workspace(with name: String, mode: Int = 0o755) throws -> Workspace {
        let work = try Workspace()
        try work.write("#!/bin/sh\nprintf '<%s>' \"$@\"\necho said >&2\nexit 7\n", to: "bin/\(name)")
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: work.url("bin/\(name)").path)
        return work
    }

    private func path(_ work: Workspace) -> [String: String] { ["PATH": work.url("bin").path + ":/usr/bin:/bin"] }

    @Test func runsInItsPlace() throws {
        let work = try workspace(with: "dmoe-report")
        let outcome = try work.run(["report", "a b.json", "-o", "x", "--level", "-1"], environment: path(work))
        #expect(outcome.output == "<a b.json><-o><x><--level><-1>")
        #expect(outcome.errors == "said\n" && outcome.exitCode == 7)
    }

    @Test func anyName() throws {
        let work = try workspace(with: "dmoe-my-own2")
        #expect(try work.run(["my-own2"], environment: path(work)).exitCode == 7)
        #expect(try work.run(["help", "my-own2"], environment: path(work)).output == "<--help>")
    }

    @Test func commandsOfTheProgramComeFirst() throws {
        let work = try workspace(with: "dmoe-fit")
        #expect(try work.run(["fit"], environment: path(work)).exitCode == 64)
    }

    @Test(arguments: ["../bin/dmoe-x", "x/y", "-x", "x y", "x;y", ""]) func whatIsNoName(_ name: String) throws {
        let work = try workspace(with: "dmoe-x")
        #expect(try work.run([name], environment: path(work)).exitCode == 64)
    }

    @Test func aFileThatMayNotBeRunIsNone() throws {
        let work = try workspace(with: "dmoe-other", mode: 0o644)
        let outcome = try work.run(["other"], environment: path(work))
        #expect(outcome.exitCode == 64 && outcome.errors.hasPrefix("Error: There is no command 'other'."))
    }

    @Test(arguments: [["report", "global.json"], ["help", "report"]]) func saysHowToGetTheReport(
        arguments: [String]
    ) throws {
        let outcome = try Workspace().run(arguments, environment: ["PATH": "/usr/bin:/bin"])
        #expect(outcome.exitCode == 64 && outcome.output.isEmpty)
        #expect(outcome.errorLines.count == 1 && outcome.errors.contains("pip install 'dmoe[report]'"))
    }

    @Test func theReportMistyped() throws {
        let outcome = try Workspace().run(["reprot", "global.json"], environment: ["PATH": "/usr/bin:/bin"])
        #expect(outcome.errors.hasPrefix("Error: There is no command 'reprot'. Did you mean 'report'?"))
    }
}
