import ArgumentParser
import DistributedMoE
import Exchange
import ModelFiles

/// Who says that a file may go out.
struct ApprovalOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Who approves the release, without being asked (default: the audit record is shown, and a person is asked).",
            valueName: "name"))
    var approve: String?

    /// The question is read where the data would be.
    func check(_ files: [String]) throws {
        if approve == nil, files.contains("-") {
            throw ValidationError("With data from standard input nobody can be asked: give --approve.")
        }
    }

    /// Shows what would be released, and waits for a person's yes.
    ///
    /// - Parameter question: about the file.
    /// - Returns: who approves it; nil where nobody does.
    func name(_ record: String, question: String, _ common: CommonOptions) throws -> String? {
        if let approve {
            if !common.quiet, !common.json { try Terminal.print(record + "\n") }
            return approve
        }
        Terminal.printLines(record + "\n")
        Terminal.printError("\(question) Type yes to release it, anything else to keep it:")
        guard readLine()?.lowercased() == "yes" else { return nil }
        Terminal.printError("Your name, for the log:")
        guard let name = readLine(), !name.allSatisfy(\.isWhitespace) else { return nil }
        return name
    }

    /// Takes the entry of the ledger back, as nobody has the file.
    static func keep(_ reference: DisclosureRecord.LedgerReference?, _ choices: LedgerChoices, _ input: RowInput) throws
        -> Never
    {
        if case .entry(let number, _) = reference, let ledger = try choices.path(for: input) {
            _ = try RetractJob(ledger: ledger).run(entry: number)
        }
        throw ExchangeError.notApproved
    }
}
