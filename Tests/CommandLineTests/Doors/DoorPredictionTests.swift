import CInterface
import DistributedMoE
import Foundation
import Testing

/// The doors of predictions and scores: the same numbers, bit for bit, or the same refusal.
@Suite struct DoorPredictionTests {
    private let doors: Doors
    private let model: ModelFile
    private let table: DataTable

    init() throws {
        doors = try Doors(sites: ["north"])
        try doors.fitSites()
        model = try doors.workspace.model("north.json")
        table = try doors.table("north")
    }

    @Test func predictionsAreTheSameThroughEveryDoor() throws {
        for request in try DoorRequest.of("predict") {
            let swift = try doors.swift { () throws in
                try request.predictJob().run(model, table, parallelism: request.parallelism).map { row in
                    Self.line([row.mean, row.standardDeviation] + row.quantiles + row.gates)
                }.joined(separator: "\n")
            }
            let commandLine = try doors.commandLine(
                request, ["predict", "north.json", "north.csv", "--quiet", "-o", "p.csv"]
            ) { _ in
                let numbers = try NumberTable(doors.workspace.text("p.csv"))
                let names =
                    ["mean", "standardDeviation"] + (request[.interval] == nil ? [] : ["lower", "upper"])
                    + ["gate1", "gate2"]
                let columns = try names.map { try numbers.numbers($0) }
                return columns[0].indices.map { row in Self.line(columns.map { $0[row] }) }.joined(separator: "\n")
            }
            let c = try doors.withCModels(["north"]) { models in
                try DoorData(site: 0).withCTable("north.csv") { try predicted(models[0], $0, request) }
            }
            try doors.expectSame(request, swift, commandLine: commandLine, c: c)
        }
    }

    /// Means, standard deviations, quantiles and gates of the C interface, by rows.
    private func predicted(
        _ model: UnsafeMutableRawPointer, _ table: UnsafeMutableRawPointer, _ request: DoorRequest
    ) throws -> DoorAnswer {
        let quantiles = (request[.levels]?.numbers?.count ?? 0) + (request[.interval] == nil ? 0 : 2)
        let widths = [1, 1, quantiles, 2]
        // As the places of `dmoe_predict` have them.
        let places = [0, 1, 4, 2]
        let columns = widths.map { UnsafeMutableBufferPointer<Double>.allocate(capacity: self.table.rowCount * $0) }
        defer { columns.forEach { $0.deallocate() } }
        var outputs = [UnsafeMutablePointer<Double>?](repeating: nil, count: 10)
        for (place, column) in zip(places, columns) where !column.isEmpty { outputs[place] = column.baseAddress }
        let answer = CAnswer(predict(model, table, try request.json(), outputs))
        guard answer.status == 0 else { return DoorAnswer(answer) }
        let lines = (0..<self.table.rowCount).map { row in
            Self.line(zip(widths, columns).flatMap { width, column in (0..<width).map { column[row * width + $0] } })
        }
        return .result(lines.joined(separator: "\n"))
    }

    private static func line(_ values: [Double?]) -> String {
        values.map { $0.map { "\($0)" } ?? "none" }.joined(separator: " ")
    }

    @Test func scoresAreTheSameThroughEveryDoor() throws {
        for request in try DoorRequest.of("evaluate") {
            let swift = try doors.swift { () throws in
                let scores = try request.evaluateJob().run(model, table, parallelism: request.parallelism)
                return try Self.canonical(JSONEncoder().encode(scores))
            }
            let commandLine = try doors.commandLine(request, ["evaluate", "north.json", "north.csv", "--json"]) {
                try Self.canonical(Data($0.output.utf8))
            }
            let c = try doors.withCModels(["north"]) { models in
                try DoorData(site: 0).withCTable("north.csv") { table in
                    try scored(models[0], table, request)
                }
            }
            try doors.expectSame(request, swift, commandLine: commandLine, c: c)
        }
    }

    /// The column of weights is an argument of its own in C.
    private func scored(
        _ model: UnsafeMutableRawPointer, _ table: UnsafeMutableRawPointer, _ request: DoorRequest
    ) throws -> DoorAnswer {
        let options = try #require(
            try JSONSerialization.jsonObject(with: Data(request.json().utf8)) as? [String: Any])
        let json = try JSONSerialization.data(withJSONObject: options.filter { $0.key != "weights" })
        let text = String(decoding: json, as: UTF8.self)
        let answer = CAnswer(
            request[.weights]?.text.map { score(model, table, text, $0) } ?? score(model, table, text, nil))
        return answer.status == 0 ? .result(try Self.canonical(Data(answer.text.utf8))) : DoorAnswer(answer)
    }

    /// The numbers of an object, whatever the order and the spelling of its keys' lines.
    private static func canonical(_ json: Data) throws -> String {
        let object = try JSONSerialization.jsonObject(with: json)
        return String(decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys), as: UTF8.self)
    }
}
