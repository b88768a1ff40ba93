import ArgumentParser
import Exchange
import Messages
import Tables

struct ExchangeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchange",
        abstract: "Learn through a folder that the sites share, with every file signed.",
        discussion: """
            The folder may be a network drive, a mounted object store, a synchronised folder, a git repository. Nothing in it is \
            trusted unless it is signed by a key of the charter.

            Everybody makes a key, and the coordinator begins:

              dmoe exchange key -o a.key
              dmoe exchange init shared --key coordinator.key --study study.json --participant a=KEY --participant b=KEY

            Sites fit, look at what would be released, and say yes; the coordinator aggregates:

              dmoe exchange fit shared a.csv --key a.key
              dmoe exchange status shared
              dmoe exchange aggregate shared --key coordinator.key

            Rounds, where the charter has some: sites answer with dmoe exchange round, the coordinator goes on with dmoe exchange \
            update.
            """,
        subcommands: [
            ExchangeKeyCommand.self, ExchangeInitCommand.self, ExchangeStatusCommand.self, ExchangeFitCommand.self,
            ExchangeAggregateCommand.self, ExchangeRoundCommand.self, ExchangeUpdateCommand.self,
            ExchangeCloseCommand.self, ExchangeWithdrawCommand.self, ExchangeLogCommand.self,
        ])
}

struct ExchangeKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Make a private key, or say the public key of one.",
        discussion: """
            The file stays with its owner, who alone can read it; the public key that is printed goes to the coordinator. A key is \
            used at one place: beside it, in a file that ends in .seen, dmoe keeps what the key has signed and seen.

            Example: dmoe exchange key -o clinic-a.key
            """)

    @Option(name: [.short, .long], help: ArgumentHelp("Where the private key is, or is to be.", valueName: "file"))
    var output: String
    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func run() throws {
        try OutputFile.check(output)
        let (key, isNew) = try SigningKey.make(path: output)
        if json { return try Terminal.printJSON(KeySummary(key: output, publicKey: key.publicKey.text, isNew: isNew)) }
        Terminal.printError(
            "\(output): \(isNew ? "a new private key, which stays here" : "there already"); the public key:")
        try Terminal.print(key.publicKey.text)
    }
}

/// The --json object of `dmoe exchange key`.
private struct KeySummary: Encodable {
    var key: String
    var publicKey: String
    var isNew: Bool
}

/// Who works in which folder.
struct ExchangeOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The folder that everybody shares.", valueName: "folder"))
    var folder: String

    @Option(help: ArgumentHelp("Private key of whoever runs the command (dmoe exchange key).", valueName: "file"))
    var key: String

    @Option(
        help: ArgumentHelp(
            "Fingerprint of the charter as the coordinator says it, or its first 12 digits or more: with another charter the command ends.",
            valueName: "digits"))
    var fingerprint: String?

    func session(isCoordinator: Bool) throws -> ExchangeSession {
        let session = try ExchangeSession(
            folder: folder, key: key, isCoordinator: isCoordinator, fingerprint: fingerprint)
        session.state.findings.forEach { Terminal.warn($0) }
        return session
    }

    /// After something was signed.
    func finish(_ session: ExchangeSession) {
        guard let failure = session.memoryFailure else { return }
        Terminal.warn(
            "what was signed is in the folder, and counts, but is not remembered beside the key: \(failure.text(.commandLine))"
        )
    }
}
