import Messages

/// What can be wrong with a ledger of releases, or with an answer beside those that it has.
public enum LedgerError: Error, Sendable, Equatable {
    /// There is no file at `path`.
    case fileNotFound(path: String)
    /// The file exists but its bytes cannot be had.
    case cannotRead(path: String, reason: String)
    /// A file that cannot be written, and why.
    case cannotWrite(path: String, reason: String)
    /// A file that another process has not let go.
    case isBusy(path: String)
    /// Another file in place of a ledger.
    case notALedger(path: String)
    /// A file without an entry, or without the whole of its first line.
    case isEmptied(path: String)
    /// A file to which another process has added what this answer was not compared with.
    case isChanged(path: String)
    /// A file that others than its owner may read or write.
    case readableByOthers(path: String)
    /// A ledger of another version of the format.
    case otherVersion(path: String, version: Int)
    /// An entry, by its line, that does not follow from the one before.
    case changed(path: String, line: Int)
    /// An answer that differs from an earlier one by fewer rows than the threshold; whether they could be held back.
    case tooFewRowsDiffer(path: String, entry: Int, minimum: Int, canHoldBack: Bool)
    /// More models that statistics are asked for at than a study may have.
    case tooManyRounds(path: String, most: Int)
    /// More models than the policy of the site lets out.
    case tooManyReleases(path: String, most: Int)
    /// Statistics at a model that no model of the ledger is in.
    case notOfThisSite(path: String)
    /// A retraction of what is no answer, or was taken back before.
    case noSuchEntry(path: String, entry: Int)
    /// A file that is not that of an entry of the ledger.
    case notOfLedger(path: String, file: String)
}

extension LedgerError {
    /// Whether the input could not be had at all, rather than holding something wrong.
    package var isMissingInput: Bool {
        switch self {
        case .fileNotFound, .cannotRead: true
        default: false
        }
    }
}

extension LedgerError: DoorMessage {
    /// One line that says what to do, with options spelled as the interface has them.
    public func text(_ style: OptionStyle) -> String {
        switch self {
        case .fileNotFound(let path): "\(path.visible): no such file; give the ledger of these data"
        case .cannotRead(let path, let reason):
            "\(path.visible): cannot be read: \(reason.visible); give a ledger that is readable"
        case .cannotWrite(let path, let reason):
            "\(path.visible): the ledger cannot be written, and nothing was released: \(reason); name another place by "
                + "\(RequestOption.ledger.name(style))"
        case .isBusy(let path):
            "\(path.visible): another process holds the ledger, and nothing was released; try again when it has ended"
        case .notALedger(let path):
            "\(path.visible): not a ledger of releases; name the ledger of these data, or a file that is not there yet, by "
                + "\(RequestOption.ledger.name(style))"
        case .isChanged(let path):
            "\(path.visible): another process has entered an answer of other columns, and nothing was released; run the command again"
        case .readableByOthers(let path):
            "\(path.visible): others than its owner can read the ledger, and with its key know rows again; take that from them (chmod go-rwx "
                + "\(path.visible))"
        case .isEmptied(let path):
            "\(path.visible): a ledger that is empty; take it from a backup, or remove it if nothing was ever released from these data"
        case .otherVersion(let path, let version):
            "\(path.visible): a ledger of format version \(version), which is not read here; keep it, and name another by "
                + "\(RequestOption.ledger.name(style))"
        case .changed(let path, let line):
            "\(path.visible), line \(line): the entry does not follow from the one before: the ledger was changed; take it from a backup"
        case .tooFewRowsDiffer(let path, let entry, let minimum, let canHoldBack):
            "refused by the ledger: these rows and those of entry \(entry) of \(path.visible) differ by fewer than \(minimum), and the "
                + "difference of the two files would disclose these rows; release the same rows again, "
                + (canHoldBack
                    ? "let the new ones wait until they are \(minimum) by \(RequestOption.holdBackNew.name(style))"
                    : "or wait until \(minimum) differ")
        case .tooManyRounds(let path, let most):
            "refused by the ledger: the site has answered at \(most) models of this study (\(path.visible)), and no more rounds are "
                + "answered: averages over many would disclose what single answers do not"
        case .tooManyReleases(let path, let most):
            "refused by the ledger: the site has released \(most == 1 ? "1 model" : "\(most) models") (\(path.visible)), as many as its "
                + "policy lets out"
        case .notOfThisSite(let path):
            "refused by the ledger: the model is not made of a model that this site released (\(path.visible)), so that nobody knows what its "
                + "statistics disclose; ask at a model that this site is in, or name the ledger of its release by "
                + "\(RequestOption.ledger.name(style))"
        case .noSuchEntry(let path, let entry):
            "\(path.visible): there is no answer of number \(entry) that counts; dmoe ledger \(path.visible) lists them"
        case .notOfLedger(let path, let file):
            "\(file.visible): not the file of an entry of \(path.visible); give the ledger that it was entered in"
        }
    }
}
