import Foundation
import Testing

/// Integers of files at the ends of their range: refused by a sentence or without harm, whatever reads the file, and never a signal.
@Suite struct HostileIntegerTests {
    let work: Workspace

    init() throws {
        work = try Workspace()
        let locals = try work.writeLocalModels(5)
        let outcome = try work.run(["aggregate"] + locals + ["-o", "g.json", "--quiet"])
        try #require(outcome.exitCode == 0, "\(outcome.errors)")
        let ensemble = try work.run(["aggregate"] + locals + ["--method", "mixture", "-o", "e.json", "--quiet"])
        try #require(ensemble.exitCode == 0, "\(ensemble.errors)")
    }

    /// Paths to all integers of a document.
    private static func integers(_ value: Any, _ path: [Any] = []) -> [[Any]] {
        if let object = value as? [String: Any] {
            return object.sorted { $0.key < $1.key }.flatMap { integers($0.value, path + [$0.key]) }
        }
        if let list = value as? [Any] {
            // The first of a list stands for all.
            return list.prefix(1).enumerated().flatMap { integers($0.element, path + [$0.offset]) }
        }
        guard let number = value as? NSNumber, number.doubleValue == number.doubleValue.rounded() else {
            return []
        }
        return [path]
    }

    private static func replacing(_ value: Any, _ path: ArraySlice<Any>, _ number: Int) -> Any {
        guard let first = path.first else { return number }
        if var object = value as? [String: Any], let key = first as? String, let old = object[key] {
            object[key] = replacing(old, path.dropFirst(), number)
            return object
        }
        if var list = value as? [Any], let index = first as? Int {
            list[index] = replacing(list[index], path.dropFirst(), number)
            return list
        }
        return value
    }

    @Test(arguments: ["g.json", "e.json"]) func endInNoSignal(name: String) throws {
        let document = try JSONSerialization.jsonObject(with: work.data(name))
        let paths = Self.integers(document)
        #expect(paths.count > 10)
        for (index, path) in paths.enumerated() {
            let number = [Int.min, Int.max, -1, 1 << 53][index % 4]
            for number in Set([number, .min]) {
                let changed = Self.replacing(document, path[...], number)
                try work.write(try JSONSerialization.data(withJSONObject: changed), to: "bad.json")
                for command in [["inspect", "bad.json"], ["evaluate", "bad.json", "s0.csv"]] {
                    // A signal fails in `run`.
                    let outcome = try work.run(command)
                    #expect([0, 65].contains(outcome.exitCode), "\(path) = \(number): \(outcome.errors)")
                }
            }
        }
    }

    /// A power of ten in a warning is written out, as many zeros as it has.
    @Test(arguments: [Int.min, .max, 1_000_000_000]) func powersInWarnings(power: Int) throws {
        var document = try #require(
            try JSONSerialization.jsonObject(with: work.data("g.json")) as? [String: Any])
        var aggregation = try #require(document["aggregation"] as? [String: Any])
        aggregation["warnings"] = [
            [
                "code": "inconsistentSite", "site": "a", "divergence": 1, "rule": "keep",
                "damage": ["code": "responseUnit", "power": power],
            ]
        ]
        document["aggregation"] = aggregation
        try work.write(try JSONSerialization.data(withJSONObject: document), to: "bad.json")
        let outcome = try work.run(["inspect", "bad.json"])
        #expect(outcome.exitCode == 0)
        #expect(outcome.output.contains("10^\(power.magnitude)"))
    }

    /// Each is as large as a file may say; together they are beyond it.
    @Test func sumsOverAnEnsemble() throws {
        var document = try #require(
            try JSONSerialization.jsonObject(with: work.data("e.json")) as? [String: Any])
        var members = try #require(document["members"] as? [[String: Any]])
        for index in members.indices {
            var model = try #require(members[index]["model"] as? [String: Any])
            model["reading"] = ["rowsLeftOut": 1 << 53, "filled": [Any]()]
            members[index]["model"] = model
        }
        document["members"] = members
        try work.write(try JSONSerialization.data(withJSONObject: document), to: "bad.json")
        let outcome = try work.run(["evaluate", "bad.json", "s0.csv"])
        #expect(outcome.exitCode == 65)
        #expect(outcome.errors.contains("rowsLeftOut"))
    }
}
