import ArgumentParser
import DistributedMoE
import Foundation
import Messages
// Not that of ArgumentParser.
import enum DistributedMoE.ExitCode

/// What is said where no command can be made of the command line, or where help is asked for.
enum UsageMessage {
    /// A command or an option that is not there.
    private struct UnknownName: Error {
        var sentence: String
        /// Whose usage helps.
        var command: any ParsableCommand.Type
    }

    /// Ends the program: 0 after help that could be written, 64 after a refusal.
    static func end(_ error: any Error, _ arguments: [String]) -> Never {
        let full = DMoE.fullMessage(for: error)
        guard DMoE.exitCode(for: error) != .success else {
            do { try Terminal.write(full + "\n") } catch { Terminal.end(error) }
            Foundation.exit(0)
        }
        // A name that is nearly right explains whatever else is wrong or missing for it.
        if let unknown = error as? UnknownName ?? unknownCommand(arguments) ?? unknownOption(arguments) {
            end(unknown.sentence, usageOf: unknown.command)
        }
        let message = DMoE.message(for: error)
        Terminal.printLines(full.replacing(message, with: explained(message, arguments), maxReplacements: 1))
        Foundation.exit(DMoE.exitCode(for: error).rawValue)
    }

    /// A refusal found by the command itself: as those of the parser, with the usage of the command.
    static func end(_ refusal: RequestRefusal, by command: any ParsableCommand.Type) -> Never {
        end(refusal.text(.commandLine) + ".", usageOf: command)
    }

    private static func end(_ sentence: String, usageOf command: any ParsableCommand.Type) -> Never {
        let usage = DMoE.usageString(for: command)
        // Of "dmoe study new <data> …", what comes before the first argument.
        let name = usage.split(separator: " ").prefix { $0.allSatisfy(\.isLowercase) }
        Terminal.printLines(
            """
            Error: \(sentence)
            Usage: \(usage)
              See '\(name.joined(separator: " ")) --help' for more information.
            """)
        Foundation.exit(ExitCode.usage.rawValue)
    }

    private static func explained(_ message: String, _ arguments: [String]) -> String {
        var explained = message
        for argument in arguments.flatMap({ [$0] + $0.split(separator: "=", maxSplits: 1).map(String.init) })
        where argument != argument.visible {
            explained = explained.replacing(argument, with: argument.visible)
        }
        if let option = refusedNumber(message), let bounds = option.bounds {
            explained += ": \(option.name(.commandLine)) must \(bounds.description)"
        }
        return explained
    }

    /// The option whose value the parser could not read as a number.
    ///
    /// By its sentence, which a test holds to this: swift-argument-parser's errors are types of its own module, and their
    /// message is all of them that a program gets.
    private static func refusedNumber(_ message: String) -> RequestOption? {
        guard let match = message.firstMatch(of: /^The value '.*' is invalid for '(--[a-z0-9-]+)[^']*'$/) else {
            return nil
        }
        return RequestOption.allCases.first { $0.name(.commandLine) == match.1 }
    }

    // MARK: Names that are not known

    private static func unknownOption(_ arguments: [String]) -> UnknownName? {
        let command = command(arguments).command
        let help = DMoE.helpMessage(for: command, includeHidden: true, columns: 1000)
        let known = help.matches(of: /--[a-z0-9-]+/).map { String($0.output) }
        let given = arguments.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }
        let names = given.map { String($0.prefix { $0 != "=" }) }
        return names.first { !known.contains($0) }.map {
            UnknownName(sentence: "Unknown option '\($0.visible)'." + advice($0, known), command: command)
        }
    }

    /// `dmoe help` of something that is no command.
    static func checkHelp(_ arguments: [String]) throws {
        guard arguments.first == "help" else { return }
        let names = Array(arguments.dropFirst().filter { !$0.hasPrefix("-") })
        let (command, count) = command(names)
        if count < names.count { throw noCommand(names[count], of: command) }
    }

    private static func unknownCommand(_ arguments: [String]) -> UnknownName? {
        let (command, count) = command(arguments)
        guard !command.configuration.subcommands.isEmpty, command.configuration.defaultSubcommand == nil,
            count < arguments.count, !arguments[count].hasPrefix("-"),
            arguments[count] != "help"
        else { return nil }
        return noCommand(arguments[count], of: command)
    }

    private static func noCommand(_ name: String, of command: any ParsableCommand.Type) -> UnknownName {
        var known = command.configuration.subcommands.compactMap { $0.configuration.commandName }
        if command == DMoE.self { known += ExternalCommand.known.keys.sorted() }
        return UnknownName(
            sentence: "There is no command '\(name.visible)'." + advice(name, known), command: command)
    }

    /// The command that the first arguments name, and how many of them do.
    private static func command(_ arguments: [String]) -> (command: any ParsableCommand.Type, count: Int) {
        var command: any ParsableCommand.Type = DMoE.self
        for (index, name) in arguments.enumerated() {
            let known = command.configuration.subcommands
            guard let next = known.first(where: { $0.configuration.commandName == name }) else {
                return (command, index)
            }
            command = next
        }
        return (command, arguments.count)
    }

    private static func advice(_ name: String, _ known: [String]) -> String {
        suggestion(for: name, among: known).map { " Did you mean '\($0)'?" } ?? ""
    }

    // MARK: Negative numbers

    /// The parser takes `-1` for an option: a negative number belongs to the option before it, whose bounds then refuse it.
    static func joiningNegativeNumbers(_ arguments: [String]) -> [String] {
        arguments.reduce(into: []) { result, argument in
            if argument.hasPrefix("-"), Double(argument) != nil, let last = result.last, last.hasPrefix("--"),
                last != "--", !last.contains("=")
            {
                result[result.count - 1] = last + "=" + argument
            } else {
                result.append(argument)
            }
        }
    }
}
