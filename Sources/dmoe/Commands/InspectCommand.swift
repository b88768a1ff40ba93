import ArgumentParser
import DistributedMoE

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Say what is in a model file or a site's statistics, and what leaves a site with it.",
        discussion: """
            Several local models are shown as a table of divergences, site by site, with those that cannot be right.

            Example: dmoe inspect clinic-a.json
                     dmoe inspect clinic-*.json
            """)

    @Argument(help: ArgumentHelp("Model file, statistics of a round, or several local models.", valueName: "file"))
    var files: [String]
    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Give at least one file.") }
    }

    mutating func run() throws {
        guard files.count == 1 else { return try compare() }
        let path = files[0]
        let file: ModelFile
        do { file = try ModelFile.read(path: path) } catch ModelFileError.statisticsAsModel {
            return try show(StatisticsFile.read(path: path)) { StatisticsDescription($0, path: path).text }
        }
        try show(file) { ModelDescription($0, path: path).text }
    }

    private func compare() throws {
        let models = try files.map { path throws(ModelFileError) in try ModelFile.read(path: path) }
        try ModelFile.refuseDifferentStudies(zip(files, models).map { ($0, $1) })
        let contributions = try zip(zip(files, FileNames.labels(files)), models).map { names, file in
            guard let fitted = file.fitted else { throw ModelFileError.noStatistics(path: names.0) }
            return Contribution(name: names.1, fitted: fitted)
        }
        let comparison = try SiteComparison(contributions, parallelism: Parallelism())
        try show(SiteComparisonReport(comparison)) { $0.text }
    }

    private func show<Content: Encodable>(_ content: Content, text: (Content) -> String) throws {
        if json { try Terminal.printJSON(content) } else { try Terminal.print(text(content)) }
    }
}
