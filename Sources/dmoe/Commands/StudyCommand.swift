import ArgumentParser
import DistributedMoE
import Messages
import StudyData
import Tables

struct StudyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study",
        abstract: "Write a study file from a table, or check a table against one.",
        discussion: """
            A study file says what is predicted from what: types of the covariates, levels of categories and which is \
            the reference, what is done about missing values, number of experts, seed. Sites share it before anything is \
            fitted: dmoe fit --study, learn --study. It is JSON, to be edited.
            """,
        subcommands: [StudyNewCommand.self, StudyCheckCommand.self])
}

/// `--missing` of `dmoe study new`.
enum GapRule: String, ExpressibleByArgument, CaseIterable {
    case error, drop, mean

    var rule: Study.MissingRule {
        switch self {
        case .error: .error
        case .drop: .drop
        case .mean: .mean
        }
    }
}

struct StudyNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Write a study file from what a table shows.",
        discussion: """
            Text with up to \(StudyDraft.mostLevels) different values becomes a category, its most frequent level the \
            reference; yes and no in several languages, and 0 and 1, become yes-no; other numbers stay numbers. Read the \
            file, add levels that only other sites have, and share it. Several files, of several sites say, are taken \
            together.

            Example: dmoe study new flights.csv --target arr_delay --categories month,carrier --missing drop \
            --experts 3 -o study.json
            """)

    @Argument(help: ArgumentHelp("CSV or .npy files; - for standard input.", valueName: "data"))
    var files: [String]
    @Option(help: ArgumentHelp("Column to predict.", valueName: "column"))
    var target: String
    @OptionGroup var roles: ColumnRoleOptions
    @Option(
        help: ArgumentHelp("Columns that are categories, whatever they look like.", valueName: "a,b,c"),
        transform: splitNames)
    var categories: [String] = []
    @Option(
        help: """
            Missing values of all covariates: refuse them, leave the rows out, or fill numbers in with the mean of the site and an \
            indicator column, and take them as a level of its own elsewhere.
            """)
    var missing = GapRule.error
    @Option(help: ArgumentHelp("Number of experts.", valueName: "k"))
    var experts: Int?
    @Option(help: ArgumentHelp("Seed of all random numbers.", valueName: "n"))
    var seed: UInt64?
    @OptionGroup(title: "Data") var table: TableOptionGroup
    @OptionGroup var common: CommonOptions
    @Option(name: [.short, .long], help: ArgumentHelp("Where to write the study file.", valueName: "file"))
    var output: String

    func validate() throws { try refusing { () throws(RequestRefusal) in try job.check() } }

    private var job: StudyJob {
        var job = StudyJob(columns: roles.request(target: target))
        job.categories = categories
        job.missing = missing.rule
        job.experts = experts
        job.seed = seed
        return job
    }

    mutating func run() throws {
        try OutputFile.check(output, inputs: files)
        let draft = try job.run(files, options: try table.options(parallelism: common.parallelism))
        try draft.study.write(to: output)
        try common.report(
            StudySummary(
                output: output, digest: draft.study.digest, study: draft.study,
                notes: draft.notes.map { $0.text(.commandLine) }),
            text: StudyDescription(draft.study).text + (draft.notes.isEmpty ? "" : "\n\n")
                + draft.notes.map { $0.text(.commandLine) }.joined(separator: "\n")
                + "\n\n\(output.visible) written; read it, then share it with all sites")
    }
}

/// The --json object of `dmoe study new`.
private struct StudySummary: Encodable {
    var output: String
    var digest: String
    var study: Study
    var notes: [String]
}

struct StudyCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what in a table does not fit a study.",
        discussion: """
            Every column that does not fit is named with the first line where it does not. Levels that a site lacks are fine; \
            classes of the target that it lacks, and levels that differ by case or blanks alone, are warned of.

            Example: dmoe study check study.json clinic-a.csv
            """)

    @Argument(help: ArgumentHelp("Study file.", valueName: "study"))
    var study: String
    @Argument(help: ArgumentHelp("CSV or .npy files; - for standard input.", valueName: "data"))
    var files: [String]
    @OptionGroup(title: "Data") var table: TableOptionGroup
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Give the data after the study file.") }
    }

    mutating func run() throws {
        let study = try Study.read(path: study)
        let outcome = try StudyCheckJob().run(
            study, files, options: try table.options(parallelism: common.parallelism))
        outcome.notes.forEach { Terminal.warn($0) }
        let problems = outcome.problems.map { $0.text(.commandLine) }
        for problem in problems.dropLast() { Terminal.printError("dmoe: \(problem)") }
        if let last = problems.last { throw CommandFailure(last) }
        try common.report(
            StudyCheckSummary(
                digest: study.digest, rows: outcome.rows, warnings: outcome.notes.map { $0.text(.commandLine) }),
            text: "\(Format.plural(outcome.rows, "row")) fit the study \(self.study) (digest \(study.digest))")
    }
}

/// The --json object of `dmoe study check`.
private struct StudyCheckSummary: Encodable {
    var digest: String
    var rows: Int
    var warnings: [String]
}
