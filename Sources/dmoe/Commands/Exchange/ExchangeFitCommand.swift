import ArgumentParser
import DistributedMoE
import Exchange
import Messages
import ModelFiles

struct ExchangeFitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit",
        abstract: "At a site: fit by the study of the folder, show what would be released, sign it after a yes.",
        discussion: """
            The rows stay here, as with dmoe fit, and the site's ledger and policy hold. Without a yes nothing is written into the folder, \
            and the entry of the ledger is taken back.

            Example: dmoe exchange fit shared clinic-a.csv --key clinic-a.key --policy policy.json
            """)

    @OptionGroup var exchange: ExchangeOptions
    @Argument(help: ArgumentHelp("CSV or .npy files of this site; - for standard input.", valueName: "data"))
    var files: [String]
    @OptionGroup var approval: ApprovalOption
    @OptionGroup var subject: SubjectOption
    @OptionGroup(title: "Fit") var fit: FitOptionGroup
    @OptionGroup var support: RowsPerParameterOption
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup var memory: MemoryOption
    @OptionGroup(title: "Release") var release: LedgerOptions
    @OptionGroup var seed: SeedOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Give the data of this site after the folder.") }
        try approval.check(files)
        try refusing { () throws(RequestRefusal) in
            if data.missing != nil { throw .decidedByStudy(.missing) }
            if let experts = fit.experts, experts.single == nil { throw .noEffect(.experts, .rangeOfOneFit) }
        }
    }

    mutating func run() throws {
        let (common, input) = (common, RowInput.files(files, try data.tableOptions(), outOfCore: memory.outOfCore))
        var session = try exchange.session(isCoordinator: false)
        let job = try job(session)
        try job.check()
        let progress = ProgressLine(quiet: common.quiet)
        let label = session.member
        let outcome = try progress.shown {
            try job.run(input, parallelism: common.parallelism, notices: { common.show($0) }) {
                progress.show(label, $0)
            }
        }
        let file = outcome.file
        file.warningLines.forEach { Terminal.warn($0) }
        let reference = file.disclosure?.ledger
        guard
            let name = try approval.name(
                record(file, session), question: "This would be released as \(session.member).", common)
        else { try ApprovalOption.keep(reference, release.choices, input) }
        let entry = try LedgerOptions.write(reference, release.choices, input) {
            try session.release(file, approvedBy: name)
        }
        exchange.finish(session)
        let summary = ReleaseSummary(session, entry)
        try common.report(summary, text: summary.text)
    }

    private func job(_ session: ExchangeSession) throws -> FitJob {
        var columns = ColumnRequest(study: .value(try session.studyToFit()))
        columns.subject = subject.subject
        var job = FitJob(columns: columns, experts: fit.experts)
        job.settings = fit.settings
        job.settings.minRows = session.state.charter.leastRows(job.settings.minRows)
        job.ledger = release.choices
        job.roundingSecret = release.secret.roundingSecret
        job.rowsPerParameter = support.rowsPerParameter
        job.isAggregated = true
        job.seed = seed.seed
        return job
    }

    private func record(_ file: ModelFile, _ session: ExchangeSession) -> String {
        ReleaseSummary.heading(session) + "\n\n"
            + (AuditRecord(file)?.table(path: "the local model of \(session.member)") ?? "")
    }
}

/// The --json object of `dmoe exchange fit` and `round`.
struct ReleaseSummary: Encodable {
    var study: String
    var fingerprint: String
    var participant: String
    var entry: Int
    var file: String
    var digest: String
    var bytes: Int
    var approvedBy: String?

    init(_ session: ExchangeSession, _ entry: LogEntry) {
        study = session.state.charter.name
        fingerprint = session.state.fingerprint.text
        participant = session.member
        self.entry = entry.sequence
        file = session.state.path(of: session.member, entry)
        digest = entry.file?.digest.text ?? ""
        bytes = entry.file?.bytes ?? 0
        approvedBy = entry.approvedBy
    }

    var text: String {
        """
        \(file.visible): \(Format.plural(bytes, "byte")), approved by \((approvedBy ?? "").visible), entry \(entry) of the log of \
        \(participant), signed
        """
    }

    static func heading(_ session: ExchangeSession) -> String {
        let charter = session.state.charter
        return """
            exchange \(charter.name.quoted), fingerprint \(session.state.fingerprint.text)
            participants: \(charter.participants.map(\.name).joined(separator: ", "))\
            \(charter.deadline.map { "; until " + $0.visible } ?? "")
            """
    }
}
