import ArgumentParser

@main
struct DMoEBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dmoe-benchmark", abstract: "Time, memory and score of the package on this machine.",
        subcommands: [RunCommand.self, CoverageCommand.self, WorkCommand.self], defaultSubcommand: RunCommand.self)
}
