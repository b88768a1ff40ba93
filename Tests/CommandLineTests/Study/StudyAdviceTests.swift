import Foundation
import Messages
import StudyData
import Testing

/// What `dmoe study new` and `study check` say of tables that fit and yet should be looked at.
@Suite struct StudyAdviceTests {
    private static func csv(_ rows: Int, _ line: (Int) -> String) -> String {
        "a,kind,y\n" + (0..<rows).map { "\($0 % 7),\(line($0))\n" }.joined()
    }

    private func notes(_ table: String, _ more: [String] = []) throws -> (study: Study, notes: [String]) {
        let place = try Workspace()
        try place.write(table, to: "d.csv")
        let outcome = try place.run(["study", "new", "d.csv", "--target", "y", "--json", "-o", "s.json"] + more)
        try #require(outcome.exitCode == 0, "\(outcome.errors)")
        return (
            try Study.read(path: place.url("s.json").path),
            try #require(try place.json(outcome.output)["notes"] as? [String])
        )
    }

    @Test func levelsThatDifferByCaseOrBlanksAlone() throws {
        let spellings = ["EWR", "ewr", "New York", "new  york ", "LGA"]
        let table = Self.csv(50) { "\(spellings[$0 % 5]),\($0)" }
        let (study, notes) = try notes(table)
        #expect(study.covariates[1].levels?.count == 5)
        #expect(notes.count == 2)
        #expect(notes.contains { $0.contains("levels of 'kind' \"EWR\" and \"ewr\" differ by case or blanks alone") })
        #expect(notes.contains { $0.contains("\"New York\" and \"new  york\"") })
        let place = try Workspace()
        try place.write(study.text(), to: "s.json")
        try place.write(table, to: "d.csv")
        let check = try place.succeed("study", "check", "s.json", "d.csv")
        #expect(check.errors.contains("warning: levels of 'kind' \"EWR\" and \"ewr\""))
        // A level that only another spelling of is known.
        try place.write(table.replacing("LGA", with: "lga"), to: "e.csv")
        let other = try place.run(["study", "check", "s.json", "e.csv"])
        #expect(other.exitCode == 65)
        #expect(other.errors.contains("write \"LGA\" if that is meant"))
    }

    @Test func classesThatDifferByCaseAlone() throws {
        let (study, notes) = try notes(Self.csv(50) { "1,\(["yes", "Yes", "no"][$0 % 3])" })
        #expect(study.classes == ["Yes", "no", "yes"])
        #expect(notes.contains { $0.contains("classes of 'y' \"Yes\" and \"yes\"") })
    }

    /// Numbers are classes where classes are named.
    @Test func classesOfNumbers() throws {
        let (study, notes) = try notes(Self.csv(50) { "\($0 % 5),\($0 % 3)" }, ["--classes", "1,0"])
        #expect(study.family == "multinomial" && study.classes == ["1", "0"])
        #expect(notes.contains { $0.contains("'y' is \"2\" in some rows, which is none of the classes") })
        let place = try Workspace()
        let refused = try place.run(
            ["study", "new", "d.csv", "--target", "y", "--family", "poisson", "--classes", "1,0", "-o", "s.json"])
        #expect(refused.exitCode == 64 && refused.errors.contains("--classes has no effect here"))
    }

    @Test(arguments: ["a", "ab", "abc"]) func classesThatATableLacks(shown: String) throws {
        let place = try Workspace()
        let study = Study(
            target: "y", family: "multinomial", classes: ["a", "b", "c"], covariates: [.number("a")])
        try place.write(study.text(), to: "s.json")
        let letters = Array(shown)
        try place.write(Self.csv(60) { "1,\(letters[$0 % letters.count])" }, to: "d.csv")
        let outcome = try place.succeed("study", "check", "s.json", "d.csv", "--json")
        let warnings = try #require(try place.json(outcome.output)["warnings"] as? [String])
        #expect(warnings.count == (shown == "abc" ? 0 : 1))
        if shown == "a" { #expect(warnings[0].contains("d.csv: target 'y' is \"a\" in every row")) }
        if shown == "ab" { #expect(warnings[0].contains("is \"c\" in no row")) }
    }

    @Test func aTargetThatDoesNotVary() throws {
        let place = try Workspace()
        try place.write(Study(target: "y", covariates: [.number("a")]).text(), to: "s.json")
        try place.write(Self.csv(30) { _ in "1,2.5" }, to: "d.csv")
        let outcome = try place.succeed("study", "check", "s.json", "d.csv")
        #expect(outcome.errors.contains("target 'y' is 2.5 in every row"))
    }

    /// Sites with gaps where the table of the study has none.
    @Test func gapsOfOtherSitesAreFilledIn() throws {
        let place = try Workspace()
        try place.write(Sample.csv(seed: 1), to: "d.csv")
        try place.write(Sample.csv(seed: 2, line: 5, column: 1, ""), to: "e.csv")
        try place.succeed(
            "study", "new", "d.csv", "--target", "y", "--missing", "mean", "--experts", "2", "-o", "s.json")
        for site in ["d", "e"] {
            try place.succeed("fit", "\(site).csv", "--study", "s.json", "--starts", "2", "-o", "\(site).json")
        }
        #expect(try place.model("e.json").reading?.filled.map(\.missing) == [0, .below(10), 0])
        // A response that is missing is not filled in, and stops no site.
        try place.write(Sample.csv(seed: 2, line: 5, column: 3, ""), to: "f.csv")
        let outcome = try place.succeed("fit", "f.csv", "--study", "s.json", "--starts", "2", "-o", "f.json")
        #expect(outcome.errors.contains("left out for missing values"))
        try place.succeed("aggregate", "d.json", "e.json", "-o", "g.json")
    }

    /// Models of one study that notes, seeds and numbers of experts make different files.
    @Test func theOrderOfFilesChangesNoByte() throws {
        let place = try Workspace()
        for (index, site) in ["a", "b", "c"].enumerated() {
            let study = StudySample.study {
                $0.note = "of site \(site)"
                $0.seed = UInt64(index)
                $0.covariates[1].note = index == 0 ? "from 1" : nil
                if index == 1 { $0.gate = ["night", "temp", "month", "origin"] }
            }
            try place.write(study, to: "\(site).study.json")
            try place.write(StudySample.csv(seed: UInt64(index + 1)), to: "\(site).csv")
            try place.succeed(
                "fit", "\(site).csv", "--study", "\(site).study.json", "--starts", "2", "-o", "\(site).json")
        }
        try place.succeed("aggregate", "a.json", "b.json", "c.json", "-o", "abc.json")
        try place.succeed("aggregate", "c.json", "a.json", "b.json", "-o", "cab.json")
        #expect(try place.text("abc.json") == place.text("cab.json"))
        #expect(try place.model("abc.json").study?.note == nil)
        #expect(try place.model("abc.json").study?.experts == 2)
    }
}
