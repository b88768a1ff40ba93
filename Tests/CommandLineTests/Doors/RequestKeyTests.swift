import CInterface
import Foundation
import Testing

/// A key that a request of the C interface does not have is refused by its name: a misspelt one would leave its default in force.
@Suite struct RequestKeyTests {
    private func expectUnknown(_ answer: CAnswer, _ key: String, _ suggestion: String?) {
        #expect(answer.status == 64)
        let advice = suggestion.map { " Did you mean '\($0)'?" } ?? ""
        #expect(answer.text == "unknown key '\(key)' in the request.\(advice)")
    }

    @Test(
        arguments: [
            (#"{"columns": {"target": "y"}, "experts": 1, "minrows": 50}"#, "minrows", "minRows"),
            (#"{"columns": {"target": "y"}, "experts": 1, "max_iterations": 3}"#, "max_iterations", "maxIterations"),
            (#"{"columns": {"target": "y", "weight": "w"}, "experts": 1}"#, "columns.weight", "weights"),
            (#"{"columns": {"target": "y"}, "experts": 1, "colour": null}"#, "colour", nil),
        ] as [(String, String, String?)])
    func ofAFit(request: String, key: String, suggestion: String?) throws {
        try DoorData(site: 0).withCTable("t") { table in
            expectUnknown(CAnswer(fit(table, request, nil, nil, nil)), key, suggestion)
        }
        expectUnknown(CAnswer(learnCheck(request, 0)), key, suggestion)
    }

    @Test func ofATable() {
        var table: UnsafeMutableRawPointer?
        let request =
            #"{"source": "t", "columns": [{"name": "a", "element": 0}, {"name": "b", "element": 0, "elements": 1}]}"#
        expectUnknown(CAnswer(tableNew(request, &table)), "columns.1.elements", "element")
        #expect(table == nil)
    }

    @Test func ofWhatIsAskedOfAModel() throws {
        let doors = try Doors(sites: ["north"])
        try doors.fitSites()
        try doors.withCModels(["north"]) { models in
            try DoorData(site: 0).withCTable("t") { table in
                let outputs = [UnsafeMutablePointer<Double>?](repeating: nil, count: 10)
                expectUnknown(CAnswer(predict(models[0], table, #"{"level": [0.5]}"#, outputs)), "level", "levels")
                // Of a prediction, not of scores.
                expectUnknown(CAnswer(score(models[0], table, #"{"levels": [0.5]}"#, nil)), "levels", nil)
                expectUnknown(
                    CAnswer(CInterface.statistics(models[0], table, #"{"ownrows": true}"#)), "ownrows", "ownRows")
            }
            expectUnknown(
                CAnswer(aggregate(#"{"names": ["north"], "largest_share": 0.5}"#, models, 1, nil)), "largest_share",
                "largestShare")
            expectUnknown(CAnswer(update(models[0], #"{"names": [], "seeds": 1}"#, [], 0)), "seeds", nil)
            let sites = #"{"sites": [{"name": "a", "reason": "b"}, {"name": "a", "reasons": "c", "reason": "d"}]}"#
            expectUnknown(CAnswer(round(models[0], sites, [], 0)), "sites.1.reasons", "reason")
        }
    }
}
