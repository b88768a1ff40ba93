import MixtureOfExperts
import Numerics

/// The rows of a site without those of classes and levels that too few of them have, and what is to be said of it.
///
/// Where these rows stayed, with the column taken as constant, they would be released as what they are not: the reference of a category
/// would get the rows of all its rare levels. Without them the site suppresses a level, and sums over sites take what they know
/// of it from others. Rows are chosen by covariates, which biases no regression, or by their class, which in a multinomial logit
/// leaves the odds between the other classes. Numbers are taken as constant where few rows differ: their values are no level of
/// anything, and a small site has several such columns.
struct ReleasedRows {
    private(set) var source: any RowSource
    private(set) var summaries: [ColumnSummary]
    private(set) var disclosure: Disclosure
    /// Classes, by number, that had too few rows.
    private(set) var rareClasses = Set<Int>()
    /// Levels and flags, by covariate, with rows that were left out.
    private(set) var rareLevels = Set<Int>()
    private var absentClasses = [Int]()
    private let design: Design
    private let classes: [String]
    private let minRows: Double

    init(
        _ source: any RowSource, _ design: Design, _ family: any ExpertFamily, minRows: Double,
        _ parallelism: Parallelism
    ) {
        self.source = source
        self.design = design
        self.minRows = minRows
        classes = family.response.classes ?? []
        (summaries, disclosure) = Self.looked(at: source, design, minRows, parallelism)
        if !classes.isEmpty {
            let counts = source.classCounts(classes.count, parallelism)
            absentClasses = counts.indices.filter { counts[$0] == 0 }
        }
        leaveOutRare(parallelism)
    }

    /// Without the rows of one level another may have too few.
    private mutating func leaveOutRare(_ parallelism: Parallelism) {
        repeat {
            (summaries, disclosure) = Self.looked(at: source, design, minRows, parallelism)
        } while leaveOutRareClasses(parallelism) || leaveOutRareLevels(parallelism)
    }

    private static func looked(
        at source: any RowSource, _ design: Design, _ minRows: Double, _ parallelism: Parallelism
    ) -> ([ColumnSummary], Disclosure) {
        let summaries = source.columnSummaries(parallelism)
        return (
            summaries,
            Disclosure(
                minRows: minRows, source: source, summaries: summaries, offset: design.offset, parallelism: parallelism)
        )
    }

    private mutating func leaveOutRareClasses(_ parallelism: Parallelism) -> Bool {
        guard !classes.isEmpty else { return false }
        let counts = source.classCounts(classes.count, parallelism)
        let rare = Set(counts.indices.filter { counts[$0] > 0 && Double(counts[$0]) < minRows })
        guard !rare.isEmpty else { return false }
        rareClasses.formUnion(rare)
        leaveOut(source.rows(parallelism) { rare.contains(Int($0.responses[$1])) })
        return true
    }

    private mutating func leaveOutRareLevels(_ parallelism: Parallelism) -> Bool {
        let rare = disclosure.rareLevels
        guard !rare.isEmpty else { return false }
        rareLevels.formUnion(rare.keys)
        leaveOut(
            source.rows(parallelism) { block, lane in
                rare.contains { block.covariate($0.key)[lane] != $0.value }
            })
        return true
    }

    private mutating func leaveOut(_ rows: [Int]) { source = RowsWithout(Set(rows), of: source) }

    /// Without some rows more.
    func without(_ rows: Set<Int>, _ parallelism: Parallelism) -> ReleasedRows {
        var result = self
        result.leaveOut(Array(rows))
        result.leaveOutRare(parallelism)
        return result
    }

    /// What to say of rare and absent classes, levels and numbers.
    var warnings: [FitWarning] {
        absentClasses.map { FitWarning.absentClass(class: classes[$0]) }
            + rareClasses.sorted().map { .rareClass(class: classes[$0], minimum: minRows) }
            + rareLevels.sorted().map { .rareLevel(covariate: design.covariates[$0], minimum: minRows) }
            + disclosure.rareNumbers.keys.sorted().map {
                .rareCovariate(covariate: design.covariates[$0], minimum: minRows)
            }
    }

    /// Covariates that are withheld.
    var withheldColumns: Set<Int> { rareLevels.union(disclosure.rareNumbers.keys) }
}
