import ArgumentParser
import Foundation

/// A first word that names no command of this program may name a program beside it: `dmoe NAME …` runs `dmoe-NAME …`, if that is on the
/// PATH, as git does.
enum ExternalCommand {
    /// Those that the project has, and how to get them.
    static let known = [
        "report":
            "'dmoe report' is part of the Python package: pip install 'dmoe[report]' puts dmoe-report on the PATH, or make wheel builds it"
    ]

    /// Puts the other program in the place of this one; returns where the arguments are for this one.
    static func replaceProcess(_ arguments: [String]) throws {
        var rest = arguments
        let asksForHelp = rest.first == "help"
        if asksForHelp { rest.removeFirst() }
        guard let name = rest.first, isName(name), !isBuiltIn(name) else { return }
        guard let path = executable("dmoe-" + name) else {
            if let advice = known[name] { throw CommandFailure(advice, exitCode: .usage) }
            return
        }
        let words = [path] + (asksForHelp ? ["--help"] : Array(rest.dropFirst()))
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        execv(path, &pointers)
        let reason = String(cString: strerror(errno))
        throw CommandFailure("\(path) cannot be run: \(reason)", exitCode: .systemError)
    }

    /// No path, no option, nothing that a shell or a terminal takes for something else.
    private static func isName(_ word: String) -> Bool {
        word.first?.isLetter == true && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }

    private static func isBuiltIn(_ name: String) -> Bool {
        name == "help" || DMoE.configuration.subcommands.contains { $0.configuration.commandName == name }
    }

    private static func executable(_ name: String) -> String? {
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        return folders.map { "\($0)/\(name)" }.first { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
                && FileManager.default.isExecutableFile(atPath: path)
        }
    }
}
