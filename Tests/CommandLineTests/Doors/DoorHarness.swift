import CInterface
import DistributedMoE
import Foundation
import Messages
import Tables
import Testing

/// What a door made of a request: a text that other doors must give too.
enum DoorAnswer: Equatable {
    case result(String)
    case refused(status: Int32, text: String)

    init(_ answer: CAnswer) {
        self = answer.status == 0 ? .result(answer.text) : .refused(status: answer.status, text: answer.text)
    }
}

/// The doors of one test: a folder for the command line, and what goes on between the doors.
struct Doors {
    let workspace: Workspace
    /// Of the sites whose rows are in the folder.
    let sites: [String]

    /// With the rows of each site in a file of its name.
    init(sites: [String]) throws {
        workspace = try Workspace()
        self.sites = sites
        for (index, name) in sites.enumerated() { try workspace.write(DoorData(site: index).csv, to: name + ".csv") }
    }

    /// The rows of a site as a Swift caller has them, by the name that messages give them.
    func table(_ site: String, as source: String? = nil) throws -> DataTable {
        let table = try DataTable.read(
            path: workspace.url(site + ".csv").path, options: TableOptions(textColumns: ["k"]))
        return DataTable(source: source ?? site + ".csv", columns: table.columns, rowCount: table.rowCount)
    }

    /// Writes a model of each site, on the same columns.
    func fitSites() throws {
        for name in sites {
            try workspace.succeed(
                "fit", name + ".csv", "--target", "y", "--features", "x,z", "--experts", "2", "--starts", "4", "-o",
                name + ".json")
        }
    }

    // MARK: Answers

    func swift(_ run: () throws -> String) throws -> (answer: DoorAnswer, refusal: RequestRefusal?) {
        do { return (.result(try run()), nil) } catch let refusal as RequestRefusal {
            return (.refused(status: 64, text: refusal.text(.swift)), refusal)
        }
    }

    /// - Returns: nil where the command line has not all of the options.
    func commandLine(
        _ request: DoorRequest, _ arguments: [String], result: (Workspace.Outcome) throws -> String
    ) throws -> DoorAnswer? {
        guard !request.without.contains("commandLine") else { return nil }
        let outcome = try workspace.run(arguments + request.arguments(workspace))
        guard outcome.exitCode == 0 else { return .refused(status: outcome.exitCode, text: outcome.errors) }
        return .result(try result(outcome))
    }

    func withCModels<Result>(
        _ names: [String], _ body: ([UnsafeMutableRawPointer]) throws -> Result
    ) throws -> Result {
        let models = try names.map { name in
            let bytes = [UInt8](try workspace.data(name + ".json"))
            var model: UnsafeMutableRawPointer?
            let answer = CAnswer(modelOpen(bytes, bytes.count, name, &model))
            #expect(answer.status == 0, "\(answer.text)")
            return try #require(model)
        }
        defer { models.forEach { modelRelease($0) } }
        return try body(models)
    }

    /// The same result through every door, bit for bit, or the same refusal, each in its own spelling.
    func expectSame(
        _ request: DoorRequest, _ swift: (answer: DoorAnswer, refusal: RequestRefusal?), commandLine: DoorAnswer?,
        c: DoorAnswer?
    ) throws {
        let name = Comment(rawValue: request.name)
        #expect(commandLine != nil || c != nil, "no second door: \(request.name)")
        guard let refused = request.refused else {
            #expect(swift.refusal == nil, name)
            if let commandLine { #expect(commandLine == swift.answer, name) }
            if let c { #expect(c == swift.answer, name) }
            return
        }
        let refusal = try #require(swift.refusal, name)
        #expect(refusal.text(.python) == refused, name)
        if let c { #expect(c == .refused(status: 64, text: refused), name) }
        guard let commandLine else { return }
        guard case .refused(let status, let text) = commandLine else {
            Issue.record("the command line takes it: \(request.name)")
            return
        }
        #expect(status == 64, name)
        if request.isRefusedByParser {
            guard case .unknownName(let option, _, let known) = refusal else {
                Issue.record("only names are the parser's: \(request.name)")
                return
            }
            #expect(text.contains(option.name(.commandLine)) && known.allSatisfy { text.contains($0) }, name)
        } else {
            #expect(text.contains(refusal.text(.commandLine)), "\(request.name): \(text)")
        }
    }
}
