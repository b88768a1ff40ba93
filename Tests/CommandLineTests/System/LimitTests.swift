import Testing

#if os(Linux)
    /// Limits of the system end a command with a sentence, or do not matter; no signal, no waiting for ever.
    @Suite struct LimitTests {
        private static let jobs = [
            "fit s0.csv --target y --experts 2 --starts 2 -o out.json",
            "learn s0.csv s1.csv --target y --experts 2 --starts 2 -o out.json",
            "aggregate l0.json l1.json -o out.json",
            "predict l0.json s0.csv -o out.csv",
        ]

        private let work: Workspace

        init() throws {
            work = try Workspace()
            _ = try work.writeLocalModels(2)
        }

        /// Under five descriptors Dispatch has none for itself: it would end the program by a signal.
        @Test(arguments: jobs, 4...9) func descriptors(job: String, limit: Int) throws {
            let outcome = try work.shell("ulimit -n \(limit); exec \"$DMOE\" \(job)")
            #expect([0, 66, 73, 74].contains(outcome.exitCode), "\(outcome.errors)")
            if outcome.exitCode != 0 {
                #expect(outcome.errors.contains(/(?m)^dmoe: [^\n]+$/), "\(outcome.errors)")
            }
        }

        /// Kilobytes of address space: enough for the program to start, not always for the work.
        @Test(arguments: jobs, [150_000, 300_000, 450_000, 600_000]) func memory(job: String, limit: Int) throws {
            let outcome = try work.shell("ulimit -v \(limit); exec \"$DMOE\" \(job)")
            #expect([0, 71].contains(outcome.exitCode), "\(outcome.errors)")
            if outcome.exitCode == 71 { #expect(outcome.errors.contains("the system gave no more memory")) }
        }

        /// A model of many sites that cannot be held.
        @Test func tooLittleMemory() throws {
            try work.write(String(repeating: "1,2,3,4\n", count: 3_000_000), to: "large.csv")
            let outcome = try work.shell(
                "printf 'a,b,c,y\\n' > big.csv; cat large.csv >> big.csv; ulimit -v 140000; exec \"$DMOE\" "
                    + "fit big.csv --target y --experts 2 --starts 2 -o out.json")
            #expect(outcome.exitCode == 71)
            #expect(outcome.errors.contains(/(?m)^dmoe: [^\n]*the system gave no more memory[^\n]+$/))
            #expect(!work.exists("out.json"))
        }

        @Test(arguments: jobs, [64, 128]) func tooLittleStack(job: String, limit: Int) throws {
            let outcome = try work.shell("ulimit -s \(limit); exec \"$DMOE\" \(job)")
            #expect(outcome.exitCode == 71 && outcome.errorLines.count == 1)
            #expect(outcome.errors.hasPrefix("dmoe: the limit of the stack is \(limit) KB, and the program needs 256"))
        }

        @Test(arguments: jobs, [256, 1024]) func stack(job: String, limit: Int) throws {
            let outcome = try work.shell("ulimit -s \(limit); exec \"$DMOE\" \(job)")
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
        }
    }
#endif
