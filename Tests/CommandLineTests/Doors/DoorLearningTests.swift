import CInterface
import DistributedMoE
import Foundation
import Messages
import Tables
import Testing

/// The doors of jobs on many shards: the same files, estimates and tables, or the same refusal.
///
/// The C interface has the check of `learn` alone, for programs that ask the sites themselves.
@Suite struct DoorLearningTests {
    private static let names = ["north", "south", "west"]

    @Test func learningIsTheSameThroughEveryDoor() throws {
        let doors = try Doors(sites: Self.names)
        let tables = try Self.names.map { try doors.table($0, as: $0) }
        for request in try DoorRequest.of("learn") {
            let swift = try doors.swift { () throws in
                try request.learnJob().run(tables, parallelism: request.parallelism).global.text(path: "model")
            }
            let commandLine = try doors.commandLine(
                request, ["learn"] + Self.names.map { $0 + ".csv" } + ["--quiet", "-o", "global.json"]
            ) { _ in try doors.workspace.text("global.json") }
            try doors.expectSame(request, swift, commandLine: commandLine, c: try checked(request))
        }
    }

    /// nil where the C interface is not asked: of the aggregation, of the division into shards, and of good requests.
    private func checked(_ request: DoorRequest) throws -> DoorAnswer? {
        let known = DoorRequest.ofColumns.union(DoorRequest.ofFits).union([
            .experts, .rowsPerParameter, .seed, .holdout, .rounds,
        ])
        guard request.refused != nil, request.options.allSatisfy({ known.contains($0.option) }) else { return nil }
        let options = DoorRequest(
            name: request.name, options: request.options.filter { $0.option != .rounds }, refused: nil,
            isRefusedByParser: false, without: [])
        return DoorAnswer(CAnswer(learnCheck(try options.json(columns: true), request[.rounds]?.integer ?? 0)))
    }

    @Test func comparisonsAreTheSameThroughEveryDoor() throws {
        let doors = try Doors(sites: Self.names)
        let tables = try Self.names.map { try doors.table($0, as: $0) }
        for request in try DoorRequest.of("compare") {
            let swift = try doors.swift { () throws in
                try request.compareJob().run(tables, parallelism: request.parallelism).estimates.map { estimate in
                    let scores = try #require(estimate.scores)
                    return Self.line(estimate.method, estimate.rounds, scores.logLikelihoodPerRow, estimate.bytesSent)
                }.joined(separator: "\n")
            }
            let commandLine = try doors.commandLine(
                request, ["compare"] + Self.names.map { $0 + ".csv" } + ["--quiet", "--json"]
            ) { outcome in
                // Not JSONSerialization: its numbers may differ from those of the text in the last digit.
                try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8)).estimators.map {
                    Self.line($0.method, $0.rounds, $0.scores.logLikelihoodPerRow, $0.bytesSent)
                }.joined(separator: "\n")
            }
            try doors.expectSame(request, swift, commandLine: commandLine, c: nil)
        }
    }

    /// Of `dmoe compare --json`.
    private struct Report: Decodable {
        struct Estimate: Decodable {
            struct Scores: Decodable { var logLikelihoodPerRow: Double }

            var method: String
            var rounds: Int
            var scores: Scores
            var bytesSent: Int
        }

        var estimators: [Estimate]
    }

    private static func line(_ method: String, _ rounds: Int, _ logLikelihood: Double, _ bytes: Int) -> String {
        "\(method) \(rounds) \(logLikelihood) \(bytes)"
    }

    @Test func simulationsAreTheSameThroughEveryDoor() throws {
        let doors = try Doors(sites: [])
        for request in try DoorRequest.of("simulate") {
            let shards = request[.shards]?.integer ?? 0
            let swift = try doors.swift { () throws in
                let simulated = try request.simulateJob().run()
                let tables = (0..<shards).map { simulated.shard($0) } + [simulated.testRows]
                return (tables.map(Self.csv) + [try simulated.truth.text(path: "truth")]).joined()
            }
            let commandLine = try doors.commandLine(request, ["simulate", "--quiet", "-o", "bench"]) { _ in
                let names = (0..<shards).map { "shards/shard-0\($0 + 1).csv" } + ["test.csv", "truth.json"]
                return try names.map { try doors.workspace.text("bench/" + $0) }.joined()
            }
            try doors.expectSame(request, swift, commandLine: commandLine, c: nil)
        }
    }

    private static func csv(_ table: DataTable) -> String {
        var writer = CSVWriter(header: table.columnNames)
        for row in 0..<table.rowCount {
            writer.append(
                table.columns.map { column in
                    switch column.content {
                    case .numbers(let values): .number(values[row])
                    case .text(let texts): .text(texts[row])
                    case .notNumeric: nil
                    }
                })
        }
        return writer.contents
    }
}
