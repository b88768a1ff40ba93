import ArgumentParser
import Foundation

/// What a child does; not for people.
struct WorkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work", abstract: "One piece of work, given as JSON; prints its measurements.",
        shouldDisplay: false)

    @Argument var order: String

    mutating func run() throws {
        let order = try JSONDecoder().decode(WorkOrder.self, from: Data(order.utf8))
        print(String(decoding: try JSONEncoder().encode(order.perform()), as: UTF8.self))
    }
}
