import Estimation
import Foundation
import ModelFiles
import TestSupport
import Testing

/// Whatever number a site writes into a field: refused by a sentence, set aside, or without harm; and what is written is read again.
@Suite struct HostileSiteTests {
    /// Nats per held-out row.
    private static let harm = 0.15

    static let models = Result {
        try [FamilyModel.gaussian, .poisson, .gamma, .twoClasses].map { try HostileSites($0) } + [
            HostileSites(.gaussian, lasso: .weights(gate: 5, experts: 5)),
            HostileSites(.poisson, lasso: .weights(gate: 5, experts: 5)),
        ]
    }

    /// `make hostile` looks at every pair of field and extreme, the test at one of so many: an aggregation takes a second unoptimised.
    private static let isFull = ProcessInfo.processInfo.environment["DMOE_HOSTILE"] != nil
    #if DEBUG
        private static let share = 97
    #else
        private static let share = 11
    #endif

    private struct Attack {
        var field: NumberFields.Field
        var extreme: String
        var text: String
    }

    private static func attacks(_ text: String) -> [Attack] {
        let fields = NumberFields(text)
        let all = fields.fields.flatMap { field in
            let values =
                field.isList
                ? Extremes.lists(fields.text(of: field)) : Extremes.numbers.map { ($0, $0) }
            return values.map { Attack(field: field, extreme: $0.0, text: fields.text(replacing: field, with: $0.1)) }
        }
        // 18 extremes a number: the share has no factor in common with it, so that fields of a kind meet different ones.
        return isFull ? all : all.enumerated().filter { $0.offset % share == 0 }.map(\.element)
    }

    private func look(_ name: String, at text: String, _ outcome: (String, NumberFields.Field) -> HostileSites.Outcome)
    {
        var table = HostileTable(name)
        for attack in Self.attacks(text) {
            let found = outcome(attack.text, attack.field)
            table.add(attack.field.kind, attack.extreme, found)
            let what = "\(name): \(attack.field.path) = \(attack.extreme)"
            switch found {
            case .refused(let reason): #expect(!reason.isEmpty && !reason.contains("\n"), "\(what): \(reason)")
            case .leftOut: break
            case .taken(let loss): #expect(loss < Self.harm, "\(what)")
            case .wrong(let problem): Issue.record("\(what): \(problem)")
            }
        }
        if Self.isFull { print(table.text) }
    }

    @Test(arguments: 0..<6) func numbersOfALocalModel(_ index: Int) throws {
        let sites = try Self.models.get()[index]
        look("local model, " + sites.name, at: sites.text) { sites.outcome(ofModel: $0, $1) }
    }

    @Test func numbersOfStatistics() throws {
        let sites = try Self.models.get()[0]
        let text = try #require(sites.statistics)[0].text(path: "hostile")
        look("statistics, " + sites.name, at: text) { text, _ in sites.outcome(ofStatistics: text) }
    }
}
