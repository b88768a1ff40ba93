import Foundation
import Messages
import StudyData
import Testing

/// Studies, tables and models that do not belong together.
@Suite struct StudyRefusalTests {
    private static let table = StudySample.csv(seed: 1, rows: 80)

    private static func fit(
        _ name: String, study: String = StudySample.study.text(), table: String = table, _ more: String...,
        says: [String]
    ) -> Refusal {
        Refusal(
            name, files: ["s.json": study, "d.csv": table],
            ["fit", "d.csv", "--study", "s.json", "--starts", "2"] + more,
            says: says)
    }

    private static let firstRow = "origin,month,temp,night,y,w\nJFK,1,9,no,4,1\n"

    static let refusals: [Refusal] = [
        fit(
            "unknown level", study: StudySample.study { $0.covariates[0].levels = ["EWR", "JFK"] },
            says: ["d.csv, line ", "column \"origin\" has \"LGA\"", "(\"JFK\", \"EWR\")"]),
        fit(
            "no column", study: StudySample.study { $0.covariates[0].name = "from" },
            says: ["d.csv: no column \"from\""]),
        fit(
            "neither yes nor no", table: firstRow + "JFK,1,9,maybe,4,1\n",
            says: ["d.csv, line 3: column \"night\" has \"maybe\"", "(\"yes\", \"no\")"]),
        fit(
            "gap under rule error", study: StudySample.study { $0.covariates[2].missing = nil },
            says: ["d.csv, line ", "column \"temp\" is missing", "edit its rule in the study file"]),
        fit(
            "a gap in a category", table: firstRow + ",1,9,no,4,1\n",
            says: ["d.csv, line 3: column \"origin\" is missing"]),
        fit(
            "a mean of too few", table: firstRow + "JFK,1,,no,4,1\n",
            says: ["d.csv: 1 value", "\"temp\"", "must stand for 10 or more", "\"value\" in the study"]),
        fit("no weights", study: StudySample.study { $0.weights = "q" }, says: ["d.csv: no column \"q\""]),
        fit(
            "unknown field", study: StudySample.study.text().replacing("\"seed\"", with: "\"sead\""),
            says: ["s.json", "'sead'"]),
        fit("no JSON", study: "{", says: ["s.json: not a study file"]),
        Refusal(
            "no study file", files: ["d.csv": table], ["fit", "d.csv", "--study", "none.json"], code: 66,
            says: ["none.json: no such file"]),
        Refusal(
            "learn with an unknown level",
            files: [
                "s.json": StudySample.study { $0.covariates[0].levels = ["EWR", "JFK"] }, "d.csv": table,
                "e.csv": table,
            ],
            ["learn", "d.csv", "e.csv", "--study", "s.json"], says: ["d.csv, line ", "\"LGA\""]),
        Refusal(
            "study of a text target", files: ["d.csv": "a,y\n1,2\n2,x\n"],
            ["study", "new", "d.csv", "--target", "y", "--family", "gaussian"], says: ["d.csv, line 3: column \"y\""]),
        Refusal(
            "study without target", files: ["d.csv": table], ["study", "new", "d.csv", "--target", "z"],
            says: ["d.csv: no column \"z\""]),
        Refusal(
            "study of a foreign category", files: ["d.csv": table],
            ["study", "new", "d.csv", "--target", "y", "--categories", "q"], says: ["d.csv: no column \"q\""]),
        Refusal(
            "study with text as weights", files: ["d.csv": table],
            ["study", "new", "d.csv", "--target", "y", "--weights", "origin"],
            says: ["column \"origin\" should hold numbers"]),
        Refusal(
            "study with a foreign gate", files: ["d.csv": table],
            ["study", "new", "d.csv", "--target", "y", "--gate-features", "w,q"], says: ["no column \"q\"", "\"q\""]),
        Refusal(
            "study without covariates", files: ["d.csv": "y,w\n1,2\n2,1\n"],
            ["study", "new", "d.csv", "--target", "y", "--weights", "w"], says: ["d.csv: no numeric column is left"]),
    ]

    @Test(arguments: refusals) func isRefused(_ refusal: Refusal) throws { try Workspace().expect(refusal) }

    static let usageErrors: [Refusal] =
        [
            ["--target", "y"], ["--features", "temp"], ["--exclude", "w"], ["--gate-features", "temp"],
            ["--weights", "w"], ["--missing", "drop"], ["--family", "gaussian"], ["--classes", "a,b"],
            ["--exposure", "w"],
        ].map { besides in
            Refusal(
                "study and \(besides[0])", ["fit", "d.csv", "--study", "s.json"] + besides,
                says: ["\(besides[0]) cannot go with --study"])
        } + [
            Refusal(
                "learn: study and target", ["learn", "d.csv", "e.csv", "--study", "s.json", "--target", "y"],
                says: ["--target cannot go with --study"]),
            Refusal("neither study nor target", ["fit", "d.csv", "--experts", "2"], says: ["--target", "--study"]),
            Refusal(
                "an unknown family", ["fit", "d.csv", "--target", "y", "--experts", "1", "--family", "cauchy"],
                says: ["--family: \"cauchy\" is not known; known are gaussian"]),
            Refusal(
                "classes of numbers", ["fit", "d.csv", "--target", "y", "--experts", "1", "--classes", "a,b"],
                says: ["--classes has no effect here"]),
            Refusal(
                "exposure of no rate", ["fit", "d.csv", "--target", "y", "--experts", "1", "--exposure", "w"],
                says: ["--exposure has no effect here: exposures are for families of rates"]),
            Refusal(
                "the target as category", ["study", "new", "d.csv", "--target", "y", "--categories", "y"],
                says: ["--categories has no effect here: \"y\" is the target"]),
            Refusal(
                "a covariate that is excluded",
                ["study", "new", "d.csv", "--target", "y", "--features", "x", "--exclude", "x"],
                says: ["--exclude has no effect here: \"x\" is named as a covariate"]),
            Refusal(
                "a category that is none of the covariates",
                ["study", "new", "d.csv", "--target", "y", "--features", "x", "--categories", "c"],
                says: ["--categories has no effect here: \"c\" is not among --features"]),
            Refusal(
                "target and weights", ["study", "new", "d.csv", "--target", "y", "--weights", "y"],
                says: ["--weights and --target both name \"y\""]),
            Refusal(
                "too many experts", ["study", "new", "d.csv", "--target", "y", "--experts", "0"],
                says: ["--experts must be from 1 to 1000"]),
        ]

    @Test(arguments: usageErrors) func isAUsageError(_ refusal: Refusal) throws {
        try Workspace().expectUsageError(refusal)
    }

    @Test func aStudyWithoutExpertsNeedsThemOnTheCommandLine() throws {
        let place = try Workspace()
        try place.write(StudySample.study { $0.experts = nil }, to: "s.json")
        try place.write(Self.table, to: "d.csv")
        try place.expectUsageError(
            Refusal("no experts", ["fit", "d.csv", "--study", "s.json"], says: ["--experts is missing"]))
    }

    // MARK: Models

    /// Fits s.csv with a study and keeps the model as `name`.
    private func fit(_ place: Workspace, _ name: String, seed: UInt64, _ change: (inout Study) -> Void = { _ in })
        throws
    {
        try place.write(StudySample.study(change), to: "study-of-\(name)")
        try place.write(StudySample.csv(seed: seed, origins: ["EWR", "JFK"]), to: "s.csv")
        try place.succeed("fit", "s.csv", "--study", "study-of-\(name)", "--starts", "2", "-o", name)
    }

    private func refusedTogether(_ place: Workspace, _ names: String..., says: String) throws {
        try place.expect(Refusal("different studies", ["aggregate"] + names, says: ["different studies", says]))
        try place.expect(
            Refusal(
                "different studies", ["aggregate", "--method", "mixture"] + names, says: ["different studies", says]))
        let inspected = try place.run(["inspect"] + names)
        #expect(inspected.exitCode == 65)
        #expect(inspected.errors.contains(says))
    }

    @Test func modelsOfDifferentStudiesAreNotAggregated() throws {
        let place = try Workspace()
        try fit(place, "a.json", seed: 1)
        try fit(place, "b.json", seed: 2) { $0.covariates[0].levels = ["EWR", "JFK"] }
        try fit(place, "c.json", seed: 3) { $0.covariates[2].value = 10 }
        try refusedTogether(place, "a.json", "b.json", says: "'origin' has level 'LGA' only in a.json")
        try refusedTogether(
            place, "a.json", "c.json", says: "the value for missing ones of 'temp' is none in a.json and 10 in c.json")
        try place.succeed(
            "fit", "s.csv", "--target", "y", "--features", "month", "--experts", "2", "--starts", "2", "-o",
            "plain.json")
        try refusedTogether(place, "a.json", "plain.json", says: "a.json was fitted with one, plain.json without")
        try refusedTogether(place, "plain.json", "a.json", says: "a.json was fitted with one, plain.json without")
    }

    /// Another seed, another number of experts and other notes are the same study.
    @Test func modelsOfOneStudyAreAggregatedWhateverTheirSeed() throws {
        let place = try Workspace()
        try fit(place, "a.json", seed: 1)
        try fit(place, "b.json", seed: 2) { ($0.seed, $0.experts, $0.note) = (8, 1, "at our site") }
        try place.succeed("aggregate", "a.json", "b.json", "-o", "g.json")
    }

    @Test func rowsThatTheModelsStudyDoesNotKnowAreRefused() throws {
        let place = try Workspace()
        try fit(place, "a.json", seed: 1)
        try place.write("origin,month,temp,night,y\nJFK,1,9,no,3\nSFO,1,9,no,4\n", to: "new.csv")
        for command in ["predict", "evaluate"] {
            let outcome = try place.run(
                [command, "a.json", "new.csv"] + (command == "predict" ? ["-o", "p.csv"] : []))
            #expect(outcome.exitCode == 65)
            #expect(outcome.errors.contains("new.csv, line 3: column \"origin\" has \"SFO\""))
            #expect(outcome.errors.contains("--unknown reference"))
        }
        try place.write(Sample.csv(seed: 1), to: "plain.csv")
        try place.fit("plain.csv", to: "plain.json")
        try place.expectUsageError(
            Refusal(
                "no study", ["predict", "plain.json", "plain.csv", "--unknown", "reference"],
                says: ["--unknown needs --study: only models of a study"]))
    }

    @Test func aModelWhoseStudyWasChangedIsRefused() throws {
        let place = try Workspace()
        try fit(place, "a.json", seed: 1)
        let text = try place.text("a.json")
        for (old, new, says) in [
            ("\"reference\": \"JFK\"", "\"reference\": \"EWR\"", "field 'studyDigest': is not that of the study"),
            ("\"yes\": \"yes\"", "\"yes\": \"no\"", "field 'study.covariates[3].yes'"),
            ("\"type\": \"yes-no\"", "\"type\": \"yes/no\"", "field 'study.covariates[3].type'"),
            ("\"study\": {", "\"other\": {", "field 'study': is missing beside its digest"),
        ] {
            try place.write(text.replacing(old, with: new), to: "changed.json")
            let outcome = try place.run(["inspect", "changed.json"])
            #expect(outcome.exitCode == 65)
            #expect(outcome.errors.contains(says), "\(outcome.errors)")
        }
    }
}
