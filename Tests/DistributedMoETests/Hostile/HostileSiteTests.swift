import Estimation
import Foundation
import ModelFiles
import TestSupport
import Testing

/// Whatever number a site writes into a field: refused by a sentence, set aside, or without harm; and what is written is read again.
@Suite struct HostileSiteTests {
    /// Nats per held-out row.
    private static let harm = 0.1

    static let models = Result {
        try [FamilyModel.gaussian, .poisson, .negativeBinomial, .gamma, .twoClasses].map { try HostileSites($0) } + [
            HostileSites(.gaussian, lasso: .weights(gate: 5, experts: 5)),
            HostileSites(.poisson, lasso: .weights(gate: 5, experts: 5)),
        ]
    }

    /// `make hostile` looks at every pair of field and extreme with the default construction, the test at one extreme of every field and some
    /// more, with the gate by label: an aggregation takes a second unoptimised.
    static let isFull = ProcessInfo.processInfo.environment["DMOE_HOSTILE"] != nil
    #if DEBUG
        private static let share: Int? = nil
    #else
        private static let share: Int? = 47
    #endif

    private struct Attack {
        var field: NumberFields.Field
        var extreme: String
        var text: String
    }

    private static func attacks(_ text: String) -> [Attack] {
        let fields = NumberFields(text)
        var kinds = Set<String>()
        var count = 0
        return fields.fields.enumerated().flatMap { index, field -> [Attack] in
            let values =
                field.isList
                ? Extremes.lists(fields.text(of: field)) : Extremes.numbers.map { ($0, $0) }
            let isFirst = kinds.insert(field.kind + (field.isList ? "[]" : "")).inserted
            let chosen = values.indices.filter { value in
                count += 1
                if isFull { return true }
                guard let share else { return isFirst && value == kinds.count * step % values.count }
                return value == index * step % values.count || count % share == 0
            }
            return chosen.map { value in
                Attack(
                    field: field, extreme: values[value].0, text: fields.text(replacing: field, with: values[value].1))
            }
        }
    }

    /// Without a factor in common with the numbers of extremes, 18 and 6: fields of a kind meet different ones.
    private static let step = 5

    @Test func everyFieldIsAttacked() throws {
        for sites in try Self.models.get() {
            let fields = NumberFields(sites.text).fields
            let attacked = Set(Self.attacks(sites.text).map(\.field.kind))
            #expect(attacked == Set(fields.map(\.kind)))
        }
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

    @Test(arguments: 0..<5) func numbersOfStatistics(_ index: Int) throws {
        let sites = try Self.models.get()[index]
        let text = try #require(sites.statistics)[0].text(path: "hostile")
        look("statistics, " + sites.name, at: text) { text, _ in sites.outcome(ofStatistics: text) }
    }
}
