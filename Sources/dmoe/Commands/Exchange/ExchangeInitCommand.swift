import ArgumentParser
import Exchange
import Messages

struct ExchangeInitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Begin an exchange: study, participants, their public keys, the rules.",
        discussion: """
            Says the fingerprint of the charter, which the coordinator gives the participants by another way than the folder: by it they \
            know that nobody has replaced the charter.

            Example: dmoe exchange init shared --key coordinator.key --study study.json --participant a=… --participant b=… \
            --rounds 2 --require 2 --deadline "end of March"
            """)

    @Argument(help: ArgumentHelp("The folder; made where there is none.", valueName: "folder"))
    var folder: String
    @Option(help: ArgumentHelp("Private key of the coordinator (dmoe exchange key).", valueName: "file"))
    var key: String
    @Option(help: ArgumentHelp("Study file, with the number of experts (dmoe study new).", valueName: "file"))
    var study: String
    @Option(
        name: .customLong("participant"),
        help: ArgumentHelp(
            "Name and public key of a participant; given once for each. The name is that of its folder and of its site in the model.",
            valueName: "name=key"))
    var participants: [ParticipantArgument] = []
    @Option(help: ArgumentHelp("What the study is called (default: the name of the folder).", valueName: "name"))
    var name: String?
    @Option(help: ArgumentHelp("Sites that an aggregation needs at least (default 1).", valueName: "n"))
    var require = 1
    @Option(
        help: ArgumentHelp("Rounds of statistics that sites may be asked for after the aggregation.", valueName: "r"))
    var rounds = 0
    @Option(
        help: ArgumentHelp(
            "Threshold rule for every site: the larger of this and a site's own --min-rows holds.", valueName: "n"))
    var minRows: Int?
    @Option(
        help: ArgumentHelp(
            "Until when, in words; the coordinator closes a round (dmoe exchange close).", valueName: "text"))
    var deadline: String?
    @Option(help: ArgumentHelp("A note for everybody.", valueName: "text"))
    var note: String?
    @OptionGroup var common: CommonOptions

    func run() throws {
        var setup = ExchangeSetup(
            name: name ?? FileNames.label(folder), study: study, participants: participants.map(\.participant))
        setup.leastSites = require
        setup.rounds = rounds
        setup.minimumRows = minRows
        setup.deadline = deadline
        setup.note = note
        let (charter, fingerprint) = try setup.run(folder: folder, key: try SigningKey.read(path: key))
        try common.report(
            InitSummary(folder: folder, fingerprint: fingerprint.text, charter: charter),
            text: """
                \(folder): exchange \(charter.name.quoted) of \(Format.plural(charter.participants.count, "participant")), \
                \(charter.rounds == 0 ? "no rounds" : Format.plural(charter.rounds, "round")) after the aggregation of at least \
                \(Format.plural(charter.leastSites, "site"))
                fingerprint of the charter, to be passed on otherwise than through the folder:
                \(fingerprint.text)
                next, at each site: dmoe exchange fit \(folder) DATA --key KEY
                """)
    }
}

/// `name=key`.
struct ParticipantArgument: ExpressibleByArgument {
    var participant: Charter.Participant

    init?(argument: String) {
        guard let equals = argument.lastIndex(of: "="),
            let key = MemberKey(argument[argument.index(after: equals)...].lowercased())
        else { return nil }
        participant = Charter.Participant(name: String(argument[..<equals]), key: key)
    }
}

/// The --json object of `dmoe exchange init`.
private struct InitSummary: Encodable {
    var folder: String
    var fingerprint: String
    var charter: Charter
}
