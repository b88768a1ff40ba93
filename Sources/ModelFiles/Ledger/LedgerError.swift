import Messages

/// What can be wrong with a ledger of releases, or with an answer beside those that it has.
public enum LedgerError: Error, Sendable, Equatable {
    /// A file that cannot be opened.
    case cannotRead(path: String)
    /// A file that cannot be written.
    case cannotWrite(path: String)
    /// Another file in place of a ledger.
    case notALedger(path: String)
    /// An entry, by its line, that does not follow from the one before.
    case changed(path: String, line: Int)
    /// An answer that differs from an earlier one by fewer rows than the threshold.
    case tooFewRowsDiffer(path: String, entry: Int, minimum: Int)
}

extension LedgerError: DoorMessage {
    /// One line that says what to do, with options spelled as the interface has them.
    public func text(_ style: OptionStyle) -> String {
        switch self {
        case .cannotRead(let path): "\(path.visible): cannot be read; give a ledger that is readable"
        case .cannotWrite(let path):
            "\(path.visible): the ledger cannot be written, and nothing was released; name another place by "
                + "\(RequestOption.ledger.name(style))"
        case .notALedger(let path):
            "\(path.visible): not a ledger of releases; name the ledger of these data, or a file that is not there yet, by "
                + "\(RequestOption.ledger.name(style))"
        case .changed(let path, let line):
            "\(path.visible), line \(line): the entry does not follow from the one before: the ledger was changed; take it from a backup"
        case .tooFewRowsDiffer(let path, let entry, let minimum):
            "refused by the ledger: these rows and those of entry \(entry) of \(path.visible) differ by fewer than \(minimum), and the "
                + "difference of the two files would disclose these rows; release the same rows again, or wait until \(minimum) differ"
        }
    }
}
