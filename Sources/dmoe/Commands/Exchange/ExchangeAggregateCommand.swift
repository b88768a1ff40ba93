import ArgumentParser
import DistributedMoE
import Exchange
import Messages
import ModelFiles

/// How many sites are enough.
struct RequireOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Sites that are enough (default: all that have not withdrawn, or, once the round is closed, those that were there).",
            valueName: "n"))
    var require: Int?
}

struct ExchangeAggregateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aggregate",
        abstract:
            "At the coordinator: check every signature, aggregate the local models that count, sign the global one.",
        discussion: """
            As dmoe aggregate, of the local models that are signed, of this study, in time and not withdrawn; all others are named. To be \
            repeated when a site has come, or has withdrawn.

            Example: dmoe exchange aggregate shared --key coordinator.key
            """)

    @OptionGroup var exchange: ExchangeOptions
    @OptionGroup var sites: RequireOption
    @OptionGroup var choices: AggregateOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        try refusing { () throws(RequestRefusal) in
            try choices.check()
            try choices.job.settings.checkSingleModel()
        }
    }

    mutating func run() throws {
        let common = common
        var session = try exchange.session(isCoordinator: true)
        let (file, entry) = try session.aggregate(
            choices.job, required: sites.require, support: try choices.support, parallelism: common.parallelism,
            notices: { common.show($0) })
        file.warningLines.forEach { Terminal.warn($0) }
        exchange.finish(session)
        let summary = GlobalSummary(session, entry)
        try common.report(summary, text: summary.text)
    }
}

struct ExchangeUpdateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "At the coordinator: make the next global model from the statistics that count, and sign it.",
        discussion: """
            As dmoe update, of the statistics at the model that was signed last.

            Example: dmoe exchange update shared --key coordinator.key
            """)

    @OptionGroup var exchange: ExchangeOptions
    @OptionGroup var sites: RequireOption
    @OptionGroup var choices: UpdateOptions
    @OptionGroup var common: CommonOptions

    mutating func run() throws {
        var session = try exchange.session(isCoordinator: true)
        let (file, entry) = try session.update(choices.job, required: sites.require)
        file.rounds?.last?.warnings.lines.forEach { Terminal.warn($0) }
        exchange.finish(session)
        let summary = GlobalSummary(session, entry)
        try common.report(summary, text: summary.text)
    }
}

struct ExchangeCloseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close",
        abstract: "At the coordinator: end the round; what comes later does not count in it.",
        discussion: """
            No clock decides: what the coordinator had seen when it signed the closing is in time. It cannot be taken back.

            Example: dmoe exchange close shared --key coordinator.key --note "the end of March"
            """)

    @OptionGroup var exchange: ExchangeOptions
    @Option(help: ArgumentHelp("A note for the log.", valueName: "text"))
    var note: String?
    @OptionGroup var common: CommonOptions

    mutating func run() throws {
        var session = try exchange.session(isCoordinator: true)
        let missing = session.state.missing
        let entry = try session.close(note: note)
        exchange.finish(session)
        try common.report(
            ClosingSummary(round: entry.round, entry: entry.sequence, missing: missing),
            text:
                "\(entry.round == 0 ? "the local models are" : "round \(entry.round) is") closed (entry \(entry.sequence))"
                + (missing.isEmpty ? "" : "; without \(missing.joined(separator: ", "))"))
    }
}

/// The --json object of `dmoe exchange close`.
private struct ClosingSummary: Encodable {
    var round: Int
    var entry: Int
    var missing: [String]
}

/// The --json object of `dmoe exchange aggregate` and `update`.
private struct GlobalSummary: Encodable {
    var study: String
    var fingerprint: String
    var round: Int
    var entry: Int
    var file: String
    var digest: String
    var sites: [String]
    var findings: [FindingSummary]

    init(_ session: ExchangeSession, _ entry: LogEntry) {
        study = session.state.charter.name
        fingerprint = session.state.fingerprint.text
        round = entry.round
        self.entry = entry.sequence
        file = session.state.path(of: session.member, entry)
        digest = entry.file?.digest.text ?? ""
        sites = entry.sites.map(\.name)
        findings = session.state.findings.map(FindingSummary.init)
    }

    var text: String {
        """
        \(round == 0 ? "local models" : "statistics") of \(Format.plural(sites.count, "site")): \(sites.joined(separator: ", "))
        \(file.visible) written and signed, entry \(entry) of the coordinator's log (dmoe inspect \(file.visible))
        """
    }
}
