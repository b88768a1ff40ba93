import CInterface
import DistributedMoE
import Foundation
import Messages
import ModelFiles
import StudyData
import Tables
import Testing

/// One request, three doors: the command line, the C interface and Swift give the same file, bit for bit, or the same refusal, each
/// in its own spelling.
///
/// Python is the fourth, in `python/tests/test_doors.py`.
@Suite struct DoorLawTests {
    static let fits = Result { try DoorRequest.of("fit") }
    static let aggregations = Result { try DoorRequest.of("aggregate") }
    static let statistics = Result { try DoorRequest.of("statistics") }

    /// What a door made of a request.
    private enum Answer: Equatable {
        case file(String)
        case refused(status: Int32, text: String)
    }

    @Test func fitsAreTheSameThroughEveryDoor() throws {
        let data = DoorData(site: 0)
        let workspace = try Workspace()
        try workspace.write(data.csv, to: "site.csv")
        for request in try Self.fits.get() {
            let swift = try swiftAnswer(request) { () throws in
                let table = try DataTable.read(
                    path: workspace.url("site.csv").path, options: TableOptions(textColumns: ["k"]))
                return try request.fitJob().run(.table(table.renamed("site.csv"))).file.text(path: "model")
            }
            let commandLine = try commandLineAnswer(
                workspace, ["fit", "site.csv", "--quiet", "-o", "model.json"] + request.arguments, "model.json")
            let c = try data.withCTable("site.csv") { table in
                answer(CAnswer(fit(table, try request.json(columns: true), nil, nil, nil)))
            }
            try expectSame(request, swift, commandLine, c)
        }
    }

    @Test func aggregationsAreTheSameThroughEveryDoor() throws {
        let workspace = try Workspace()
        let names = ["north", "south", "west"]
        let files = try names.enumerated().map { index, name in
            try workspace.write(DoorData(site: index).csv, to: name + ".csv")
            try workspace.succeed(
                "fit", name + ".csv", "--target", "y", "--features", "x,z", "--experts", "2", "--starts", "4", "-o",
                name + ".json")
            return try workspace.model(name + ".json")
        }
        for request in try Self.aggregations.get() {
            let swift = try swiftAnswer(request) { () throws in
                let sites = zip(names, files).map { AggregateJob.Site(name: $0, file: $1) }
                guard case .model(let file) = try request.aggregateJob().run(sites) else { return "an ensemble" }
                return try file.text(path: "model")
            }
            let commandLine = try commandLineAnswer(
                workspace,
                ["aggregate"] + names.map { $0 + ".json" } + ["--quiet", "-o", "global.json"] + request.arguments,
                "global.json")
            let c = try withModels(names, in: workspace) { models in
                var object = try #require(
                    try JSONSerialization.jsonObject(with: Data(request.json(columns: false).utf8)) as? [String: Any])
                object["names"] = names
                let text = String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
                return answer(CAnswer(aggregate(text, models, models.count, nil)))
            }
            try expectSame(request, swift, commandLine, c)
        }
    }

    @Test func statisticsAreTheSameThroughEveryDoor() throws {
        let data = DoorData(site: 0)
        let workspace = try Workspace()
        try workspace.write(data.csv, to: "site.csv")
        try workspace.succeed(
            "fit", "site.csv", "--target", "y", "--features", "x,z", "--experts", "2", "--starts", "4", "-o",
            "model.json")
        let model = try workspace.model("model.json")
        for request in try Self.statistics.get() {
            let swift = try swiftAnswer(request) { () throws in
                let table = try DataTable.read(path: workspace.url("site.csv").path, options: TableOptions())
                return try request.statisticsJob().run(at: model, named: "model", .table(table.renamed("site.csv")))
                    .text(path: "statistics")
            }
            let commandLine = try commandLineAnswer(
                workspace, ["statistics", "model.json", "site.csv", "--quiet", "-o", "s.json"] + request.arguments,
                "s.json")
            let c = try withModels(["model"], in: workspace) { models in
                try data.withCTable("site.csv") { table in
                    answer(CAnswer(CInterface.statistics(models[0], table, try request.json(columns: false))))
                }
            }
            try expectSame(request, swift, commandLine, c)
        }
    }

    // MARK: Doors

    private func swiftAnswer(_ request: DoorRequest, _ run: () throws -> String) throws -> (Answer, RequestRefusal?) {
        do { return (.file(try run()), nil) } catch let refusal as RequestRefusal {
            return (.refused(status: 64, text: refusal.text(.swift)), refusal)
        }
    }

    private func commandLineAnswer(_ workspace: Workspace, _ arguments: [String], _ output: String) throws -> Answer {
        try? FileManager.default.removeItem(at: workspace.url(output))
        let outcome = try workspace.run(arguments)
        guard outcome.exitCode == 0 else { return .refused(status: outcome.exitCode, text: outcome.errors) }
        return .file(try workspace.text(output))
    }

    private func answer(_ answer: CAnswer) -> Answer {
        answer.status == 0 ? .file(answer.text) : .refused(status: answer.status, text: answer.text)
    }

    private func withModels<Result>(
        _ names: [String], in workspace: Workspace, _ body: ([UnsafeMutableRawPointer]) throws -> Result
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

    private func expectSame(
        _ request: DoorRequest, _ swift: (answer: Answer, refusal: RequestRefusal?), _ commandLine: Answer, _ c: Answer
    ) throws {
        let name = Comment(rawValue: request.name)
        guard let refused = request.refused else {
            #expect(swift.refusal == nil, name)
            #expect(commandLine == swift.answer, name)
            #expect(c == swift.answer, name)
            return
        }
        let refusal = try #require(swift.refusal, name)
        #expect(refusal.text(.python) == refused, name)
        #expect(c == .refused(status: 64, text: refused), name)
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

extension DataTable {
    /// Called as the other doors call it.
    fileprivate func renamed(_ source: String) -> DataTable {
        DataTable(source: source, columns: columns, rowCount: rowCount)
    }
}
