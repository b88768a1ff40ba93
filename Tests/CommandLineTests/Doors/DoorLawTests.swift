import CInterface
import DistributedMoE
import Foundation
import Testing

/// One request, three doors: the command line, the C interface and Swift give the same file, bit for bit, or the same refusal, each
/// in its own spelling.
///
/// Python is the fourth, in `python/tests/test_doors.py`.
@Suite struct DoorLawTests {
    private static let names = ["north", "south", "west"]

    @Test func fitsAreTheSameThroughEveryDoor() throws {
        let data = DoorData(site: 0)
        let doors = try Doors(sites: ["north"])
        try doors.fitSites()
        let start = try doors.workspace.model("north.json")
        let table = try doors.table("north")
        for request in try DoorRequest.of("fit") {
            let swift = try doors.swift { () throws in
                try request.fitJob(startingFrom: [start.model]).run(table, parallelism: request.parallelism)
                    .text(path: "model")
            }
            let commandLine = try doors.commandLine(request, ["fit", "north.csv", "--quiet", "-o", "model.json"]) { _ in
                try doors.workspace.text("model.json")
            }
            let models =
                request[.initialModels] == nil ? [:] : ["initialModels": [try doors.workspace.text("north.json")]]
            let c = try data.withCTable("north.csv") { table in
                DoorAnswer(CAnswer(fit(table, try request.json(columns: true, adding: models), nil, nil, nil)))
            }
            try doors.expectSame(request, swift, commandLine: commandLine, c: c)
        }
    }

    @Test func aggregationsAreTheSameThroughEveryDoor() throws {
        let doors = try Doors(sites: Self.names)
        try doors.fitSites()
        let files = try Self.names.map { ($0, try doors.workspace.model($0 + ".json")) }
        let models = Dictionary(uniqueKeysWithValues: files)
        for request in try DoorRequest.of("aggregate") {
            let support = request[.support]?.text
            let swift = try doors.swift { () throws in
                try request.aggregateJob().run(
                    models, support: try support.map { try doors.table($0, as: $0) }, parallelism: request.parallelism
                ).text(path: "model")
            }
            let commandLine = try doors.commandLine(
                request, ["aggregate"] + Self.names.map { $0 + ".json" } + ["--quiet", "-o", "global.json"]
            ) { _ in try doors.workspace.text("global.json") }
            let text = try request.json(adding: ["names": Self.names])
            let c = try doors.withCModels(Self.names) { models in
                guard let support else { return DoorAnswer(CAnswer(aggregate(text, models, models.count, nil))) }
                return try DoorData(site: 0).withCTable(support) { table in
                    DoorAnswer(CAnswer(aggregate(text, models, models.count, table)))
                }
            }
            try doors.expectSame(request, swift, commandLine: commandLine, c: c)
        }
    }

    @Test func statisticsAreTheSameThroughEveryDoor() throws {
        let data = DoorData(site: 0)
        let doors = try Doors(sites: ["north"])
        try doors.fitSites()
        let model = try doors.workspace.model("north.json")
        let table = try doors.table("north")
        for request in try DoorRequest.of("statistics") {
            let swift = try doors.swift { () throws in
                try request.statisticsJob().run(at: model, table, parallelism: request.parallelism)
                    .text(path: "statistics")
            }
            let commandLine = try doors.commandLine(
                request, ["statistics", "north.json", "north.csv", "--quiet", "-o", "s.json"]
            ) { _ in try doors.workspace.text("s.json") }
            let c = try doors.withCModels(["north"]) { models in
                try data.withCTable("north.csv") { table in
                    DoorAnswer(CAnswer(CInterface.statistics(models[0], table, try request.json())))
                }
            }
            try doors.expectSame(request, swift, commandLine: commandLine, c: c)
        }
    }

    @Test func adaptationsAreTheSameThroughEveryDoor() throws {
        let doors = try Doors(sites: Self.names)
        try doors.fitSites()
        let model = try doors.workspace.model("north.json")
        let table = try doors.table("south")
        for request in try DoorRequest.of("adapt") {
            let swift = try doors.swift { () throws in
                try request.adaptJob().run(model, table, parallelism: request.parallelism).text(path: "model")
            }
            let commandLine = try doors.commandLine(
                request, ["adapt", "north.json", "south.csv", "--quiet", "-o", "a.json"]
            ) { _ in try doors.workspace.text("a.json") }
            let c = try doors.withCModels(["north"]) { models in
                try DoorData(site: 1).withCTable("south.csv") { table in
                    DoorAnswer(CAnswer(adapt(models[0], table, try request.json())))
                }
            }
            try doors.expectSame(request, swift, commandLine: commandLine, c: c)
        }
    }

    @Test func updatesAreTheSameThroughEveryDoor() throws {
        let doors = try Doors(sites: Self.names)
        try doors.fitSites()
        try doors.workspace.succeed(
            ["aggregate"] + Self.names.map { $0 + ".json" } + ["--quiet", "-o", "global.json"])
        let model = try doors.workspace.model("global.json")
        let statistics = try Self.names.map { name in
            // By the name of the site, as the other doors call it.
            try doors.workspace.succeed("statistics", "global.json", name + ".csv", "--quiet", "-o", name)
            return (name, try StatisticsFile.read(path: doors.workspace.url(name).path))
        }
        for request in try DoorRequest.of("update") {
            let swift = try doors.swift { () throws in
                try request.updateJob().run(model, Dictionary(uniqueKeysWithValues: statistics)).text(path: "model")
            }
            let commandLine = try doors.commandLine(
                request, ["update", "global.json"] + Self.names + ["--quiet", "-o", "next.json"]
            ) { _ in try doors.workspace.text("next.json") }
            let texts = try Self.names.map { strdup(try doors.workspace.text($0)) }
            defer { texts.forEach { free($0) } }
            let c = try doors.withCModels(["global"]) { models in
                let pointers = try texts.map { UnsafePointer(try #require($0)) }
                let request = try request.json(adding: ["names": Self.names])
                return DoorAnswer(CAnswer(update(models[0], request, pointers, pointers.count)))
            }
            try doors.expectSame(request, swift, commandLine: commandLine, c: c)
        }
    }
}
