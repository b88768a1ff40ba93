import Messages
import Testing

/// The options that messages name are flags of the program.
@Suite struct OptionNameTests {
    private static let commands = [
        ["fit"], ["aggregate"], ["statistics"], ["update"], ["adapt"], ["learn"], ["compare"], ["predict"],
        ["evaluate"],
        ["inspect"], ["simulate"], ["study", "new"], ["study", "check"],
    ]

    /// Of the library and Python alone.
    private static let elsewhere: Set<String> = ["initialModels", "levels", "models", "statistics"]

    /// All flags that the helps of the commands list.
    private static let flags: Result<Set<String>, any Error> = Result {
        let work = try Workspace()
        return try commands.reduce(into: []) { flags, command in
            let outcome = try work.run(command + ["--help"])
            try #require(outcome.exitCode == 0, "\(command)")
            for match in outcome.output.matches(of: /--[a-z][a-z0-9-]*/) { flags.insert(String(match.output)) }
        }
    }

    @Test(arguments: RequestOption.allCases) func everyOptionIsAFlag(option: RequestOption) throws {
        let isFlag = try Self.flags.get().contains(option.name(.commandLine))
        #expect(isFlag != Self.elsewhere.contains(option.rawValue))
    }
}
