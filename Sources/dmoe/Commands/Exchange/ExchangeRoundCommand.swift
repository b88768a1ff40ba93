import ArgumentParser
import DistributedMoE
import Exchange
import Messages
import ModelFiles

struct ExchangeRoundCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "round",
        abstract: "At a site: sum up the rows at the global model of the folder, sign the sums after a yes.",
        discussion: """
            As dmoe statistics, at the model that the coordinator has signed last; the site's ledger and policy hold.

            Example: dmoe exchange round shared clinic-a.csv --key clinic-a.key
            """)

    @OptionGroup var exchange: ExchangeOptions
    @Argument(help: ArgumentHelp("CSV or .npy files of this site; - for standard input.", valueName: "data"))
    var files: [String]
    @OptionGroup var approval: ApprovalOption
    @OptionGroup var disclosure: DisclosureOption
    @OptionGroup var subject: SubjectOption
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup var memory: MemoryOption
    @OptionGroup(title: "Release") var release: LedgerOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Give the data of this site after the folder.") }
        try approval.check(files)
    }

    mutating func run() throws {
        let (common, input) = (common, RowInput.files(files, try data.tableOptions(), outOfCore: memory.outOfCore))
        var session = try exchange.session(isCoordinator: false)
        let (model, path) = try session.modelToAnswer()
        let file = try job(session).run(
            at: model, named: path, input, parallelism: common.parallelism, notices: { common.show($0) })
        file.warnings.lines.forEach { Terminal.warn($0) }
        let record =
            ReleaseSummary.heading(session) + "\n\n"
            + StatisticsDescription(file, path: "the statistics of \(session.member)").text
        guard
            let name = try approval.name(record, question: "This would be released as \(session.member).", common)
        else { try ApprovalOption.keep(file.ledger, release.choices, input) }
        let entry = try LedgerOptions.write(file.ledger, release.choices, input) {
            try session.release(file, approvedBy: name)
        }
        exchange.finish(session)
        let summary = ReleaseSummary(session, entry)
        try common.report(summary, text: summary.text)
    }

    private func job(_ session: ExchangeSession) -> StatisticsJob {
        var job = StatisticsJob()
        job.missing = data.missing
        job.subject = subject.subject
        job.minRows = session.state.charter.leastRows(disclosure.minRows)
        job.ledger = release.choices
        job.roundingSecret = release.secret.roundingSecret
        return job
    }
}
