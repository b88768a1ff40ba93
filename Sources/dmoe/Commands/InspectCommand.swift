import ArgumentParser
import DistributedMoE

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Say what is in a model file or a site's statistics, and what leaves a site with it.",
        discussion: "Example: dmoe inspect clinic-a.json")

    @Argument(help: ArgumentHelp("Model file, or statistics of a round.", valueName: "file"))
    var model: String
    @Flag(help: "Print the file as one JSON object instead of text.")
    var json = false

    mutating func run() throws {
        let file: ModelFile
        do { file = try ModelFile.read(path: model) } catch ModelFileError.statisticsAsModel {
            return try show(StatisticsFile.read(path: model)) { StatisticsDescription($0, path: model).text }
        }
        try show(file) { ModelDescription($0, path: model).text }
    }

    private func show<File: Encodable>(_ file: File, text: (File) -> String) throws {
        if json { try Terminal.printJSON(file) } else { try Terminal.print(text(file)) }
    }
}
