import ArgumentParser
import DistributedMoE

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Say what is in a model file, and what leaves a site with it; of several, how far they are apart.",
        discussion: """
            Several local models are shown as a table of divergences, site by site, with those that cannot be right.

            Example: dmoe inspect clinic-a.json
                     dmoe inspect clinic-*.json
            """)

    @Argument(help: ArgumentHelp("Model files.", valueName: "model"))
    var files: [String]
    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Give at least one model file.") }
    }

    mutating func run() throws {
        guard files.count == 1 else { return try compare() }
        let file = try ModelFile.read(path: files[0])
        if json {
            try Terminal.printJSON(file)
        } else {
            try Terminal.print(ModelDescription(file, path: files[0]).text)
        }
    }

    private func compare() throws {
        let labels = FileNames.labels(files)
        let contributions = try zip(files, labels).map { path, label in
            let file = try ModelFile.read(path: path)
            guard let fitted = file.fitted else { throw ModelFileError.noStatistics(path: path) }
            return Contribution(name: label, fitted: fitted)
        }
        let report = SiteComparisonReport(try SiteComparison(contributions, parallelism: Parallelism()))
        if json { try Terminal.printJSON(report) } else { try Terminal.print(report.text) }
    }
}
