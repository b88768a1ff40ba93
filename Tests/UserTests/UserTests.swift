import DistributedMoE
import Testing

/// The library as a user has it: this module is imported, and no other of the package.
@Suite struct UserTests {
    private func table(_ site: Int) -> DataTable {
        let rows = 0..<300
        let x = rows.map { Double(($0 * 37 + 11 * site) % 64) / 32 - 1 }
        let y = zip(x, rows).map { abs($0) + Double(($1 * 29 + site) % 32) / 128 }
        return DataTable(
            source: "site \(site)",
            columns: [TableColumn(name: "x", content: .numbers(x)), TableColumn(name: "y", content: .numbers(y))])
    }

    @Test func fitsAggregatesPredictsAndScores() throws {
        var fit = FitJob(columns: ColumnRequest(target: "y"), experts: ExpertNumbers(2))
        fit.settings.starts = 4
        let locals = try ["a": fit.run(table(0)), "b": fit.run(table(1))]
        let global = try AggregateJob().run(locals)
        #expect(global.target == "y" && global.rows == 600)
        #expect(global.model.expertCount == 2)
        let predictions = try PredictJob().run(global, table(2))
        #expect(predictions.count == 300)
        #expect(predictions.allSatisfy { ($0.mean ?? .nan).isFinite && $0.gates.count == 2 })
        #expect(try EvaluateJob().run(global, table(2)).rows == 300)
        let statistics = try [
            "a": StatisticsJob().run(at: global, table(0)), "b": StatisticsJob().run(at: global, table(1)),
        ]
        #expect(try UpdateJob().run(global, statistics).rows == 600)
        var shards = ShardChoices(columns: ColumnRequest(target: "y"), experts: 2)
        shards.fit = fit.settings
        #expect(try LearnJob(shards).run([table(0), table(1)]).locals.count == 2)
    }

    @Test func simulatesAndCompares() throws {
        var simulation = SimulateJob()
        (simulation.family, simulation.rows, simulation.shards, simulation.testRows) = (.poisson, 900, 3, 300)
        let simulated = try simulation.run()
        let shards = (0..<3).map { simulated.shard($0) }
        #expect(shards.map(\.rowCount) == [300, 300, 300])
        #expect(simulated.testRows.columnNames == shards[0].columnNames + ["group"])
        var columns = ColumnRequest(target: "y")
        columns.family = "poisson"
        var comparison = CompareJob(ShardChoices(columns: columns, experts: simulated.truth.model.expertCount))
        comparison.shards.fit.starts = 4
        comparison.aggregation.supportSize = 200
        comparison.methods = ["pooled", "medoid"]
        comparison.groups = "group"
        let outcome = try comparison.run(shards, test: simulated.testRows, truth: simulated.truth)
        #expect(outcome.estimates.map(\.method) == ["pooled", "medoid"] && outcome.leftOut.isEmpty)
        #expect(outcome.trainingRows == 900 && outcome.testRows == 300)
        for estimate in outcome.estimates {
            #expect(estimate.failure == nil && estimate.experts == 3 && estimate.scores?.rows == 300)
            #expect(try #require(estimate.divergence.truth) >= 0 && #require(estimate.parameterError).experts > 0)
            #expect(try #require(estimate.adjustedRandIndex) <= 1)
        }
        comparison.methods = ["vote"]
        #expect(throws: RequestRefusal.self) { try comparison.run(shards, test: simulated.testRows) }
        comparison.methods = nil
        #expect(throws: RequestRefusal.missing(.test, or: .holdout)) { try comparison.run(shards) }
        #expect(throws: JobFailure.otherColumns(path: "truth")) {
            var other = comparison
            other.shards.columns.exclude = ["x1"]
            _ = try other.run(shards, test: simulated.testRows, truth: simulated.truth)
        }
        simulation.capacity = 4
        #expect(throws: RequestRefusal.outOfBounds(.capacity, .integers(1...3))) { try simulation.run() }
    }

    /// Numbers of threads that no machine has are refused as by the other doors.
    @Test(arguments: [0, -1, 4097]) func refusesNumbersOfThreads(threads: Int) throws {
        let refusal = RequestRefusal.outOfBounds(.threads, .integers(1...4096))
        let parallelism = Parallelism(threads: threads)
        let fit = FitJob(columns: ColumnRequest(target: "y"), experts: ExpertNumbers(1))
        #expect(throws: refusal) { try fit.run(table(0), parallelism: parallelism) }
        let model = try fit.run(table(0))
        #expect(throws: refusal) { try AggregateJob().run(["a": model], parallelism: parallelism) }
        #expect(throws: refusal) { try PredictJob().run(model, table(0), parallelism: parallelism) }
        #expect(throws: refusal) { try EvaluateJob().run(model, table(0), parallelism: parallelism) }
        #expect(throws: refusal) { try StatisticsJob().run(at: model, table(0), parallelism: parallelism) }
        var shards = ShardChoices(columns: ColumnRequest(target: "y"), experts: 1)
        shards.holdout = 0.2
        #expect(throws: refusal) {
            _ = try LearnJob(shards).run([table(0), table(1)], parallelism: parallelism)
        }
        #expect(throws: refusal) {
            _ = try CompareJob(shards).run([table(0), table(1)], parallelism: parallelism)
        }
    }

    @Test func startsFromAModel() throws {
        var fit = FitJob(columns: ColumnRequest(target: "y"), experts: ExpertNumbers(2))
        fit.settings.starts = 1
        fit.initialModels = [try fit.run(table(0)).model]
        #expect(try fit.run(table(0)).model.expertCount == 2)
    }

    /// Where no site can be fitted the first is named, in an error that a caller can name too.
    @Test func saysWhyNoSiteCanBeFitted() throws {
        let constant = (0..<2).map { index in
            DataTable(
                source: "site \(index)",
                columns: ["x", "y"].map { name in
                    TableColumn(name: name, content: .numbers((0..<5).map { name == "x" ? Double($0) : 1 }))
                })
        }
        let learn = LearnJob(ShardChoices(columns: ColumnRequest(target: "y"), experts: 1))
        let failure = #expect(throws: JobFailure.self) { _ = try learn.run(constant) }
        guard case .noShardFitted(let name?, _?)? = failure else {
            Issue.record("another failure: \(String(describing: failure))")
            return
        }
        #expect(name == "site 0")
    }

    @Test func refusesInTheSpellingOfSwift() throws {
        var fit = FitJob(columns: ColumnRequest(target: "y"), experts: ExpertNumbers(2))
        fit.settings.minRows = 2
        let refusal = #expect(throws: RequestRefusal.self) { try fit.run(table(0)) }
        #expect(refusal?.text(.swift) == "minRows must be 3 or more: statistics over fewer rows disclose them")
        #expect(refusal?.text(.commandLine) == "--min-rows must be 3 or more: statistics over fewer rows disclose them")
    }

    /// What a file is refused for, a value in memory is too.
    @Test func refusesWhatNoFileCouldHold() throws {
        let fit = FitJob(columns: ColumnRequest(target: "y"), experts: ExpertNumbers(1))
        #expect(throws: RequestRefusal.self) { try fit.run(files: []) }
        #expect(throws: TableError.self) {
            try fit.run(DataTable(source: "none", columns: [TableColumn(name: "y", content: .numbers([]))]))
        }
        let twice = table(0).columns + [TableColumn(name: "x", content: .numbers([Double](repeating: 0, count: 300)))]
        #expect(throws: TableError.duplicateColumn(source: "twice", name: "x")) {
            try fit.run(DataTable(source: "twice", columns: twice))
        }
        let studies = [
            Study(target: "y", family: "poison", covariates: [.number("x")]),
            Study(target: "y", covariates: [.number("x"), .number("x")]),
            Study(target: "y", covariates: [.number("x")], regression: ["z"]),
            Study(target: "y", covariates: [.number("x")], experts: 0),
        ]
        for study in studies {
            let job = FitJob(columns: ColumnRequest(study: .value(study)), experts: ExpertNumbers(1))
            #expect(throws: StudyError.self) { try job.run(table(0)) }
        }
        let learn = LearnJob(ShardChoices(columns: ColumnRequest(target: "y"), experts: 1))
        #expect(throws: RequestRefusal.duplicatedSite("site 0")) { _ = try learn.run([table(0), table(0)]) }
        #expect(throws: RequestRefusal.nothingGiven(.rows)) { _ = try learn.run([]) }
        #expect(throws: RequestRefusal.nothingGiven(.localModels)) { try AggregateJob().run([:]) }
    }

    @Test func saysWhichColumnsAreNoCovariates() throws {
        let more =
            table(0).columns + [TableColumn(name: "none", content: .numbers([Double](repeating: .nan, count: 300)))]
        var notices = [ReadingNotice]()
        let fit = FitJob(columns: ColumnRequest(target: "y"), experts: ExpertNumbers(1))
        let model = try fit.run(DataTable(source: "t", columns: more)) { notices.append($0) }
        #expect(notices == [.columnsWithoutValue(["none"], source: "t")])
        #expect(model.covariates == ["x"])
    }
}
