import ArgumentParser
import DistributedMoE
import Messages
import ModelFiles

struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "List and check what a site has released.",
        discussion: """
            The ledger stays at the site. Each entry has keyed hashes of the rows behind an answer, and a code that follows from the entry \
            before, so that none can be taken out or changed unseen.

            Example: dmoe ledger clinic-a.ledger
            """)

    @Argument(help: ArgumentHelp("Ledger that dmoe fit wrote.", valueName: "file"))
    var file: String
    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func run() throws {
        let ledger = try ReleaseLedger(existing: file)
        if json { return try Terminal.printJSON(LedgerSummary(ledger)) }
        var table = TextTable(header: ["entry", "answer", "rows", "target", "covariates", "code"])
        for entry in ledger.entries {
            table.append([
                "\(entry.entry)", entry.kind.rawValue, Format.count(entry.rowCount), entry.target.visible,
                Format.count(entry.covariates.count), entry.code,
            ])
        }
        try Terminal.print(
            "\(file.visible): \(Format.plural(ledger.entries.count, "answer")), each entry follows from the one before\n"
                + table.text)
    }
}

/// The --json object of `dmoe ledger`.
private struct LedgerSummary: Encodable {
    struct Entry: Encodable {
        var entry: Int
        var kind: ReleaseLedger.Entry.Kind
        var target: String
        var covariates: [String]
        var rows: Int
        var minimumRows: Int
        var leftOut: [String]
        var code: String
    }

    var ledger: String
    var entries: [Entry]

    init(_ ledger: ReleaseLedger) {
        self.ledger = ledger.path
        entries = ledger.entries.map {
            Entry(
                entry: $0.entry, kind: $0.kind, target: $0.target, covariates: $0.covariates, rows: $0.rowCount,
                minimumRows: $0.minimumRows, leftOut: $0.leftOut, code: $0.code)
        }
    }
}
