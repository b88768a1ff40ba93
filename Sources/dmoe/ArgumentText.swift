/// The arguments as they were given: those that are no text in UTF-8 reach a program repaired, as the names of other files.
enum ArgumentText {
    /// nil where all of them are text.
    static var refusal: CommandFailure? {
        let count = Int(CommandLine.argc)
        for position in 1..<max(count, 1) {
            guard let argument = CommandLine.unsafeArgv[position] else { continue }
            if String(validatingCString: argument) == nil {
                return CommandFailure(argument: position, text: String(cString: argument))
            }
        }
        return nil
    }
}
