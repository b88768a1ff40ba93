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
