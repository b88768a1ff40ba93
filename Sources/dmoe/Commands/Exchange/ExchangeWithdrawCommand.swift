import ArgumentParser
import Exchange
import Messages

struct ExchangeWithdrawCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "At a site: take back all that it has released.",
        discussion: """
            The files go out of the folder, and the next aggregation is as if the site had never taken part. Copies that others have made are \
            beyond reach, and so are global models that were made of it. The entries of the site's own ledger stay: others may have seen the \
            files.

            Example: dmoe exchange withdraw shared --key clinic-a.key
            """)

    @OptionGroup var exchange: ExchangeOptions
    @Option(help: ArgumentHelp("Who decided it.", valueName: "name"))
    var approve: String?
    @Option(help: ArgumentHelp("A note for the log.", valueName: "text"))
    var note: String?
    @OptionGroup var common: CommonOptions

    mutating func run() throws {
        var session = try exchange.session(isCoordinator: false)
        let (entry, files) = try session.withdraw(approvedBy: approve, note: note)
        exchange.finish(session)
        try common.report(
            WithdrawalSummary(participant: session.member, entry: entry?.sequence, removed: files),
            text: "\(session.member) has withdrawn"
                + (entry.map { " (entry \($0.sequence))" } ?? " before")
                + (files.isEmpty ? "" : "; removed: \(files.map(\.visible).joined(separator: ", "))"))
    }
}

/// The --json object of `dmoe exchange withdraw`.
private struct WithdrawalSummary: Encodable {
    var participant: String
    var entry: Int?
    var removed: [String]
}

struct ExchangeLogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Say who has released what: digests, approvals, and what was seen of others.",
        discussion: """
            Each participant has a chain of its own, so that who writes offline forks nothing; the coordinator's entries cite the ends of \
            the others. Times are those of the writers' clocks, for people alone.

            Example: dmoe exchange log shared
            """)

    @OptionGroup var view: ExchangeViewOptions

    func run() throws {
        let state = try view.state
        try view.show(LogSummary(state)) { LogReport(state).text }
        state.tampering.forEach { Terminal.warn($0) }
        try view.refuseTampering(state)
    }
}

/// The chains in words.
private struct LogReport {
    let state: ExchangeState

    init(_ state: ExchangeState) { self.state = state }

    var text: String {
        let logs = [state.coordinator] + state.sites.map(\.log)
        return
            (["exchange \(state.charter.name.quoted), fingerprint \(state.fingerprint.text)"]
            + logs.map { log in
                log.name + (log.entries.isEmpty ? ": no entry" : "\n" + log.entries.map(line).joined(separator: "\n"))
            }).joined(separator: "\n\n")
    }

    private func line(_ entry: LogEntry) -> String {
        let parts = [
            "  \(entry.sequence)  \(entry.written.beginning.visible)  \(what(entry))",
            entry.fileName.map { "\($0) \(entry.file?.digest.beginning ?? "")" },
            entry.approvedBy.map { "approved by \($0.beginning.visible)" },
            entry.sites.isEmpty
                ? nil : "of " + entry.sites.map { "\($0.name.visible) \($0.sequence)" }.joined(separator: ", "),
            entry.cited.isEmpty
                ? nil : "has seen " + entry.cited.map { "\($0.name.visible) \($0.sequence)" }.joined(separator: ", "),
            entry.note.map { "note: \($0.beginning.visible)" },
        ]
        return parts.compactMap { $0 }.joined(separator: "; ")
    }

    private func what(_ entry: LogEntry) -> String {
        switch entry.kind {
        case .opening: "opened the study"
        case .local: "released a local model"
        case .statistics: "released statistics for round \(entry.round)"
        case .withdrawal: "withdrew all of the above"
        case .model: entry.round == 0 ? "aggregated a global model" : "made the global model of round \(entry.round)"
        case .closing: entry.round == 0 ? "closed the local models" : "closed round \(entry.round)"
        }
    }
}

/// The --json object of `dmoe exchange log`.
private struct LogSummary: Encodable {
    struct Chain: Encodable {
        var member: String
        var entries: [LogEntry]
    }

    var study: String
    var fingerprint: String
    var logs: [Chain]
    var findings: [FindingSummary]

    init(_ state: ExchangeState) {
        study = state.charter.name
        fingerprint = state.fingerprint.text
        logs = ([state.coordinator] + state.sites.map(\.log)).map { Chain(member: $0.name, entries: $0.entries) }
        findings = state.findings.map(FindingSummary.init)
    }
}
