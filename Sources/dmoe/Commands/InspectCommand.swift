import ArgumentParser
import DistributedMoE

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Say what is in a model file, and what leaves a site with it.",
        discussion: "Example: dmoe inspect clinic-a.json")

    @Argument(help: ArgumentHelp("Model file.", valueName: "model"))
    var model: String
    @Flag(help: "Print the model file as one JSON object instead of text.")
    var json = false

    mutating func run() throws {
        let file = try ModelFile.read(path: model)
        if json { try Terminal.printJSON(file) } else { try Terminal.print(ModelDescription(file, path: model).text) }
    }
}
