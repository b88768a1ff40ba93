import Foundation
import Testing

/// Names that are nearly right, numbers out of range, and help that cannot be written.
@Suite struct MistypedCommandTests {
    private static let fit = ["fit", "d.csv", "--target", "y", "--experts", "2"]

    static let refusals: [Refusal] = [
        Refusal(
            "target", ["study", "new", "d.csv", "--taget", "y"],
            says: ["Unknown option '--taget'. Did you mean '--target'?"]),
        Refusal("with a value", ["study", "new", "d.csv", "--taget=y"], says: ["'--taget'. Did you mean '--target'?"]),
        Refusal("experts", ["fit", "d.csv", "--target", "y", "--expert", "2"], says: ["Did you mean '--experts'?"]),
        Refusal("far from all", ["study", "new", "d.csv", "--zzzzzzzz", "y"], says: ["Unknown option '--zzzzzzzz'."]),
        Refusal(
            "a command", ["agregate", "a.json"], says: ["There is no command 'agregate'. Did you mean 'aggregate'?"]),
        Refusal(
            "a command of a command", ["study", "chek", "d.csv"],
            says: ["There is no command 'chek'. Did you mean 'check'?"]),
        Refusal(
            "a negative seed", fit + ["--seed", "-1"],
            says: ["--seed must be a whole number from 0 to 18446744073709551615"]),
        Refusal("a seed with a fraction", fit + ["--seed", "1.5"], says: ["from 0 to 18446744073709551615"]),
        Refusal("a long seed", fit + ["--seed", "99999999999999999999"], says: ["from 0 to 18446744073709551615"]),
        Refusal(
            "a negative seed of a study", ["study", "new", "d.csv", "--target", "y", "--seed", "-7"],
            says: ["--seed must be"]),
        Refusal("negative threads", fit + ["--threads", "-1"], says: ["--threads must be from 1 to 4096"]),
        Refusal("a negative share", fit + ["--holdout", "-0.1"], says: ["--holdout must be at least 0 and below 1"]),
        Refusal(
            "a negative tolerance", fit + ["--tolerance", "-1e-9"], says: ["--tolerance must lie between 0 and 1"]),
        Refusal(
            "negative experts", ["fit", "d.csv", "--target", "y", "--experts", "-2"],
            says: ["--experts must be from 1 to 1000"]),
        Refusal("threads as text", fit + ["--threads", "many"], says: ["--threads must be from 1 to 4096"]),
    ]

    /// The sentence of swift-argument-parser that is recognised: another one in a later version of it shows here.
    @Test(arguments: [
        ["--threads"], ["--seed"], ["--starts"], ["--max-iterations"], ["--min-rows"], ["--tolerance"], ["--holdout"],
        ["--l1-gate"], ["--l1-experts"],
    ]) func textForANumber(option: [String]) throws {
        let outcome = try Workspace().run(Self.fit + option + ["many", "-o", "m.json"])
        #expect(outcome.exitCode == 64)
        #expect(outcome.errors.hasPrefix("Error: The value 'many' is invalid for '\(option[0]) <"))
        #expect(outcome.errors.contains(">': \(option[0]) must "))
    }

    @Test(arguments: refusals) func isRefused(_ refusal: Refusal) throws { try Workspace().expectUsageError(refusal) }

    @Test func theOutputMistyped() throws {
        let outcome = try Workspace().run(Self.fit + ["--ouput", "m.json"])
        #expect(outcome.exitCode == 64 && outcome.errors.contains("Unknown option '--ouput'. Did you mean '--output'?"))
    }

    @Test(arguments: [["foo"], ["fit", "foo"], ["study", "nw"], ["study", "foo"], ["foo", "--hidden"]])
    func helpOnNoCommand(names: [String]) throws {
        let outcome = try Workspace().run(["help"] + names)
        #expect(outcome.exitCode == 64 && outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("Error: There is no command '"))
    }

    static let helps = [
        ["help"], ["help", "fit"], ["help", "study", "new"], ["fit", "--help"], ["study", "new", "-h"], ["--version"],
    ]

    @Test(arguments: helps) func helpIsWritten(arguments: [String]) throws {
        let work = try Workspace()
        let outcome = try work.run(arguments)
        #expect(outcome.exitCode == 0 && !outcome.output.isEmpty && outcome.errors.isEmpty)
    }

    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "this system has no /dev/full"),
        arguments: helps)
    func helpThatCannotBeWrittenFails(arguments: [String]) throws {
        let work = try Workspace()
        let full = try work.shell("\"$DMOE\" \(arguments.joined(separator: " ")) >/dev/full")
        #expect(full.exitCode == 74 && full.errors == "dmoe: standard output cannot be written\n")
    }

    @Test func namesWithCommasAreQuoted() throws {
        let work = try Workspace()
        let lines = Sample.csv(seed: 1).split(separator: "\n").dropFirst()
        try work.write("\"a,1\",b,\" c \",y\n" + lines.joined(separator: "\n"), to: "d.csv")
        try work.fit("d.csv", to: "m.json", "--features", "\"a,1\"", "--gate-features", "\" c \"", "--exclude", "b")
        #expect(try work.model("m.json").covariates == ["a,1", " c "])
        let both = try work.run(Self.fit + ["--features", "\"a,1\",b", "--exclude", "b", "-o", "n.json"])
        #expect(both.exitCode == 64 && both.errors.contains("\"b\" is named as a covariate"))
        let target = try work.run(Self.fit + ["--exclude", "y", "-o", "n.json"])
        #expect(target.exitCode == 64 && target.errors.contains("\"y\" is the target"))
        let missing = try work.run(Self.fit + ["--features", "a,1", "-o", "n.json"])
        #expect(missing.exitCode == 65 && missing.errors.contains("no column \"a\""))
        let open = try work.run(Self.fit + ["--features", "\"a,1", "-o", "n.json"])
        #expect(open.exitCode == 64 && open.errors.contains("a quote that is never closed"))
        let study = try work.succeed(
            "study", "new", "d.csv", "--target", "y", "--categories", "\" c \"", "--features", "\"a,1\",\" c \"", "-o",
            "s.json"
        )
        #expect(study.output.contains("a,1"))
    }
}
