import Foundation
import Messages
import MixtureOfExperts
import StudyData
import Tables
import TestSupport
import Testing

/// Tables read by a study: 0/1 columns, filled gaps, and what is refused.
@Suite struct StudyRowsTests {
    private static let study = StudyFixture.study
    private static let header = "w,origin,y,age,temp,month,dose,night\n"

    private func select(_ lines: String..., fill: [String: Double] = ["temp": 7]) throws -> RowSelection.Selected {
        try StudyFixture.select(Self.study, Self.header + lines.joined(separator: "\n"), fill: fill)
    }

    private func column(_ name: String, _ selected: RowSelection.Selected) throws -> [Double] {
        try StudyFixture.column(name, selected, Self.study)
    }

    // MARK: Columns

    @Test func everyKindOfColumn() throws {
        let selected = try select(
            "1,EWR,5,30,1,2,4,Y", "2,JFK,6,31,,10,,N", "3,LGA,7,32,3,1,6,Y", "4,JFK,8,33,4,NA,7,N")
        let expected: [String: [Double]] = [
            "age": [30, 31, 32, 33], "temp": [1, 7, 3, 4], "temp missing": [0, 1, 0, 0], "dose": [4, 2.5, 6, 7],
            "dose missing": [0, 1, 0, 0], "origin=EWR": [1, 0, 0, 0], "origin=LGA": [0, 0, 1, 0],
            "month=2": [1, 0, 0, 0], "month=10": [0, 1, 0, 0], "month missing": [0, 0, 0, 1], "night": [1, 0, 1, 0],
        ]
        #expect(Set(expected.keys) == Set(StudyFixture.columns))
        for (name, values) in expected { #expect(try column(name, selected) == values, "\(name)") }
        #expect(selected.rows.responses == [5, 6, 7, 8])
        #expect(selected.rows.weights == [1, 2, 3, 4])
        #expect(selected.dropped == 0)
    }

    /// Exactly one of the columns of a category is 1, or none for the reference.
    @Test func dummiesSumToOneWithTheReference() throws {
        let levels = ["EWR", "JFK", "LGA"]
        let rows = (0..<30).map { "1,\(levels[$0 % 3]),0,1,1,1,1,N" }
        let selected = try StudyFixture.select(
            Self.study, Self.header + rows.joined(separator: "\n"), fill: ["temp": 0])
        let ewr = try column("origin=EWR", selected)
        let lga = try column("origin=LGA", selected)
        for row in 0..<30 { #expect(ewr[row] + lga[row] == (row % 3 == 1 ? 0 : 1)) }
    }

    @Test func aLevelThatASiteLacksIsAColumnOfZeros() throws {
        let selected = try select("1,EWR,5,30,1,2,4,Y", "1,JFK,5,30,1,2,4,Y")
        #expect(try column("origin=LGA", selected) == [0, 0])
    }

    @Test func spellingsOfNumbersAndBlanks() throws {
        let selected = try select("1, EWR ,5,30,1,2.0,4,Y", "1,\"LGA\",5,30,1,10,4, N")
        #expect(try column("month=2", selected) == [1, 0])
        #expect(try column("month=10", selected) == [0, 1])
        #expect(try column("origin=EWR", selected) == [1, 0])
        #expect(try column("origin=LGA", selected) == [0, 1])
        #expect(try column("night", selected) == [1, 0])
    }

    /// NA is the code of a country, where a study says so.
    @Test func aLevelMayBeSpelledLikeAMissingValue() throws {
        let study = Study(target: "y", covariates: [.category("land", levels: ["NA", "ZA"], reference: "ZA")])
        let selected = try StudyFixture.select(study, "land,y\nNA,1\nZA,2\n")
        #expect(try StudyFixture.column("land=NA", selected, study) == [1, 0])
    }

    @Test func rowsWithGapsAreLeftOutByTheRuleOfTheStudy() throws {
        let selected = try select("1,EWR,5,30,1,2,4,Y", "1,,6,31,2,1,5,N", "1,JFK,NA,31,2,1,5,N", "1,JFK,8,32,3,1,6,")
        #expect(selected.kept == [0])
        #expect(selected.dropped == 3)
    }

    // MARK: Refusals

    private func failure(_ line: String) throws -> TableError? {
        try StudyFixture.failure(Self.study, Self.header + "1,EWR,5,30,1,2,4,Y\n" + line + "\n")
    }

    @Test func whatIsNoLevelIsNamed() throws {
        let origin = try failure("1,SFO,5,30,1,2,4,Y")
        guard case .unknownSpelling(_, 3, "origin", "SFO", .level, ["JFK", "EWR", "LGA"]) = origin else {
            Issue.record("\(String(describing: origin))")
            return
        }
        let month = try #require(try failure("1,EWR,5,30,1,3,4,Y")).text(.commandLine)
        #expect(month.contains("line 3: column \"month\" has \"3\", which is no level of it in the study"))
        #expect(month.contains("--unknown reference"))
        let night = try #require(try failure("1,EWR,5,30,1,2,4,yes")).description
        #expect(
            night.contains("column \"night\" has \"yes\", which is neither spelling of it in the study (\"Y\", \"N\")"))
    }

    @Test func anUnknownLevelMayBeTheReference() throws {
        var selection = RowSelection(study: Self.study, fill: ["temp": 0])
        selection.unknownLevels = .reference
        let table = try StudyFixture.table(Self.header + "1,SFO,5,30,1,3,4,Y\n", Self.study.textColumns)
        let selected = try selection.rows(of: table)
        for name in ["origin=EWR", "origin=LGA", "month=2", "month=10", "month missing"] {
            #expect(try column(name, selected) == [0])
        }
        // A wrong answer to yes or no stays wrong.
        let other = try StudyFixture.table(Self.header + "1,SFO,5,30,1,3,4,maybe\n", Self.study.textColumns)
        #expect(throws: TableError.self) { try selection.rows(of: other) }
    }

    @Test func aRuleOfItsOwnRefusesAGap() throws {
        let description = try #require(try failure("1,EWR,5,,1,2,4,Y")).description
        #expect(description.contains("line 3: column \"age\" is missing"))
        // Where the rule is error, --missing drop leaves the row out.
        let table = try StudyFixture.table(
            Self.header + "1,EWR,5,,1,2,4,Y\n1,EWR,5,1,1,2,4,Y\n", Self.study.textColumns)
        #expect(try RowSelection(study: Self.study, missing: .drop).rows(of: table).kept == [1])
    }

    @Test func everyColumnThatDoesNotFitIsNamed() throws {
        let table = try StudyFixture.table(
            Self.header + "1,EWR,5,30,1,2,4,Y\n-1,SFO,x,,x,3,inf,maybe\n", Self.study.textColumns)
        let problems = RowSelection(study: Self.study).problems(of: table).map(\.description)
        #expect(problems.count == 8)
        for name in ["age", "temp", "dose", "origin", "month", "night", "y", "w"] {
            #expect(problems.contains { $0.contains("\"\(name)\"") }, "\(name)")
        }
    }

    // MARK: Classes, counts, exposures

    private let responses = DataTable(
        source: "t.csv",
        columns: [
            TableColumn(name: "a", content: .numbers([1, 2, 3])),
            TableColumn(name: "late", content: .text(["yes", "no", "perhaps"])),
            TableColumn(name: "n", content: .numbers([0, 3, 1.5])),
            TableColumn(name: "cost", content: .numbers([1, 0, 2])),
        ])

    private func selection(_ target: String, _ response: ResponseKind) -> RowSelection {
        RowSelection(design: Design(target: target, covariates: ["a"]), response: response)
    }

    @Test func classesAreNumberedInTheOrderOfTheirNames() throws {
        let rows = try selection("late", .classes(["perhaps", "no", "yes"])).rows(of: responses).rows
        #expect(rows.responses == [2, 1, 0])
        #expect(
            throws: TableError.unknownSpelling(
                source: "t.csv", line: 3, column: "late", field: "perhaps", kind: .aClass, known: ["no", "yes"])
        ) { try selection("late", .classes(["no", "yes"])).rows(of: responses) }
    }

    @Test func classesAreFoundInOrder() throws {
        var selection = selection("late", .classes([]))
        #expect(selection.findsClasses)
        try selection.findClasses(in: [responses], source: "t.csv")
        #expect(selection.response == .classes(["no", "perhaps", "yes"]))
        let numbers = DataTable(
            source: "t.csv", columns: [TableColumn(name: "k", content: .numbers([10, 9, .nan, 10, 1]))])
        var other = self.selection("k", .classes([]))
        try other.findClasses(in: [numbers], source: "t.csv")
        #expect(other.response == .classes(["1", "9", "10"]))
        let one = DataTable(source: "t.csv", columns: [TableColumn(name: "k", content: .numbers([1, 1]))])
        #expect(
            throws: TableError.unusableClasses(source: "t.csv", column: "k", found: "1 different value", largest: 100)
        ) {
            try other.findClasses(in: [one], source: "t.csv")
        }
    }

    @Test func responsesThatAFamilyCannotHaveAreRefused() {
        #expect(
            throws: TableError.unusableResponse(
                source: "t.csv", line: 3, column: "n", value: 1.5, needed: "a whole number from 0 to 10^10")
        ) { try selection("n", .count).rows(of: responses) }
        #expect(
            throws: TableError.unusableResponse(
                source: "t.csv", line: 2, column: "cost", value: 0,
                needed: "a number above 0, or a point mass at 0")
        ) { try selection("cost", .positiveNumber).rows(of: responses) }
    }

    @Test func anExposureBecomesTheOffset() throws {
        let study = Study(target: "y", exposure: "beds", covariates: [.number("a")])
        #expect(study.design.offsetFeature == "log beds")
        #expect(study.design.expertFeatures == ["a"])
        #expect(study.design.gateFeatures == ["a"])
        let selected = try StudyFixture.select(study, "a,beds,y\n1,1,3\n2,20,4\n")
        let logs = try StudyFixture.column("log beds", selected, study)
        #expect(logs[0] == 0)
        #expect(abs(logs[1] - 2.995732273553991) < 1e-15)
        let zero = try #require(try StudyFixture.failure(study, "a,beds,y\n1,1,3\n2,0,4\n")).description
        #expect(zero.contains("line 3: exposure \"beds\" is 0; exposures must be above 0"))
    }
}
