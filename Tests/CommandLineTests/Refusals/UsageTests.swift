import Foundation
import Testing

/// Command lines that make no sense: exit code 64, with the usage, and nothing done.
@Suite struct UsageTests {
    private static let fit = ["fit", "d.csv", "--target", "y", "--experts", "2"]
    private static let learn = ["learn", "d.csv", "e.csv", "--target", "y", "--experts", "2"]
    private static let aggregate = ["aggregate", "a.json", "b.json"]
    private static let predict = ["predict", "m.json", "d.csv"]

    static let ofFit: [Refusal] = [
        Refusal("no target", ["fit", "d.csv", "--experts", "2"], says: ["--target"]),
        Refusal("no number of experts", ["fit", "d.csv", "--target", "y"], says: ["--experts"]),
        Refusal("no data", ["fit", "--target", "y", "--experts", "2"], says: ["<data>"]),
        Refusal("no experts", fit + ["--experts", "0"], says: ["--experts must be from 1 to 1000"]),
        Refusal("half an expert", fit + ["--experts", "1.5"], says: ["1.5"]),
        Refusal("no starts", fit + ["--starts", "0"], says: ["--starts must be from 1"]),
        Refusal("no iterations", fit + ["--max-iterations", "0"], says: ["--max-iterations must be from 1"]),
        Refusal("tolerance 0", fit + ["--tolerance", "0"], says: ["--tolerance must lie between"]),
        Refusal("tolerance no number", fit + ["--tolerance", "nan"], says: ["--tolerance must lie between"]),
        Refusal("no minimum", fit + ["--min-rows", "2"], says: ["--min-rows must be 3 or more"]),
        Refusal("negative seed", fit + ["--seed=-1"], says: ["--seed"]),
        Refusal("no threads", fit + ["--threads", "0"], says: ["--threads must be from 1"]),
        Refusal("delimiter of two", fit + ["--delimiter", "::"], says: ["--delimiter must be one character"]),
        Refusal("delimiter of none", fit + ["--delimiter", ""], says: ["--delimiter must be one character"]),
        Refusal("delimiter of a number", fit + ["--delimiter", "."], says: ["--delimiter must be one character"]),
        Refusal("unknown rule", fit + ["--missing", "mean"], says: ["mean", "error", "drop"]),
        Refusal("empty name", fit + ["--features", "a,,b"], says: ["--features: a name is empty"]),
        Refusal("name twice", fit + ["--features", "a,b,a"], says: ["--features: \"a\" is duplicated"]),
        Refusal("unknown option", fit + ["--expert", "3"], says: ["--expert"]),
        Refusal(
            "threshold of a draft", fit + ["--draft", "--min-rows", "20"], says: ["--min-rows has no effect here"]),
    ]

    static let ofOthers: [Refusal] = [
        Refusal("one file, one shard", ["learn", "d.csv"] + fit.dropFirst(2), says: ["--shard-by", "--shards"]),
        Refusal("no shards", learn + ["--shards", "0"], says: ["--shards must be from 1"]),
        Refusal("two divisions", learn + ["--shards", "2", "--shard-by", "s"], says: ["cannot go together"]),
        Refusal("everything held out", learn + ["--holdout", "1"], says: ["--holdout must be"]),
        Refusal("less than nothing held out", learn + ["--holdout=-0.1"], says: ["--holdout must be"]),
        Refusal(
            "no global experts", learn + ["--global-experts", "0"],
            says: ["--global-experts", "must be from 1 to 1000"]),
        Refusal("no local models", ["aggregate"], says: ["<local>"]),
        Refusal(
            "no global experts alone", aggregate + ["--experts", "0"],
            says: ["--experts", "must be from 1 to 1000"]),
        Refusal("small support", aggregate + ["--support-size", "49"], says: ["--support-size must be from 50"]),
        Refusal(
            "missing values of no table", aggregate + ["--missing", "drop"],
            says: ["--missing has no effect here: no row is read without --support"]),
        Refusal(
            "delimiter of no table", aggregate + ["--delimiter", ";"],
            says: ["--delimiter has no effect here: no row is read without --support"]),
        Refusal(
            "columns of no table", aggregate + ["--columns", "a,b"],
            says: ["--columns has no effect here: no row is read without --support"]),
        Refusal(
            "level of no interval", ["inspect", "a.json", "b.json", "--level", "0.9"],
            says: ["--level has no effect here: effects and their intervals are shown of one model"]),
        Refusal(
            "all of no effect", ["inspect", "a.json", "b.json", "--all"],
            says: ["--all has no effect here: effects and their intervals are shown of one model"]),
        Refusal(
            "level of an audit", ["inspect", "a.json", "--audit", "--level", "0.9"], says: ["--level has no effect"]),
        Refusal(
            "rounds of another method",
            ["compare", "d.csv", "e.csv", "--target", "y", "--experts", "2", "--holdout", "0.2", "--methods", "pooled"]
                + ["--federated-rounds", "3"],
            says: ["--federated-rounds has no effect here: method \"federated\" is not among --methods"]),
        Refusal("level of 1", ["inspect", "a.json", "--level", "1"], says: ["--level must lie between 0 and 1"]),
        Refusal("unknown gate", aggregate + ["--gate", "best"], says: ["best", "label", "plan"]),
        Refusal("unknown weights", aggregate + ["--site-weights", "equal"], says: ["equal", "density", "constant"]),
        Refusal("published by label", aggregate + ["--method", "published", "--gate", "label"], says: ["--gate plan"]),
        Refusal("interval of 2", predict + ["--interval", "2"], says: ["--interval must lie between 0 and 1"]),
        Refusal("interval of 1", predict + ["--interval", "1"], says: ["--interval must lie between 0 and 1"]),
        Refusal("interval of 0", predict + ["--interval", "0"], says: ["--interval must lie between 0 and 1"]),
        Refusal("interval no number", predict + ["--interval", "nan"], says: ["--interval must lie between 0 and 1"]),
        Refusal("two tables", predict + ["e.csv"], says: ["e.csv"]),
        Refusal("more shards than rows", ["simulate", "--rows", "2", "--shards", "3"], says: ["--rows must be"]),
        Refusal("no shards to simulate", ["simulate", "--shards", "0"], says: ["--shards must be from 1"]),
        Refusal("capacity of 6", ["simulate", "--capacity", "6"], says: ["--capacity must be from 1 to 5"]),
        Refusal(
            "shift of some groups", ["simulate", "--shift", "--capacity", "3"],
            says: ["--shift and --capacity cannot go together"]),
        Refusal("no test rows", ["simulate", "--test-rows", "0"], says: ["--test-rows must be from 1"]),
        Refusal("unknown profile", ["simulate", "--profile", "even"], says: ["even", "balanced"]),
    ]

    @Test(arguments: ofFit + ofOthers) func refused(_ refusal: Refusal) throws {
        try Workspace().expectUsageError(refusal)
    }

    @Test func unknownCommands() throws {
        let outcome = try Workspace().run(["train", "d.csv"])
        #expect(outcome.exitCode == 64)
        #expect(outcome.errors.hasPrefix("Error: "))
        #expect(outcome.errors.contains("'train'"))
    }

    @Test func outputsThatAreAskedForTwice() throws {
        let outcome = try Workspace().run(Self.predict + ["--json", "-o", "-"])
        #expect(outcome.exitCode == 64)
        #expect(outcome.errors.contains("both want standard output"))
    }

    @Test(arguments: [fit, learn, aggregate, predict, ["simulate"]]) func noOutput(_ arguments: [String]) throws {
        let outcome = try Workspace().run(arguments)
        #expect(outcome.exitCode == 64)
        #expect(outcome.errors.contains("--output"))
    }
}
