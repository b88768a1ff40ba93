import ArgumentParser
import Exchange
import Messages
import ModelFiles

struct ExchangeStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say who has released, who is awaited, what does not verify and why, and what comes next.",
        discussion: """
            Needs no key: signatures are checked by the public keys of the charter. Exit code 65 where something does not verify.

            Example: dmoe exchange status shared
            """)

    @OptionGroup var view: ExchangeViewOptions

    func run() throws {
        let state = try view.state
        try view.show(StatusSummary(state)) { StatusReport(state).text }
        try view.refuseTampering(state)
    }
}

/// Which folder is shown, and how; no key is needed for it.
struct ExchangeViewOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The folder that everybody shares.", valueName: "folder"))
    var folder: String
    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    var state: ExchangeState { get throws { try ExchangeState.read(ExchangeFolder(path: folder)) } }

    func show(_ object: @autoclosure () -> some Encodable, text: () -> String) throws {
        if json { try Terminal.printJSON(object()) } else { try Terminal.print(text()) }
    }

    /// - Throws: ``ExchangeError`` where something does not verify.
    func refuseTampering(_ state: ExchangeState) throws {
        let tampering = state.tampering
        if !tampering.isEmpty { throw ExchangeError.doesNotVerify(count: tampering.count) }
    }
}

/// A finding as an object.
struct FindingSummary: Encodable {
    var member: String?
    var code: String
    var verifies: Bool
    var text: String

    init(_ finding: Finding) {
        member = finding.member
        code = finding.code
        verifies = !finding.isTampering
        text = finding.text(.commandLine)
    }
}

/// What a folder holds, in words.
struct StatusReport {
    private let state: ExchangeState

    init(_ state: ExchangeState) { self.state = state }

    var text: String {
        [heading, table, findings, "next: " + next].compactMap { $0 }.joined(separator: "\n\n")
    }

    private var heading: String {
        let charter = state.charter
        let rules = [
            "at least \(Format.plural(charter.leastSites, "site"))",
            charter.rounds == 0 ? "no rounds" : Format.plural(charter.rounds, "round"),
            charter.minimumRows.map { "threshold \($0) or more" }, charter.deadline.map { "until \($0.visible)" },
        ]
        let model = state.model.map { release in
            "\n\(state.path(of: Member.coordinator, release.entry).visible): the global model "
                + (release.entry.round == 0 ? "of the aggregation" : "of round \(release.entry.round)")
        }
        return """
            exchange \(charter.name.quoted), fingerprint \(state.fingerprint.text)
            \(rules.compactMap { $0 }.joined(separator: "; "))\(charter.note.map { "\nnote: \($0.visible)" } ?? "")\(model ?? "")
            """
    }

    private var table: String {
        var table = TextTable(header: ["participant", "local model", "statistics", "entries"])
        for site in state.sites {
            let status = SiteStatus(site, state)
            table.append([site.name, status.local, status.statistics, Format.count(site.log.entries.count)])
        }
        return table.text
    }

    private var findings: String? {
        let (bad, other) = (state.tampering, state.findings.filter { !$0.isTampering })
        let parts = [("does not verify, and does not count:", bad), ("to be looked at:", other)]
        let texts = parts.filter { !$0.1.isEmpty }.map { title, findings in
            title + "\n" + findings.map { "  " + $0.text(.commandLine) }.joined(separator: "\n")
        }
        return texts.isEmpty ? nil : texts.joined(separator: "\n\n")
    }

    var next: String {
        do throws(ExchangeError) { try state.check() } catch { return error.text(.commandLine) }
        let withdrawn = state.withdrawnFromModel
        if !withdrawn.isEmpty { return ExchangeError.modelHasWithdrawn(withdrawn).text(.commandLine) }
        let (round, missing) = (state.round, state.missing)
        let act = round == 0 ? "dmoe exchange aggregate" : "dmoe exchange update"
        if state.isFinished { return "nothing: the global model is there" }
        if state.closing(round) != nil { return "the coordinator goes on with what is there (\(act))" }
        guard missing.isEmpty else {
            let command = round == 0 ? "dmoe exchange fit" : "dmoe exchange round"
            return
                "awaited: \(missing.joined(separator: ", ")) (\(command)); the coordinator may go on without (--require, dmoe exchange close)"
        }
        return "all are there: the coordinator goes on (\(act))"
    }
}

/// What is to be said of a participant.
private struct SiteStatus {
    let local: String
    let statistics: String

    init(_ site: ExchangeState.SiteState, _ state: ExchangeState) {
        guard !site.isWithdrawn else {
            (local, statistics) = ("withdrawn", "-")
            return
        }
        let isBad = state.tampering.contains { $0.member == site.name }
        local = site.local.map { "entry \($0.entry.sequence)" } ?? (isBad ? "does not verify" : "awaited")
        statistics =
            site.statistics.map { "round \($0.entry.round), entry \($0.entry.sequence)" }
            ?? (state.round > 0 && !state.isFinished && state.expected.contains(site.name) ? "awaited" : "-")
    }
}

/// The --json object of `dmoe exchange status`.
private struct StatusSummary: Encodable {
    struct Site: Encodable {
        var name: String
        var entries: Int
        var local: Int?
        var statistics: Int?
        var isWithdrawn: Bool
    }

    var study: String
    var fingerprint: String
    var round: Int
    var isClosed: Bool
    var isFinished: Bool
    var model: String?
    var participants: [Site]
    var awaited: [String]
    var findings: [FindingSummary]
    var next: String

    init(_ state: ExchangeState) {
        study = state.charter.name
        fingerprint = state.fingerprint.text
        round = state.round
        isClosed = state.closing(state.round) != nil
        isFinished = state.isFinished
        model = state.model.map { state.path(of: Member.coordinator, $0.entry) }
        participants = state.sites.map { site in
            Site(
                name: site.name, entries: site.log.entries.count, local: site.local?.entry.sequence,
                statistics: site.statistics?.entry.sequence, isWithdrawn: site.isWithdrawn)
        }
        awaited = state.isFinished ? [] : state.missing
        findings = state.findings.map(FindingSummary.init)
        next = StatusReport(state).next
    }
}
