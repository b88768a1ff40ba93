import Foundation
import Messages
import StudyData
import TestSupport
import Testing

/// The study file: what is written is read, what is wrong is named, what differs is named.
@Suite struct StudyFileTests {
    private static let study = StudyFixture.study

    @Test func whatIsWrittenIsRead() throws {
        let text = Self.study.text()
        try TableFixture.withFile(Data(text.utf8), named: "s.json") { path in
            let read = try Study.read(path: path)
            #expect(read == Self.study)
            #expect(read.text() == text)
        }
    }

    @Test func designOfAStudy() {
        let design = Self.study.design
        #expect(design.covariates == StudyFixture.columns)
        #expect(design.expertFeatures == StudyFixture.columns)
        #expect(design.gateFeatures == ["age", "origin=EWR", "origin=LGA"])
        #expect(design.offset == nil)
        #expect(Self.study.textColumns == ["origin", "month", "night"])
    }

    @Test func notesAreAllowedInEveryObject() throws {
        let text = """
            {"format": "dmoe-study", "formatVersion": 1, "note": "one", "target": "y", "family": "gaussian",
             "covariates": [{"note": "two", "name": "a", "type": "number"}]}
            """
        let study = try Study.decode(Data(text.utf8), source: "s.json")
        #expect(study.note == "one")
        #expect(study.covariates[0].note == "two")
        #expect(study.missing == .error)
    }

    // MARK: What cannot be

    struct Damage: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var error: StudyError
        var change: @Sendable (inout [String: Any]) -> Void

        init(
            _ description: String, _ error: StudyError, _ change: @escaping @Sendable (inout [String: Any]) -> Void
        ) {
            testDescription = description
            self.error = error
            self.change = change
        }

        /// Changes the covariate of a number.
        static func covariate(
            _ index: Int, _ description: String, _ field: String, _ reason: String,
            _ change: @escaping @Sendable (inout [String: Any]) -> Void
        ) -> Damage {
            Damage(
                description, invalid(field.isEmpty ? "covariates[\(index)]" : "covariates[\(index)].\(field)", reason)
            ) {
                guard var covariates = $0["covariates"] as? [[String: Any]] else { return }
                change(&covariates[index])
                $0["covariates"] = covariates
            }
        }

        static func invalid(_ field: String, _ reason: String) -> StudyError {
            .invalidValue(path: "s.json", field: field, reason: reason)
        }
    }

    static let damages: [Damage] = [
        Damage("another format", .notAStudy(path: "s.json", reason: "its format is \"other\"")) {
            $0["format"] = "other"
        },
        Damage("no format", .notAStudy(path: "s.json", reason: "\"format\": \"dmoe-study\" is missing")) {
            $0["format"] = nil
        },
        Damage("newer", .newerFormat(path: "s.json", version: 2, known: 1)) { $0["formatVersion"] = 2 },
        Damage("version 0", Damage.invalid("formatVersion", "must be 1 or more")) { $0["formatVersion"] = 0 },
        Damage("no target", .missingField(path: "s.json", field: "target")) { $0["target"] = nil },
        Damage("empty target", Damage.invalid("target", "is empty")) { $0["target"] = "" },
        Damage("a number as target", Damage.invalid("target", "should hold text in quotation marks")) {
            $0["target"] = 3
        },
        Damage("half an expert", Damage.invalid("experts", "should hold a whole number")) { $0["experts"] = "3" },
        Damage("no expert", Damage.invalid("experts", "must be from 1 to 1000")) { $0["experts"] = 0 },
        Damage(
            "missing rule of covariates for all",
            Damage.invalid("missing", "can be \"error\" or \"drop\"; \"mean\" and \"level\" belong to a covariate")
        ) { $0["missing"] = "mean" },
        Damage(
            "no rule", Damage.invalid("missing", "\"keep\" is none of \"error\", \"drop\", \"mean\", \"level\"")
        ) { $0["missing"] = "keep" },
        Damage("no covariate", Damage.invalid("covariates", "lists none")) { $0["covariates"] = [Any]() },
        Damage("one covariate", Damage.invalid("covariates", "should hold a list in brackets")) {
            $0["covariates"] = "a"
        },
        Damage("classes of numbers", Damage.invalid("classes", "are not for family \"gaussian\"")) {
            $0["classes"] = ["a", "b"]
        },
        Damage(
            "exposure of no rate",
            Damage.invalid("exposure", "is for families of rates, such as poisson, not for \"gaussian\"")
        ) { $0["exposure"] = "beds" },
        Damage("foreign gate", Damage.invalid("gate", "names \"sex\", which is no covariate")) { $0["gate"] = ["sex"] },
        Damage("gate twice", Damage.invalid("gate", "has a covariate more than once")) { $0["gate"] = ["age", "age"] },
        Damage(
            "unused covariate",
            Damage.invalid("covariates", "lists \"temp\", which is neither in \"regression\" nor in \"gate\"")
        ) { $0["regression"] = ["age"] },
    ]

    static let covariateDamages: [Damage] = [
        .covariate(0, "target as covariate", "name", "of \"y\": it is the target, and cannot be a covariate too") {
            $0["name"] = "y"
        },
        .covariate(0, "weights as covariate", "name", "of \"w\": it is the weights, and cannot be a covariate too") {
            $0["name"] = "w"
        },
        .covariate(1, "a name twice", "name", "of \"age\": it is duplicated") { $0["name"] = "age" },
        .covariate(5, "a column twice", "", "gives a column \"origin=EWR\", which there is already; rename one") {
            $0["name"] = "origin=EWR"
        },
        .covariate(0, "unknown type", "type", "\"numbr\" is none of \"number\", \"category\", \"yes-no\"") {
            $0["type"] = "numbr"
        },
        .covariate(0, "levels of a number", "levels", "of \"age\": does not belong to type \"number\"") {
            $0["levels"] = ["1", "2"]
        },
        .covariate(
            0, "level rule of a number", "missing",
            "of \"age\": \"level\" is not for type \"number\", which takes \"error\", \"drop\", \"mean\""
        ) { $0["missing"] = "level" },
        .covariate(
            3, "mean of a category", "missing",
            "of \"origin\": \"mean\" is not for type \"category\", which takes \"error\", \"drop\", \"level\""
        ) { $0["missing"] = "mean" },
        .covariate(0, "value without mean", "value", "of \"age\": needs \"missing\": \"mean\" beside it") {
            $0["value"] = 1
        },
        .covariate(2, "a huge value", "value", "of \"dose\": must lie between -1e100 and 1e100") {
            $0["value"] = 1e101
        },
        .covariate(3, "no levels", "levels", "of \"origin\": is missing: a category needs its levels") {
            $0["levels"] = nil
        },
        .covariate(3, "one level", "levels", "of \"origin\": must be two or more") { $0["levels"] = ["JFK"] },
        .covariate(3, "a level twice", "levels", "of \"origin\": \"JFK\" is duplicated") {
            $0["levels"] = ["JFK", "JFK"]
        },
        .covariate(
            3, "an empty level", "levels", "of \"origin\": an empty field is a missing value, not a level"
        ) { $0["levels"] = ["JFK", ""] },
        .covariate(
            3, "a level with and without a blank", "levels",
            "of \"origin\": \"JFK\" and \"JFK \" are one: blanks around a field do not count"
        ) { $0["levels"] = ["JFK", "JFK "] },
        .covariate(3, "no reference", "reference", "of \"origin\": is missing: name the level without a column") {
            $0["reference"] = nil
        },
        .covariate(3, "foreign reference", "reference", "of \"origin\": \"SFO\" is none of the levels") {
            $0["reference"] = "SFO"
        },
        .covariate(5, "no yes", "yes", "of \"night\": is missing: give the spelling that counts as 1") {
            $0["yes"] = nil
        },
        .covariate(5, "no no", "no", "of \"night\": is missing: give the spelling that counts as 0") { $0["no"] = nil },
        .covariate(5, "yes is no", "yes", "of \"night\": \"N\" is duplicated") { $0["yes"] = "N" },
    ]

    @Test(arguments: damages + covariateDamages) func damagedStudiesAreRefused(_ damage: Damage) throws {
        var file = try #require(
            JSONSerialization.jsonObject(with: Data(Self.study.text().utf8)) as? [String: Any])
        damage.change(&file)
        let data = try JSONSerialization.data(withJSONObject: file)
        #expect(throws: damage.error) { try Study.decode(data, source: "s.json") }
        #expect(!damage.error.description.contains("\n"))
    }

    @Test func unknownFieldsAreNamedWithTheKnownOnes() throws {
        for (text, field) in [("\"target\"", "taregt"), ("\"levels\"", "lvels")] {
            let damaged = Self.study.text().replacing(text, with: "\"\(field)\": 1, \(text)", maxReplacements: 1)
            let error = #expect(throws: StudyError.self) { try Study.decode(Data(damaged.utf8), source: "s.json") }
            let description = try #require(error).description
            #expect(description.contains("\(field)' is not known; known are"), "\(description)")
        }
    }

    @Test func aTextThatIsNoJSONIsRefusedWithItsLine() throws {
        let damaged = Self.study.text().replacing("\"missing\": \"drop\",", with: "\"missing\": \"drop\"")
        let error = #expect(throws: StudyError.self) { try Study.decode(Data(damaged.utf8), source: "s.json") }
        let description = try #require(error).description
        #expect(description.hasPrefix("s.json: not a study file: "))
        #expect(description.contains("no JSON at or before line 9"), "\(description)")
        #expect(throws: StudyError.fileNotFound(path: "/none.json")) { try Study.read(path: "/none.json") }
    }

    // MARK: Differences

    /// Changes that alter what a parameter means, and what is said of them.
    private static let changes: [(says: String, change: @Sendable (inout Study) -> Void)] = [
        ("the target is \"z\" in b and \"y\" in a", { $0.target = "z" }),
        ("the column of weights is none in b and \"w\" in a", { $0.weights = nil }),
        ("the rule for missing values is error in b and drop in a", { $0.missing = .error }),
        ("'sex' is a covariate only in b", { $0.covariates.append(.number("sex")) }),
        ("'night' is a covariate only in a", { $0.covariates.removeLast() }),
        ("the order of each covariate is not the same in b and a", { $0.covariates.swapAt(0, 1) }),
        ("the type of 'age' is yes-no in b and number in a", { $0.covariates[0] = .yesNo("age", yes: "1", no: "0") }),
        ("'origin' has level 'SFO' only in b", { $0.covariates[3].levels?.append("SFO") }),
        ("'origin' has level 'LGA' only in a", { $0.covariates[3].levels?.removeLast() }),
        ("the order of each level of 'origin' is not the same in b and a", { $0.covariates[3].levels?.swapAt(0, 1) }),
        ("the reference of 'origin' is \"LGA\" in b and \"JFK\" in a", { $0.covariates[3].reference = "LGA" }),
        ("the yes of 'night' is \"J\" in b and \"Y\" in a", { $0.covariates[5].yes = "J" }),
        ("the no of 'night' is \"0\" in b and \"N\" in a", { $0.covariates[5].no = "0" }),
        ("the rule for missing values of 'age' is drop in b and error in a", { $0.covariates[0].missing = .drop }),
        ("the value for missing ones of 'dose' is 3 in b and 2.5 in a", { $0.covariates[2].value = 3 }),
        ("the value for missing ones of 'temp' is 1 in b and none in a", { $0.covariates[1].value = 1 }),
        (
            "'age' is a covariate of the experts only in a",
            { $0.regression = ["temp", "dose", "origin", "month", "night"] }
        ),
        ("'temp' is a covariate of the gate only in b", { $0.gate = ["age", "temp", "origin"] }),
    ]

    @Test func theDifferenceIsNamed() {
        for (says, change) in Self.changes {
            var other = Self.study
            change(&other)
            #expect(other.difference(from: Self.study, own: "b", another: "a") == says)
            #expect(other.digest != Self.study.digest, "\(says)")
        }
    }

    /// Whether two studies differ, and whether their digests do, is the same question.
    @Test func digestsOfDifferentStudiesDiffer() {
        let studies = Self.changes.map { change in
            var other = Self.study
            change.change(&other)
            return other
        }
        for first in studies {
            for second in studies {
                let isSame = first.difference(from: second, own: "b", another: "a") == nil
                #expect(isSame == (first.digest == second.digest))
            }
        }
    }

    /// Studies that are the same but in what does not matter become one study, whatever their order.
    @Test func commonStudiesDoNotDependOnTheOrder() throws {
        var first = Self.study
        var second = Self.study
        (first.note, second.note) = ("of one", "of another")
        (first.seed, second.seed) = (1, 2)
        (first.experts, second.experts) = (3, nil)
        second.gate = first.names(first.gate).reversed()
        second.covariates[0].missing = second.missingRule(second.covariates[0])
        second.covariates[0].note = "in years"
        #expect(first.difference(from: second, own: "a", another: "b") == nil)
        let common = try #require(Study.common([first, second]))
        #expect(common.text() == Study.common([second, first])?.text())
        #expect(common.digest == first.digest)
        #expect(try Study.decode(Data(common.text().utf8), source: "common.json") == common)
        #expect(common.note == nil && common.seed == nil && common.experts == nil)
        #expect(Study.common([first, first]) == first)
        #expect(Study.common([]) == nil)
    }

    @Test func notesExpertsAndSeedMakeNoOtherStudy() {
        var other = Self.study
        (other.note, other.experts, other.seed) = (nil, 5, nil)
        other.covariates[0].note = "in years"
        // The same rule, and the same gate, in other words.
        other.covariates[3].missing = .drop
        other.gate = ["origin", "age"]
        #expect(other.digest == Self.study.digest)
        #expect(other.difference(from: Self.study, own: "b", another: "a") == nil)
    }
}
