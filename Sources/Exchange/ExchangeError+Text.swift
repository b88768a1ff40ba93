import Messages

extension ExchangeError: DoorMessage {
    /// One line that says what to do.
    package func text(_ style: OptionStyle) -> String {
        switch self {
        case .fileNotFound(let path, let kind): "\(path.visible): no such file; \(kind.advice)"
        case .cannotRead(let path, let reason):
            "\(path.visible): cannot be read: \(reason.visible); give a readable file"
        case .cannotWrite(let path, let reason):
            "\(path.visible): cannot be written: \(reason.visible); nothing was signed that is not in the folder"
        case .otherFile(let path, let kind, _): "\(path.visible): \(reason); \(kind.advice)"
        case .newerFormat(let path, _, _): "\(path.visible): \(reason)"
        case .invalidField(let path, _, _): "\(path.visible): \(reason)"
        case .readableByOthers(let path):
            "\(path.visible): others than its owner can read the private key; take that from them (chmod go-rwx \(path.visible)), or, if they "
                + "have read it, make another and begin another exchange"
        case .cannotSign(let path): "\(path.visible): the key does not sign; report this"
        case .notOfFolder(let path, let what):
            "\(path.visible): \(what), which is not followed here; remove it, and look who put it there"
        case .alreadyThere(let path): "\(path.visible): an exchange is there already; name another folder"
        default: memberText
        }
    }

    private var memberText: String {
        switch self {
        case .strangersKey(let path, let key):
            "\(path.visible): nobody in this study has the key; its public key is \(key): is it another study, or did the coordinator get "
                + "another key?"
        case .otherRole(let isCoordinator):
            isCoordinator
                ? "the coordinator does this, with its own key"
                : "a participant does this, with its own key; the coordinator has no rows"
        case .damagedLog(let path, let damage):
            "\(path.visible), line \(damage.line): \(damage.text); take the log from a backup, from the history of the folder or from whom it "
                + "belongs to"
        case .changedStudy(let path):
            "\(path.visible): not the study that the coordinator signed: it was changed, or replaced; copy it again from the coordinator"
        case .otherCharter(let found, let expected):
            "the charter of this folder has the fingerprint \(found), not \(expected): it is another study, or was replaced; ask the coordinator"
        case .replacedCharter(let name, let found, let known):
            "this key has signed for a study \(name.quoted) with the fingerprint \(known), and the charter here has \(found): ask the coordinator, "
                + "and give --fingerprint \(found) if it is another study"
        case .isBusy(let path): "\(path.visible): another process signs with the key; try again when it has ended"
        default: requestText
        }
    }

    private var requestText: String {
        switch self {
        case .isClosed(let round):
            "the coordinator has closed \(Self.words(round)): nothing counts any more that comes now; ask the coordinator"
        case .nothingToWithdraw(let name): "\(name.quoted) has released nothing that could be withdrawn"
        case .noModel: "there is no global model to go on from; first dmoe exchange aggregate"
        case .modelReplaced:
            "the coordinator has signed another global model meanwhile: nothing was released; run the command again"
        case .noFurtherRound(let most):
            most == 0 ? "the charter has no rounds" : "the charter has \(Format.plural(most, "round")), which are over"
        case .notEnough(let found, let needed, let missing, _):
            "\(Format.plural(found, "site")) can be aggregated, and \(needed) are needed; "
                + (missing.isEmpty
                    ? "wait for more"
                    : "there is nothing that counts of \(Format.list(missing)): wait, or give --require \(max(found, 1)), or close the round (dmoe "
                        + "exchange close)")
        case .tooFewRequired(let least, let most):
            "--require must be from \(least), which the charter promises the participants, to \(most)"
        case .modelHasWithdrawn(let names):
            "the global model is made of \(Format.list(names)) too, withdrawn since: make it anew without (dmoe exchange aggregate)"
        case .changedMeanwhile(let names):
            "\(Format.list(names)) has withdrawn or replaced its release meanwhile: nothing was written; run the command again"
        case .notApproved: "not approved: nothing was released"
        case .doesNotVerify(let count):
            "\(Format.plural(count, "thing")) in the folder \(count == 1 ? "does" : "do") not verify"
        case .invalidOption(let sentence): sentence
        default: ""
        }
    }

    static func words(_ round: Int) -> String { round == 0 ? "the local models" : "round \(round)" }
}
