import ArgumentParser
import DistributedMoE
import Messages
import ModelFiles

struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "List and check what a site has released, or take back what was never sent.",
        discussion: """
            The ledger stays at the site. Each entry has keyed hashes of the rows behind an answer, and a code that follows from the entry \
            before, so that none can be taken out or changed unseen.

            Example: dmoe ledger clinic/dmoe.ledger
            A file that was never sent: dmoe ledger retract clinic/dmoe.ledger clinic-a.json
            """,
        subcommands: [LedgerListCommand.self, LedgerRetractCommand.self], defaultSubcommand: LedgerListCommand.self)
}

struct LedgerListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the entries, and check that each follows from the one before (default).")

    @Argument(help: ArgumentHelp("Ledger that dmoe fit wrote.", valueName: "file"))
    var file: String
    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func run() throws {
        let ledger = try ReleaseLedger(existing: file)
        if ledger.hasTornEntry { Terminal.warn(ReadingNotice.entryCutShort(ledger: file)) }
        if json { return try Terminal.printJSON(LedgerSummary(ledger)) }
        let counted = Set(ledger.answers.map(\.entry))
        var table = TextTable(header: ["entry", "answer", "rows", "target", "covariates", "code", ""])
        for (entry, rows) in zip(ledger.entries, ledger.rows) {
            let note = entry.retracts.map { "takes back \($0)" } ?? (counted.contains(entry.entry) ? "" : "taken back")
            table.append([
                "\(entry.entry)", entry.kind.rawValue, entry.retracts == nil ? Format.count(rows.hashes.count) : "",
                entry.target.visible, Format.count(entry.covariates.count), entry.code, note,
            ])
        }
        try Terminal.print(
            "\(file.visible): \(Format.plural(counted.count, "answer")), each entry follows from the one before\n"
                + table.text)
    }
}

struct LedgerRetractCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retract",
        abstract: "Take back a file that was never sent.",
        discussion: """
            Later answers are not compared with it any more; the entry stays in the ledger, and another says that it was taken back. Only who \
            knows that nobody else has the file can say so. A model file becomes a draft, which no coordinator takes.

            Example: dmoe ledger retract clinic/dmoe.ledger clinic-a.json
            A file that was never written: dmoe ledger retract clinic/dmoe.ledger --entry 3
            """)

    @Argument(help: ArgumentHelp("Ledger of the site.", valueName: "ledger"))
    var ledger: String
    @Argument(help: ArgumentHelp("The file that was never sent: of dmoe fit or dmoe statistics.", valueName: "file"))
    var file: String?
    @Option(help: ArgumentHelp("Its entry, where the file is gone.", valueName: "n"))
    var entry: Int?

    func validate() throws {
        guard (file == nil) != (entry == nil) else {
            throw ValidationError("Give the file that was never sent, or its entry by --entry.")
        }
    }

    func run() throws {
        let outcome: RetractJob.Outcome
        if let file {
            outcome = try RetractJob(ledger: ledger).run(file: file)
        } else {
            outcome = try RetractJob(ledger: ledger).run(entry: entry ?? 0)
        }
        try Terminal.print(
            "\(ledger.visible): entry \(outcome.retracted) is taken back by entry \(outcome.entry)"
                + (outcome.isDraft ? "; \((file ?? "").visible) is a draft now" : "; delete its file"))
    }
}

/// The --json object of `dmoe ledger`.
private struct LedgerSummary: Encodable {
    struct Entry: Encodable {
        var entry: Int
        var kind: LedgerEntry.Kind
        var target: String
        var covariates: [String]
        var rows: Int
        var minimumRows: Int
        var leftOut: [String]
        var model: String?
        var retracts: Int?
        var code: String
    }

    var ledger: String
    var entries: [Entry]

    init(_ ledger: ReleaseLedger) {
        self.ledger = ledger.path
        entries = zip(ledger.entries, ledger.rows).map { entry, rows in
            Entry(
                entry: entry.entry, kind: entry.kind, target: entry.target, covariates: entry.covariates,
                rows: rows.hashes.count, minimumRows: entry.minimumRows, leftOut: entry.leftOut, model: entry.model,
                retracts: entry.retracts, code: entry.code)
        }
    }
}
