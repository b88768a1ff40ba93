import ArgumentParser
import DistributedMoE
import ModelFiles

/// Where a site writes down what it has released, and what its random choices follow from.
struct LedgerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Ledger of what this site has released, made where there is none: an answer whose rows differ from those of an earlier one by fewer than the threshold is refused (default: dmoe.ledger in the folder of the data).",
            valueName: "file"))
    var ledger: String?

    @OptionGroup var secret: RoundingSecretOption

    @Flag(help: "Keep no ledger; the file says so.")
    var noLedger = false

    @Flag(
        help: "Let new rows wait for the next release while they are fewer than the threshold, rather than refuse."
    )
    var holdBackNew = false

    @Option(
        help: ArgumentHelp(
            "Policy of this site, which nobody else may write: the columns, levels and number of releases that it lets out; it tightens rules alone.",
            valueName: "file"))
    var policy: String?

    func validate() throws {
        if ledger != nil, noLedger { throw ValidationError("--ledger and --no-ledger cannot go together.") }
    }

    var choices: LedgerChoices {
        var choices = LedgerChoices()
        choices.place = noLedger ? .none : ledger.map { .file($0) } ?? .besideData
        choices.holdsBackNew = holdBackNew
        choices.policy = policy
        return choices
    }

    /// Writes an answer; where that fails, its entry counts all the same, which is said first.
    static func write<Result>(
        _ reference: DisclosureRecord.LedgerReference?, _ choices: LedgerChoices, _ input: RowInput,
        _ write: () throws -> Result
    ) throws -> Result {
        do { return try write() } catch {
            if case .entry(let number, _) = reference, let ledger = try? choices.path(for: input) {
                Terminal.warn(
                    "entry \(number) of the ledger \(ledger.visible) counts though the file was not written; take it back: "
                        + "dmoe ledger retract \(ledger.visible) --entry \(number)")
            }
            throw error
        }
    }

    /// One line of a summary; nil where the file is no answer.
    static func line(_ reference: DisclosureRecord.LedgerReference?, _ choices: LedgerChoices, _ input: RowInput)
        -> String?
    {
        switch reference {
        case .entry(let number, _):
            (try? choices.path(for: input)).flatMap { $0 }.map {
                "entry \(number) of the ledger \($0.visible), which stays at the site (dmoe ledger \($0.visible))"
            }
        case .notKept: "no ledger is kept, and the file says so"
        case nil: nil
        }
    }
}
